import { flag, list, operation, optional, text } from '../protocol/input.ts';
import type { Environment } from '../service.ts';
import { endpointOperations } from './endpoints.ts';
import { gatewayOperations } from './gateways.ts';
import { instanceOperations } from './instances.ts';
import { questionsOf } from './permissions.ts';
import { reaches } from './reach.ts';
import { routeTableOperations } from './route-tables.ts';
import { securityGroupOperations } from './security-groups.ts';
import { createEc2World } from './state.ts';
import { vpcOperations } from './vpcs.ts';
import type { GuardedService } from '../access.ts';

/** Creates an EC2 without any VPC. */
export function createEc2(environment: Environment): GuardedService {
  const world = createEc2World(environment);
  return {
    name: 'ec2',
    attempts: (...request) => questionsOf(environment, ...request),
    operations: {
      ...vpcOperations(world),
      ...gatewayOperations(world),
      ...routeTableOperations(world),
      ...securityGroupOperations(world),
      ...endpointOperations(world),
      ...instanceOperations(world),
    },
    internal: {
      /** Whether a network interface would reach a service. */
      Reach: operation(
        {
          Subnets: list(text()),
          SecurityGroups: optional(list(text())),
          PublicIp: flag,
          Service: text(1),
          ServiceRegion: text(1),
        },
        ({ Subnets, SecurityGroups, PublicIp, Service, ServiceRegion }, { region }) => ({
          Reached: reaches(
            world.region(region),
            region,
            { subnets: Subnets, groups: SecurityGroups ?? [], publicIp: PublicIp },
            { service: Service, region: ServiceRegion },
          ),
        }),
      ),
    },
  };
}
