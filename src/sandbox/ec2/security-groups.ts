import { operation, notHere, text } from '../protocol/input.ts';
import { ServiceError, type Call, type Service } from '../service.ts';
import { ids, select, selection, type Filters } from './describing.ts';
import { everywhere, isSame, ruleMembers, rulesIn, rulesView } from './security-rules.ts';
import { found, newId, type Ec2World, type SecurityGroup } from './state.ts';

/** Operations on security groups. */
export function securityGroupOperations({ environment, region }: Ec2World): Service['operations'] {
  const view = (group: SecurityGroup) => ({
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    vpcId: group.vpc,
    ownerId: environment.account,
    ipPermissions: rulesView(group.ingress, environment.account),
    ipPermissionsEgress: rulesView(group.egress, environment.account),
    tagSet: [],
  });

  const change = { GroupId: text(1), ...ruleMembers };

  function authorize(direction: 'ingress' | 'egress') {
    return operation(change, (input, call) => {
      const group = groupOf(call, input.GroupId);
      const added = rulesIn(input);
      for (const id of added.flatMap(({ groups }) => groups)) groupOf(call, id);
      if (added.some((rule) => group[direction].some((known) => isSame(rule, known)))) {
        throw new ServiceError('InvalidPermission.Duplicate', 'the specified rule already exists');
      }
      group[direction].push(...added);
      return { return: true, securityGroupRuleSet: [] };
    });
  }

  function revoke(direction: 'ingress' | 'egress') {
    return operation(change, (input, call) => {
      const group = groupOf(call, input.GroupId);
      const removed = rulesIn(input);
      if (!removed.every((rule) => group[direction].some((known) => isSame(rule, known)))) {
        throw new ServiceError(
          'InvalidPermission.NotFound',
          'The specified rule does not exist in this security group.',
        );
      }
      group[direction] = group[direction].filter(
        (known) => !removed.some((rule) => isSame(rule, known)),
      );
      return { return: true };
    });
  }

  function groupOf(call: Call, id: string): SecurityGroup {
    return found(region(call.region).groups, 'group', id);
  }

  return {
    CreateSecurityGroup: operation(
      {
        GroupName: text(1, 255),
        GroupDescription: text(1, 255),
        VpcId: text(1),
        TagSpecification: notHere('TagSpecification'),
      },
      ({ GroupName, GroupDescription, VpcId }, call) => {
        const network = region(call.region);
        const vpc = found(network.vpcs, 'vpc', VpcId);
        for (const group of network.groups.values()) {
          if (group.vpc !== vpc.id || group.name !== GroupName) continue;
          throw new ServiceError(
            'InvalidGroup.Duplicate',
            `The security group '${GroupName}' already exists for VPC '${vpc.id}'`,
          );
        }
        const id = newId('sg');
        network.groups.set(id, {
          id,
          vpc: vpc.id,
          name: GroupName,
          description: GroupDescription,
          ingress: [],
          egress: [everywhere()],
        });
        return { groupId: id, return: true };
      },
    ),
    AuthorizeSecurityGroupIngress: authorize('ingress'),
    AuthorizeSecurityGroupEgress: authorize('egress'),
    RevokeSecurityGroupIngress: revoke('ingress'),
    RevokeSecurityGroupEgress: revoke('egress'),

    DescribeSecurityGroups: operation({ GroupId: ids, ...selection }, (input, call) => {
      const { groups } = region(call.region);
      const { items, nextToken } = select(
        groups,
        input.GroupId,
        (id) => groupOf(call, id),
        filters,
        input,
      );
      return { securityGroupInfo: items.map(view), nextToken };
    }),
  };
}

// --- internal ---

const filters: Filters<SecurityGroup> = {
  'group-id': ({ id }) => [id],
  'group-name': ({ name }) => [name],
  'vpc-id': ({ vpc }) => [vpc],
};
