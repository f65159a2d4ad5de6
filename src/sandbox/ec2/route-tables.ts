import { notHere, operation, optional, text } from '../protocol/input.ts';
import { ServiceError, type Service } from '../service.ts';
import { parseRange } from './cidr.ts';
import { ids, select, selection, type Filters } from './describing.ts';
import { found, newId, type Ec2World, type Network, type Route, type RouteTable } from './state.ts';
import { localRoute } from './vpcs.ts';

/** Operations on route tables. */
export function routeTableOperations({ environment, region }: Ec2World): Service['operations'] {
  const view = (network: Network, table: RouteTable) => ({
    routeTableId: table.id,
    vpcId: table.vpc,
    ownerId: environment.account,
    associationSet: [
      ...(table.main === undefined ? [] : [associationView(table, table.main, { main: true })]),
      ...[...table.subnets].map(([id, subnetId]) =>
        associationView(table, id, { main: false, subnetId }),
      ),
    ],
    routeSet: table.routes.map((route) => routeView(network, route)),
    propagatingVgwSet: [],
    tagSet: [],
  });

  return {
    CreateRouteTable: operation(
      {
        VpcId: text(1),
        ClientToken: optional(text()),
        TagSpecification: notHere('TagSpecification'),
      },
      ({ VpcId }, call) => {
        const network = region(call.region);
        const vpc = found(network.vpcs, 'vpc', VpcId);
        const table: RouteTable = {
          id: newId('rtb'),
          vpc: vpc.id,
          main: undefined,
          subnets: new Map(),
          routes: [localRoute(vpc)],
        };
        network.routeTables.set(table.id, table);
        return { routeTable: view(network, table) };
      },
    ),

    CreateRoute: operation(
      { RouteTableId: text(1), ...destinations, ...targets },
      (input, call) => {
        const network = region(call.region);
        const table = found(network.routeTables, 'routeTable', input.RouteTableId);
        const to = destinationOf(input);
        const named = Object.keys(targets).filter((name) => input[name as keyof typeof targets]);
        const [name] = named;
        if (name === undefined || named.length > 1) {
          throw new ServiceError(
            'InvalidParameterCombination',
            'The request must contain exactly one target of the route',
          );
        }
        const id = input[name as keyof typeof targets] ?? '';
        if (id.startsWith('nat-')) found(network.natGateways, 'natGateway', id);
        if (id.startsWith('igw-')) {
          const gateway = found(network.internetGateways, 'internetGateway', id);
          if (gateway.vpc !== table.vpc) {
            throw new ServiceError(
              'InvalidParameterValue',
              `route table ${table.id} and network gateway ${id} belong to different networks`,
            );
          }
        }
        if (table.routes.some((route) => route.to === to)) {
          throw new ServiceError(
            'RouteAlreadyExists',
            `The route identified by ${to} already exists.`,
          );
        }
        // An endpoint of a load balancer is listed as a gateway.
        const member = name === 'VpcEndpointId' ? 'gatewayId' : uncapitalized(name);
        table.routes.push({ to, target: { member, id }, origin: 'CreateRoute' });
        return { return: true };
      },
    ),

    DeleteRoute: operation({ RouteTableId: text(1), ...destinations }, (input, call) => {
      const table = found(region(call.region).routeTables, 'routeTable', input.RouteTableId);
      const to = destinationOf(input);
      const index = table.routes.findIndex((route) => route.to === to);
      if (index < 0) {
        throw new ServiceError(
          'InvalidRoute.NotFound',
          `no route with destination-cidr-block ${to} in route table ${table.id}`,
        );
      }
      table.routes.splice(index, 1);
      return { return: true };
    }),

    AssociateRouteTable: operation(
      { RouteTableId: text(1), SubnetId: text(1) },
      ({ RouteTableId, SubnetId }, call) => {
        const network = region(call.region);
        const table = found(network.routeTables, 'routeTable', RouteTableId);
        const subnet = found(network.subnets, 'subnet', SubnetId);
        if (subnet.vpc !== table.vpc) {
          throw new ServiceError(
            'InvalidParameterValue',
            `route table ${table.id} and subnet ${subnet.id} belong to different networks`,
          );
        }
        const isTaken = [...network.routeTables.values()].some(({ subnets }) =>
          [...subnets.values()].includes(subnet.id),
        );
        if (isTaken) {
          throw new ServiceError(
            'Resource.AlreadyAssociated',
            `the specified association for subnet ${subnet.id} conflicts with an existing association`,
          );
        }
        const associationId = newId('rtbassoc');
        table.subnets.set(associationId, subnet.id);
        return { associationId, associationState: { state: 'associated' } };
      },
    ),

    DescribeRouteTables: operation({ RouteTableId: ids, ...selection }, (input, call) => {
      const network = region(call.region);
      const find = (id: string) => found(network.routeTables, 'routeTable', id);
      const { items, nextToken } = select(
        network.routeTables,
        input.RouteTableId,
        find,
        filters,
        input,
      );
      return { routeTableSet: items.map((table) => view(network, table)), nextToken };
    }),
  };
}

