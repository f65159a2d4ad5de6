import {
  DescribeVpcAttributeCommand,
  EC2Client,
  paginateDescribeInstances,
  paginateDescribeNatGateways,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcEndpoints,
  type IpPermission,
  type Route as Ec2Route,
  type SecurityGroup as Ec2SecurityGroup,
  type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import type {
  Endpoint,
  NatGateway,
  Route,
  RouteTable,
  SecurityGroup,
  SecurityRule,
  Subnet,
} from '../model/starts/network-facts.ts';
import { batches } from '../model/batches.ts';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';

/** The network settings of an EC2 instance. */
export interface Instance {
  id: string;
  subnet: string;
  vpc: string;
  securityGroups: string[];
  /** Whether it has a public IPv4 address. */
  publicIp: boolean;
}

/** The EC2 calls that this tool makes, all about networks and read-only. All pages are read. */
export interface Ec2 {
  /** Describes subnets; omits those that do not exist. */
  subnets(ids: readonly string[]): Promise<Subnet[]>;
  /** All route tables of a VPC. */
  routeTables(vpc: string): Promise<RouteTable[]>;
  /** Describes security groups; omits those that do not exist or belong to another account. */
  securityGroups(ids: readonly string[]): Promise<SecurityGroup[]>;
  /** The security groups of a VPC that have one of these names. */
  namedSecurityGroups(vpc: string, names: readonly string[]): Promise<SecurityGroup[]>;
  /** All endpoints of a VPC, in any state. */
  endpoints(vpc: string): Promise<Endpoint[]>;
  /** The NAT gateways of a VPC in any state; AWS lists deleted ones for about an hour. */
  natGateways(vpc: string): Promise<NatGateway[]>;
  /** Whether a VPC has AWS's DNS resolver, and host names for public addresses. Makes 2 calls. */
  vpcDns(vpc: string): Promise<{ support: boolean; hostnames: boolean }>;
  /** Describes instances, 200 per call; omits those that do not exist or are terminated. */
  instances(ids: readonly string[]): Promise<Instance[]>;
}

/** Creates the EC2 gateway for a region. */
export function createEc2(config: AwsConfig, region?: string): Ec2 {
  const client = supervised(new EC2Client(clientSettings(config, 'ec2', region)), 'ec2', config);
  return {
    async subnets(ids) {
      const found: Subnet[] = [];
      for await (const page of paginateDescribeSubnets({ client }, byIds('subnet-id', ids))) {
        for (const subnet of page.Subnets ?? []) {
          found.push({
            id: subnet.SubnetId ?? '',
            vpc: subnet.VpcId ?? '',
            owner: subnet.OwnerId ?? '',
            cidr: subnet.Ipv6Native === true ? undefined : subnet.CidrBlock,
            availabilityZone: subnet.AvailabilityZone ?? '',
            internetBlocked:
              subnet.BlockPublicAccessStates?.InternetGatewayBlockMode === 'block-bidirectional',
          });
        }
      }
      return found;
    },

    async routeTables(vpc) {
      const found: RouteTable[] = [];
      for await (const page of paginateDescribeRouteTables({ client }, inVpc(vpc))) {
        for (const { RouteTableId = '', Associations = [], Routes = [] } of page.RouteTables ??
          []) {
          found.push({
            id: RouteTableId,
            main: Associations.some(({ Main }) => Main === true),
            subnets: Associations.flatMap(({ SubnetId }) => SubnetId ?? []),
            routes: Routes.map(toRoute),
          });
        }
      }
      return found;
    },

    async securityGroups(ids) {
      const found: SecurityGroup[] = [];
      const query = byIds('group-id', ids);
      for await (const page of paginateDescribeSecurityGroups({ client }, query)) {
        found.push(...(page.SecurityGroups ?? []).map(toSecurityGroup));
      }
      return found;
    },

    async namedSecurityGroups(vpc, names) {
      const found: SecurityGroup[] = [];
      const Filters = [...inVpc(vpc).Filters, ...byIds('group-name', names).Filters];
      for await (const page of paginateDescribeSecurityGroups({ client }, { Filters })) {
        found.push(...(page.SecurityGroups ?? []).map(toSecurityGroup));
      }
      return found;
    },

    async endpoints(vpc) {
      const found: Endpoint[] = [];
      for await (const page of paginateDescribeVpcEndpoints({ client }, inVpc(vpc))) {
        found.push(...(page.VpcEndpoints ?? []).map(toEndpoint));
      }
      return found;
    },

    async natGateways(vpc) {
      const found: NatGateway[] = [];
      const { Filters: Filter } = inVpc(vpc);
      for await (const page of paginateDescribeNatGateways({ client }, { Filter })) {
        for (const gateway of page.NatGateways ?? []) {
          found.push({
            id: gateway.NatGatewayId ?? '',
            subnet: gateway.SubnetId,
            isPrivate: gateway.ConnectivityType === 'private',
            state: gateway.State ?? '',
          });
        }
      }
      return found;
    },

    async vpcDns(vpc) {
      const [support, hostnames] = await Promise.all(
        (['enableDnsSupport', 'enableDnsHostnames'] as const).map((Attribute) =>
          client.send(new DescribeVpcAttributeCommand({ VpcId: vpc, Attribute })),
        ),
      );
      return {
        support: support?.EnableDnsSupport?.Value === true,
        hostnames: hostnames?.EnableDnsHostnames?.Value === true,
      };
    },

    async instances(ids) {
      const found: Instance[] = [];
      for (const batch of batches(ids, mostValues)) {
        for await (const page of paginateDescribeInstances(
          { client },
          byIds('instance-id', batch),
        )) {
          for (const instance of (page.Reservations ?? []).flatMap((one) => one.Instances ?? [])) {
            // EC2 lists a terminated instance for an hour, without its network.
            if (instance.SubnetId === undefined) continue;
            found.push({
              id: instance.InstanceId ?? '',
              subnet: instance.SubnetId,
              vpc: instance.VpcId ?? '',
              securityGroups: (instance.SecurityGroups ?? []).flatMap(
                ({ GroupId }) => GroupId ?? [],
              ),
              publicIp: instance.PublicIpAddress !== undefined,
            });
          }
        }
      }
      return found;
    },
  };
}

// --- internal ---

/** Maximum number of values in an EC2 filter. */
const mostValues = 200;

function inVpc(vpc: string) {
  return byIds('vpc-id', [vpc]);
}

/** Uses a filter, because one missing ID in a list of IDs would fail the call. */
function byIds(filter: string, ids: readonly string[]) {
  return { Filters: [{ Name: filter, Values: [...ids] }] };
}

function toRoute(route: Ec2Route): Route {
  const { DestinationCidrBlock, DestinationIpv6CidrBlock, DestinationPrefixListId } = route;
  return {
    destination: DestinationCidrBlock ?? DestinationIpv6CidrBlock ?? DestinationPrefixListId ?? '',
    target:
      route.GatewayId ??
      route.NatGatewayId ??
      route.TransitGatewayId ??
      route.VpcPeeringConnectionId ??
      // A route to an instance also has its network interface; one of the two is enough.
      route.InstanceId ??
      route.NetworkInterfaceId ??
      route.EgressOnlyInternetGatewayId ??
      route.LocalGatewayId ??
      route.CarrierGatewayId ??
      route.CoreNetworkArn ??
      route.OdbNetworkArn ??
      'something unknown',
    active: route.State !== 'blackhole',
  };
}

function toSecurityGroup(group: Ec2SecurityGroup): SecurityGroup {
  return {
    id: group.GroupId ?? '',
    name: group.GroupName ?? '',
    owner: group.OwnerId ?? '',
    ingress: (group.IpPermissions ?? []).map(toRule),
    egress: (group.IpPermissionsEgress ?? []).map(toRule),
  };
}

function toRule(permission: IpPermission): SecurityRule {
  return {
    protocol: permission.IpProtocol ?? '',
    from: permission.FromPort,
    to: permission.ToPort,
    cidrs: (permission.IpRanges ?? []).flatMap(({ CidrIp }) => CidrIp ?? []),
    groups: (permission.UserIdGroupPairs ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    prefixLists: (permission.PrefixListIds ?? []).flatMap(({ PrefixListId }) => PrefixListId ?? []),
  };
}

function toEndpoint(endpoint: VpcEndpoint): Endpoint {
  const { VpcEndpointType, DnsOptions } = endpoint;
  return {
    id: endpoint.VpcEndpointId ?? '',
    kind:
      VpcEndpointType === 'Interface'
        ? 'interface'
        : VpcEndpointType === 'Gateway'
          ? 'gateway'
          : 'other',
    service: endpoint.ServiceName ?? '',
    // EC2 returns states in lower case, but its model lists them capitalized.
    state: endpoint.State?.toLowerCase() ?? '',
    privateDns:
      endpoint.PrivateDnsEnabled === true &&
      DnsOptions?.PrivateDnsOnlyForInboundResolverEndpoint !== true,
    addresses: endpoint.IpAddressType ?? 'ipv4',
    subnets: endpoint.SubnetIds ?? [],
    securityGroups: (endpoint.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
  };
}
