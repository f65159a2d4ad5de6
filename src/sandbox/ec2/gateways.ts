import { notHere, oneOf, operation, optional, text } from '../protocol/input.ts';
import { ServiceError, type Service } from '../service.ts';
import { ids, select, selection, type Filters } from './describing.ts';
import { found, newId, type Ec2World, type InternetGateway, type NatGateway } from './state.ts';

/** Operations on internet gateways and NAT gateways. */
export function gatewayOperations({ environment, region }: Ec2World): Service['operations'] {
  const internetView = ({ id, vpc }: InternetGateway) => ({
    internetGatewayId: id,
    ownerId: environment.account,
    attachmentSet: vpc === undefined ? [] : [{ vpcId: vpc, state: 'available' }],
    tagSet: [],
  });

  return {
    CreateInternetGateway: operation(
      { TagSpecification: notHere('TagSpecification') },
      (_, call) => {
        const gateway = { id: newId('igw'), vpc: undefined };
        region(call.region).internetGateways.set(gateway.id, gateway);
        return { internetGateway: internetView(gateway) };
      },
    ),

    AttachInternetGateway: operation(
      { InternetGatewayId: text(1), VpcId: text(1) },
      ({ InternetGatewayId, VpcId }, call) => {
        const { internetGateways, vpcs } = region(call.region);
        const gateway = found(internetGateways, 'internetGateway', InternetGatewayId);
        const vpc = found(vpcs, 'vpc', VpcId);
        const isTaken =
          gateway.vpc !== undefined ||
          [...internetGateways.values()].some((other) => other.vpc === vpc.id);
        if (isTaken) {
          throw new ServiceError(
            'Resource.AlreadyAssociated',
            `resource ${gateway.id} is already attached to network ${gateway.vpc ?? vpc.id}`,
          );
        }
        gateway.vpc = vpc.id;
        return { return: true };
      },
    ),

    DescribeInternetGateways: operation({ InternetGatewayId: ids, ...selection }, (input, call) => {
      const { internetGateways: all } = region(call.region);
      const find = (id: string) => found(all, 'internetGateway', id);
      const { items, nextToken } = select(
        all,
        input.InternetGatewayId,
        find,
        internetFilters,
        input,
      );
      return { internetGatewaySet: items.map(internetView), nextToken };
    }),

    CreateNatGateway: operation(
      {
        SubnetId: text(1),
        AllocationId: optional(text(1)),
        ConnectivityType: optional(oneOf(['public', 'private'])),
        AvailabilityMode: optional(oneOf(['zonal'])),
        ClientToken: optional(text()),
        TagSpecification: notHere('TagSpecification'),
      },
      ({ SubnetId, ConnectivityType }, call) => {
        const network = region(call.region);
        const subnet = found(network.subnets, 'subnet', SubnetId);
        const gateway: NatGateway = {
          id: newId('nat'),
          vpc: subnet.vpc,
          subnet: subnet.id,
          state: 'available',
          isPrivate: ConnectivityType === 'private',
          createdAt: new Date(environment.now()),
        };
        network.natGateways.set(gateway.id, gateway);
        return { natGateway: natView(gateway) };
      },
    ),

    DeleteNatGateway: operation({ NatGatewayId: text(1) }, ({ NatGatewayId }, call) => {
      const gateway = found(region(call.region).natGateways, 'natGateway', NatGatewayId);
      gateway.state = 'deleted';
      return { natGatewayId: gateway.id };
    }),

    DescribeNatGateways: operation({ NatGatewayId: ids, ...selection }, (input, call) => {
      const { natGateways } = region(call.region);
      const find = (id: string) => found(natGateways, 'natGateway', id);
      const { items, nextToken } = select(natGateways, input.NatGatewayId, find, natFilters, input);
      return { natGatewaySet: items.map(natView), nextToken };
    }),
  };
}

// --- internal ---

const internetFilters: Filters<InternetGateway> = {
  'internet-gateway-id': ({ id }) => [id],
  'attachment.vpc-id': ({ vpc }) => (vpc === undefined ? [] : [vpc]),
  'attachment.state': ({ vpc }) => (vpc === undefined ? [] : ['available']),
};

const natFilters: Filters<NatGateway> = {
  'nat-gateway-id': ({ id }) => [id],
  'vpc-id': ({ vpc }) => [vpc],
  'subnet-id': ({ subnet }) => [subnet],
  state: ({ state }) => [state],
};

function natView(gateway: NatGateway) {
  return {
    natGatewayId: gateway.id,
    vpcId: gateway.vpc,
    subnetId: gateway.subnet,
    state: gateway.state,
    connectivityType: gateway.isPrivate ? 'private' : 'public',
    createTime: gateway.createdAt,
    tagSet: [],
  };
}