// --- internal ---

const destinations = {
  DestinationCidrBlock: optional(text(1)),
  DestinationIpv6CidrBlock: optional(text(1)),
  DestinationPrefixListId: optional(text(1)),
};

const targets = {
  GatewayId: optional(text(1)),
  NatGatewayId: optional(text(1)),
  TransitGatewayId: optional(text(1)),
  VpcPeeringConnectionId: optional(text(1)),
  NetworkInterfaceId: optional(text(1)),
  InstanceId: optional(text(1)),
  EgressOnlyInternetGatewayId: optional(text(1)),
  VpcEndpointId: optional(text(1)),
  LocalGatewayId: optional(text(1)),
  CarrierGatewayId: optional(text(1)),
  CoreNetworkArn: optional(text(1)),
};

const filters: Filters<RouteTable> = {
  'route-table-id': ({ id }) => [id],
  'vpc-id': ({ vpc }) => [vpc],
  'association.main': ({ main, subnets }) => [
    ...(main === undefined ? [] : [true]),
    ...(subnets.size > 0 ? [false] : []),
  ],
  'association.subnet-id': ({ subnets }) => [...subnets.values()],
  'route.nat-gateway-id': ({ routes }) =>
    routes.flatMap(({ target }) => (target.member === 'natGatewayId' ? [target.id] : [])),
  'route.gateway-id': ({ routes }) =>
    routes.flatMap(({ target }) => (target.member === 'gatewayId' ? [target.id] : [])),
};

function destinationOf(input: {
  DestinationCidrBlock: string | undefined;
  DestinationIpv6CidrBlock: string | undefined;
  DestinationPrefixListId: string | undefined;
}): string {
  const { DestinationCidrBlock: range } = input;
  const to = range ?? input.DestinationIpv6CidrBlock ?? input.DestinationPrefixListId;
  if (to === undefined) {
    throw new ServiceError(
      'MissingParameter',
      'The request must contain the parameter destinationCidrBlock or destinationIpv6CidrBlock',
    );
  }
  if (range !== undefined && !parseRange(range)) {
    throw new ServiceError('InvalidParameterValue', `Value (${range}) is not a valid CIDR block`);
  }
  return to;
}

function associationView(
  { id }: RouteTable,
  association: string,
  more: { main: boolean; subnetId?: string },
) {
  return {
    routeTableAssociationId: association,
    routeTableId: id,
    ...more,
    associationState: { state: 'associated' },
  };
}

function routeView(network: Network, { to, target, origin }: Route) {
  const destination = to.startsWith('pl-')
    ? { destinationPrefixListId: to }
    : to.includes(':')
      ? { destinationIpv6CidrBlock: to }
      : { destinationCidrBlock: to };
  const state = isBlackHole(network, target.id) ? 'blackhole' : 'active';
  return { ...destination, [target.member]: target.id, origin, state };
}

/** Whether the target of a route no longer exists. */
export function isBlackHole(network: Network, target: string): boolean {
  return network.natGateways.get(target)?.state === 'deleted';
}

function uncapitalized(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
