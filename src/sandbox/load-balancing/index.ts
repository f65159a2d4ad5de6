import { randomBytes } from 'node:crypto';
import type { GuardedService } from '../access.ts';
import { byRegion } from '../by-region.ts';
import { flag, integer, list, oneOf, operation, optional, text } from '../protocol/input.ts';
import { page, sortBy } from '../protocol/page.ts';
import { ServiceError, type Environment, type Operation } from '../service.ts';

/** Creates an Elastic Load Balancing that stores target groups; nothing is balanced. */
export function createLoadBalancing(environment: Environment): GuardedService {
  return {
    name: 'elasticloadbalancing',
    // Describe calls have no resource; a new target group has no ARN yet.
    attempts: (action, { Name = '' }, { region }) => [
      {
        resource: action.startsWith('Describe')
          ? '*'
          : groupArn(environment, region, `${String(Name)}/*`),
      },
    ],
    operations: operationsOf(environment),
  };
}

// --- internal ---

interface TargetGroup {
  TargetGroupArn: string;
  TargetGroupName: string;
  [member: string]: unknown;
}

const protocol = oneOf(['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP', 'QUIC', 'TCP_QUIC']);

function operationsOf(environment: Environment): Record<string, Operation> {
  const groupsOf = byRegion(() => new Map<string, TargetGroup>());
  return {
    CreateTargetGroup: operation(
      {
        Name: text(1, 32, /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/),
        Protocol: protocol,
        Port: integer(1, 65_535),
        VpcId: optional(text()),
        TargetType: optional(oneOf(['instance', 'ip', 'lambda', 'alb'])),
        HealthCheckEnabled: optional(flag),
        HealthCheckPort: optional(text()),
        HealthCheckProtocol: optional(protocol),
      },
      (input, { region }) => {
        const groups = groupsOf(region);
        if ([...groups.values()].some((one) => one.TargetGroupName === input.Name)) {
          throw new ServiceError(
            'DuplicateTargetGroupName',
            `A target group with the same name '${input.Name}' exists, but with different settings`,
          );
        }
        const id = randomBytes(8).toString('hex');
        const group: TargetGroup = {
          TargetGroupArn: groupArn(environment, region, `${input.Name}/${id}`),
          TargetGroupName: input.Name,
          Protocol: input.Protocol,
          Port: input.Port,
          VpcId: input.VpcId,
          TargetType: input.TargetType ?? 'instance',
          HealthCheckEnabled: input.HealthCheckEnabled ?? true,
          HealthCheckPort: input.HealthCheckPort ?? 'traffic-port',
          HealthCheckProtocol: input.HealthCheckProtocol ?? input.Protocol,
        };
        groups.set(group.TargetGroupArn, group);
        return { TargetGroups: [group] };
      },
    ),

    DescribeTargetGroups: operation(
      {
        TargetGroupArns: optional(list(text())),
        Names: optional(list(text(1, 32))),
        Marker: optional(text()),
        PageSize: optional(integer(1, 400)),
      },
      (input, { region }) => {
        const groups = groupsOf(region);
        const named = input.TargetGroupArns?.map((arn) => groups.get(arn) ?? missing());
        const all = sortBy(named ?? groups.values(), (one) => one.TargetGroupArn).filter(
          (one) => input.Names?.includes(one.TargetGroupName) ?? true,
        );
        if (input.Names && all.length === 0) missing();
        const found = page(all, (one) => one.TargetGroupArn, input.Marker, input.PageSize ?? 400);
        if (!found) throw new ServiceError('ValidationError', 'The marker is not valid');
        return { TargetGroups: found.items, NextMarker: found.next };
      },
    ),
  };
}

function groupArn({ account, partition }: Environment, region: string, name: string): string {
  return `arn:${partition}:elasticloadbalancing:${region}:${account}:targetgroup/${name}`;
}

function missing(): never {
  throw new ServiceError('TargetGroupNotFound', 'One or more target groups not found');
}
