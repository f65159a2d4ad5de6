import {
  flag,
  integer,
  list,
  notHere,
  operation,
  optional,
  structure,
  text,
} from '../protocol/input.ts';
import { ServiceError, type Service } from '../service.ts';
import { addressText } from './cidr.ts';
import { ids, select, selection, type Filters } from './describing.ts';
import { addressIn, defaultGroup } from './endpoints.ts';
import { found, newId, type Ec2World, type Instance, type Network } from './state.ts';

/** Operations on instances: only those needed for their network interface. */
export function instanceOperations({ environment, region }: Ec2World): Service['operations'] {
  /** A separate reservation for each instance. */
  const view = (network: Network, instance: Instance) => {
    const groupSet = instance.groups.map((groupId) => ({
      groupId,
      groupName: network.groups.get(groupId)?.name,
    }));
    const address = instance.publicIp === undefined ? {} : { ipAddress: instance.publicIp };
    return {
      reservationId: instance.id.replace('i-', 'r-'),
      ownerId: environment.account,
      groupSet: [],
      instancesSet: [
        {
          instanceId: instance.id,
          imageId: 'ami-00000000',
          instanceState: { code: 16, name: 'running' },
          instanceType: 't3.micro',
          launchTime: instance.launchedAt,
          vpcId: instance.vpc,
          subnetId: instance.subnet,
          privateIpAddress: instance.privateIp,
          ...address,
          groupSet,
          networkInterfaceSet: [
            {
              networkInterfaceId: instance.id.replace('i-', 'eni-'),
              vpcId: instance.vpc,
              subnetId: instance.subnet,
              privateIpAddress: instance.privateIp,
              attachment: { deviceIndex: 0, status: 'attached' },
              ...(instance.publicIp !== undefined && {
                association: { publicIp: instance.publicIp },
              }),
              groupSet,
            },
          ],
          tagSet: [],
        },
      ],
    };
  };

  return {
    RunInstances: operation(
      {
        ImageId: optional(text(1)),
        InstanceType: optional(text(1)),
        MinCount: integer(1, 100),
        MaxCount: integer(1, 100),
        SubnetId: optional(text(1)),
        SecurityGroupId: optional(list(text(1))),
        NetworkInterface: optional(
          list(
            structure({
              SubnetId: optional(text(1)),
              SecurityGroupId: optional(list(text(1))),
              AssociatePublicIpAddress: optional(flag),
            }),
            1,
            1,
          ),
        ),
        TagSpecification: notHere('TagSpecification'),
      },
      (input, call) => {
        const network = region(call.region);
        const [own] = input.NetworkInterface ?? [];
        const subnetId = own?.SubnetId ?? input.SubnetId;
        if (subnetId === undefined) {
          throw new ServiceError(
            'MissingInput',
            'No subnets found for the default VPC. Please specify a subnet.',
          );
        }
        const subnet = found(network.subnets, 'subnet', subnetId);
        const vpc = found(network.vpcs, 'vpc', subnet.vpc);
        const groups = (
          own?.SecurityGroupId ??
          input.SecurityGroupId ?? [defaultGroup(network, vpc)]
        ).map((id) => found(network.groups, 'group', id).id);
        const started = Array.from({ length: input.MaxCount }, (): Instance => {
          const address = addressIn(subnet);
          return {
            id: newId('i'),
            vpc: vpc.id,
            subnet: subnet.id,
            groups,
            privateIp: addressText(address),
            // A range reserved for documentation (RFC 5737).
            publicIp: own?.AssociatePublicIpAddress ? `203.0.113.${address % 256}` : undefined,
            launchedAt: new Date(environment.now()),
          };
        });
        for (const instance of started) network.instances.set(instance.id, instance);
        const views = started.map((instance) => view(network, instance));
        return { ...views[0], instancesSet: views.flatMap(({ instancesSet }) => instancesSet) };
      },
    ),

    DescribeInstances: operation({ InstanceId: ids, ...selection }, (input, call) => {
      const network = region(call.region);
      if (input.InstanceId && input.MaxResults !== undefined) {
        throw new ServiceError(
          'InvalidParameterCombination',
          'The parameter instancesSet cannot be used with the parameter maxResults',
        );
      }
      const find = (id: string) => found(network.instances, 'instance', id);
      const { items, nextToken } = select(
        network.instances,
        input.InstanceId,
        find,
        filters,
        input,
      );
      return { reservationSet: items.map((instance) => view(network, instance)), nextToken };
    }),
  };
}

// --- internal ---

const filters: Filters<Instance> = {
  'instance-id': ({ id }) => [id],
  'vpc-id': ({ vpc }) => [vpc],
  'subnet-id': ({ subnet }) => [subnet],
  'instance-state-name': () => ['running'],
};
