import { flag, list, notHere, oneOf, operation, optional, text } from '../protocol/input.ts';
import { ServiceError, type Service } from '../service.ts';
import { parseRange } from './cidr.ts';
import { ids, select, selection, type Filters } from './describing.ts';
import { found, newId, type Ec2World, type Endpoint, type Network, type Vpc } from './state.ts';

/** Operations on VPC endpoints. */
export function endpointOperations({ environment, region }: Ec2World): Service['operations'] {
  const view = (network: Network, endpoint: Endpoint) => ({
    vpcEndpointId: endpoint.id,
    vpcEndpointType: endpoint.type,
    vpcId: endpoint.vpc,
    serviceName: endpoint.service,
    state: 'available',
    routeTableIdSet: endpoint.routeTables,
    subnetIdSet: endpoint.subnets,
    groupSet: endpoint.groups.map((groupId) => ({
      groupId,
      groupName: network.groups.get(groupId)?.name,
    })),
    privateDnsEnabled: endpoint.privateDns,
    requesterManaged: false,
    ...(endpoint.type === 'Interface' && { ipAddressType: 'ipv4' }),
    creationTimestamp: endpoint.createdAt,
    ownerId: environment.account,
    tagSet: [],
  });

  return {
    CreateVpcEndpoint: operation(
      {
        VpcId: text(1),
        VpcEndpointType: optional(oneOf(['Interface', 'Gateway'])),
        ServiceName: text(1),
        RouteTableId: optional(list(text(1))),
        SubnetId: optional(list(text(1))),
        SecurityGroupId: optional(list(text(1))),
        PrivateDnsEnabled: optional(flag),
        PolicyDocument: optional(text()),
        ClientToken: optional(text()),
        ServiceRegion: notHere('ServiceRegion'),
        DnsOptions: notHere('DnsOptions'),
        TagSpecification: notHere('TagSpecification'),
      },
      (input, call) => {
        const network = region(call.region);
        const vpc = found(network.vpcs, 'vpc', input.VpcId);
        checkName(input.ServiceName, call.region);
        const type = input.VpcEndpointType ?? 'Gateway';
        const endpoint: Endpoint = {
          id: newId('vpce'),
          vpc: vpc.id,
          type,
          service: input.ServiceName,
          subnets: [],
          groups: [],
          addresses: [],
          privateDns: false,
          routeTables: [],
          createdAt: new Date(environment.now()),
        };
        if (type === 'Gateway') {
          addRoutes(network, endpoint, input.RouteTableId ?? []);
        } else {
          endpoint.groups = (input.SecurityGroupId ?? [defaultGroup(network, vpc)]).map(
            (id) => found(network.groups, 'group', id).id,
          );
          if (input.PrivateDnsEnabled) turnOnDns(network, vpc, endpoint);
          addInterfaces(network, endpoint, input.SubnetId ?? []);
        }
        network.endpoints.set(endpoint.id, endpoint);
        return { vpcEndpoint: view(network, endpoint) };
      },
    ),

    ModifyVpcEndpoint: operation(
      {
        VpcEndpointId: text(1),
        PrivateDnsEnabled: optional(flag),
        AddRouteTableId: optional(list(text(1))),
        AddSubnetId: optional(list(text(1))),
        AddSecurityGroupId: optional(list(text(1))),
        RemoveSecurityGroupId: optional(list(text(1))),
        RemoveRouteTableId: notHere('RemoveRouteTableId'),
        RemoveSubnetId: notHere('RemoveSubnetId'),
        DnsOptions: notHere('DnsOptions'),
      },
      (input, call) => {
        const network = region(call.region);
        const endpoint = found(network.endpoints, 'endpoint', input.VpcEndpointId);
        const vpc = found(network.vpcs, 'vpc', endpoint.vpc);
        if (input.PrivateDnsEnabled === true) turnOnDns(network, vpc, endpoint);
        if (input.PrivateDnsEnabled === false) endpoint.privateDns = false;
        addRoutes(network, endpoint, input.AddRouteTableId ?? []);
        addInterfaces(network, endpoint, input.AddSubnetId ?? []);
        const added = (input.AddSecurityGroupId ?? []).map(
          (id) => found(network.groups, 'group', id).id,
        );
        endpoint.groups = [...new Set([...endpoint.groups, ...added])].filter(
          (id) => !(input.RemoveSecurityGroupId ?? []).includes(id),
        );
        return { return: true };
      },
    ),

    DescribeVpcEndpoints: operation({ VpcEndpointId: ids, ...selection }, (input, call) => {
      const network = region(call.region);
      const { endpoints } = network;
      const find = (id: string) => found(endpoints, 'endpoint', id);
      const { items, nextToken } = select(endpoints, input.VpcEndpointId, find, filters, input);
      return { vpcEndpointSet: items.map((endpoint) => view(network, endpoint)), nextToken };
    }),
  };
}

/** ID of the default security group of a VPC. */
export function defaultGroup(network: Network, vpc: Vpc): string {
  const groups = [...network.groups.values()];
  return groups.find((group) => group.vpc === vpc.id && group.name === 'default')?.id ?? '';
}

/** ID of the prefix list in routes to a gateway endpoint. */
export function prefixListOf(service: string): string {
  const sum = Buffer.from(service).reduce((hash, byte) => (hash * 31 + byte) >>> 0, 7);
  return `pl-${sum.toString(16).padStart(8, '0')}`;
}

// --- internal ---

const filters: Filters<Endpoint> = {
  'vpc-endpoint-id': ({ id }) => [id],
  'vpc-id': ({ vpc }) => [vpc],
  'service-name': ({ service }) => [service],
  'vpc-endpoint-type': ({ type }) => [type],
  'vpc-endpoint-state': () => ['available'],
};

function checkName(service: string, region: string): void {
  if (/^(cn\.)?com\.amazonaws\./.test(service) && service.includes(`.${region}.`)) return;
  throw new ServiceError(
    'InvalidServiceName',
    `The Vpc Endpoint Service '${service}' does not exist`,
  );
}

function addRoutes(network: Network, endpoint: Endpoint, tables: readonly string[]): void {
  const to = prefixListOf(endpoint.service);
  for (const table of tables.map((id) => found(network.routeTables, 'routeTable', id))) {
    if (table.routes.some((route) => route.to === to)) {
      throw new ServiceError(
        'RouteAlreadyExists',
        `route table ${table.id} already has a route with destination-prefix-list-id ${to}`,
      );
    }
    table.routes.push({
      to,
      target: { member: 'gatewayId', id: endpoint.id },
      origin: 'CreateRoute',
    });
    endpoint.routeTables.push(table.id);
  }
}

function addInterfaces(network: Network, endpoint: Endpoint, subnets: readonly string[]): void {
  for (const subnet of subnets.map((id) => found(network.subnets, 'subnet', id))) {
    const zones = endpoint.subnets.map((id) => network.subnets.get(id)?.zone);
    if (zones.includes(subnet.zone)) {
      throw new ServiceError(
        'DuplicateSubnetsInSameZone',
        `Found another VPC endpoint subnet in the availability zone of ${subnet.id}`,
      );
    }
    endpoint.subnets.push(subnet.id);
    endpoint.addresses.push(addressIn(subnet));
  }
}

/** The next address of a subnet; AWS reserves the first 4. */
export function addressIn(subnet: { cidr: string; used: number }): number {
  subnet.used += 1;
  return (parseRange(subnet.cidr)?.first ?? 0) + 3 + subnet.used;
}

function turnOnDns(network: Network, vpc: Vpc, endpoint: Endpoint): void {
  if (!vpc.dnsSupport || !vpc.dnsHostnames) {
    throw new ServiceError(
      'InvalidParameter',
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpc.id}`,
    );
  }
  for (const other of network.endpoints.values()) {
    const isRival = other.id !== endpoint.id && other.vpc === vpc.id && other.privateDns;
    if (!isRival || other.service !== endpoint.service) continue;
    throw new ServiceError(
      'InvalidParameter',
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain in the VPC ${vpc.id}`,
    );
  }
  endpoint.privateDns = true;
}
