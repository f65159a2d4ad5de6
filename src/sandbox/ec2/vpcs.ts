import { flag, notHere, oneOf, operation, optional, structure, text } from '../protocol/input.ts';
import { ServiceError, type Service } from '../service.ts';
import { lies, parseRange, sizeOf, type Range } from './cidr.ts';
import { ids, select, selection, type Filters } from './describing.ts';
import { everywhere } from './security-rules.ts';
import { found, newId, type Ec2World, type Network, type Subnet, type Vpc } from './state.ts';

/** Operations on VPCs and their subnets. */
export function vpcOperations({ environment, region }: Ec2World): Service['operations'] {
  const vpcView = (vpc: Vpc) => ({
    vpcId: vpc.id,
    state: 'available',
    cidrBlock: vpc.cidr,
    cidrBlockAssociationSet: [{ cidrBlock: vpc.cidr, cidrBlockState: { state: 'associated' } }],
    dhcpOptionsId: 'default',
    instanceTenancy: 'default',
    isDefault: false,
    ownerId: environment.account,
    tagSet: [],
  });

  const subnetView = (name: string, subnet: Subnet) => ({
    subnetId: subnet.id,
    subnetArn: `arn:${environment.partition}:ec2:${name}:${environment.account}:subnet/${subnet.id}`,
    state: 'available',
    vpcId: subnet.vpc,
    cidrBlock: subnet.cidr,
    availabilityZone: subnet.zone,
    availableIpAddressCount: sizeOf(parseRange(subnet.cidr)?.bits ?? 32) - 5 - subnet.used,
    mapPublicIpOnLaunch: false,
    defaultForAz: false,
    ipv6Native: false,
    ownerId: environment.account,
    tagSet: [],
  });

  return {
    CreateVpc: operation(
      { CidrBlock: text(1), TagSpecification: notHere('TagSpecification') },
      ({ CidrBlock }, call) => {
        rangeOf(CidrBlock, 'InvalidVpc.Range');
        const network = region(call.region);
        const vpc = { id: newId('vpc'), cidr: CidrBlock, dnsSupport: true, dnsHostnames: false };
        network.vpcs.set(vpc.id, vpc);
        furnish(network, vpc);
        return { vpc: vpcView(vpc) };
      },
    ),

    DescribeVpcs: operation({ VpcId: ids, ...selection }, (input, call) => {
      const { vpcs } = region(call.region);
      const find = (id: string) => found(vpcs, 'vpc', id);
      const { items, nextToken } = select(vpcs, input.VpcId, find, vpcFilters, input);
      return { vpcSet: items.map(vpcView), nextToken };
    }),

    DescribeVpcAttribute: operation(
      { VpcId: text(1), Attribute: oneOf(['enableDnsSupport', 'enableDnsHostnames']) },
      ({ VpcId, Attribute }, call) => {
        const vpc = found(region(call.region).vpcs, 'vpc', VpcId);
        const value = Attribute === 'enableDnsSupport' ? vpc.dnsSupport : vpc.dnsHostnames;
        return { vpcId: vpc.id, [Attribute]: { value } };
      },
    ),

    ModifyVpcAttribute: operation(
      {
        VpcId: text(1),
        EnableDnsSupport: optional(structure({ Value: flag })),
        EnableDnsHostnames: optional(structure({ Value: flag })),
      },
      ({ VpcId, EnableDnsSupport, EnableDnsHostnames }, call) => {
        const vpc = found(region(call.region).vpcs, 'vpc', VpcId);
        if (EnableDnsSupport && EnableDnsHostnames) {
          throw new ServiceError(
            'InvalidParameterCombination',
            'Fields for multiple attribute types specified',
          );
        }
        if (EnableDnsSupport) vpc.dnsSupport = EnableDnsSupport.Value;
        if (EnableDnsHostnames) vpc.dnsHostnames = EnableDnsHostnames.Value;
        return { return: true };
      },
    ),

    CreateSubnet: operation(
      {
        VpcId: text(1),
        CidrBlock: text(1),
        AvailabilityZone: optional(text(1)),
        TagSpecification: notHere('TagSpecification'),
      },
      ({ VpcId, CidrBlock, AvailabilityZone }, call) => {
        const network = region(call.region);
        const vpc = found(network.vpcs, 'vpc', VpcId);
        const range = rangeOf(CidrBlock, 'InvalidSubnet.Range');
        if (!lies(range, rangeOf(vpc.cidr, 'InvalidVpc.Range'))) {
          throw new ServiceError('InvalidSubnet.Range', `The CIDR '${CidrBlock}' is invalid.`);
        }
        for (const other of network.subnets.values()) {
          const taken = rangeOf(other.cidr, 'InvalidSubnet.Range');
          if (other.vpc === vpc.id && (lies(range, taken) || lies(taken, range))) {
            throw new ServiceError(
              'InvalidSubnet.Conflict',
              `The CIDR '${CidrBlock}' conflicts with another subnet`,
            );
          }
        }
        const zone = AvailabilityZone ?? `${call.region}a`;
        const subnet = { id: newId('subnet'), vpc: vpc.id, cidr: CidrBlock, zone, used: 0 };
        network.subnets.set(subnet.id, subnet);
        return { subnet: subnetView(call.region, subnet) };
      },
    ),

    DescribeSubnets: operation({ SubnetId: ids, ...selection }, (input, call) => {
      const { subnets } = region(call.region);
      const find = (id: string) => found(subnets, 'subnet', id);
      const { items, nextToken } = select(subnets, input.SubnetId, find, subnetFilters, input);
      return { subnetSet: items.map((subnet) => subnetView(call.region, subnet)), nextToken };
    }),
  };
}

// --- internal ---

const vpcFilters: Filters<Vpc> = {
  'vpc-id': ({ id }) => [id],
  cidr: ({ cidr }) => [cidr],
  'is-default': () => [false],
  state: () => ['available'],
};

const subnetFilters: Filters<Subnet> = {
  'subnet-id': ({ id }) => [id],
  'vpc-id': ({ vpc }) => [vpc],
  'availability-zone': ({ zone }) => [zone],
  'cidr-block': ({ cidr }) => [cidr],
  state: () => ['available'],
};

/** The range of a VPC or a subnet has a prefix of 16 to 28 bits. */
function rangeOf(cidr: string, code: string): Range {
  const range = parseRange(cidr);
  if (range && range.bits >= 16 && range.bits <= 28) return range;
  throw new ServiceError(code, `The CIDR '${cidr}' is invalid.`);
}

/** Creates the main route table and the default security group of a VPC. */
function furnish(network: Network, vpc: Vpc): void {
  const table = {
    id: newId('rtb'),
    vpc: vpc.id,
    main: newId('rtbassoc'),
    subnets: new Map<string, string>(),
    routes: [localRoute(vpc)],
  };
  network.routeTables.set(table.id, table);
  const id = newId('sg');
  network.groups.set(id, {
    id,
    vpc: vpc.id,
    name: 'default',
    description: 'default VPC security group',
    ingress: [{ ...everywhere(), ranges: [], groups: [id] }],
    egress: [everywhere()],
  });
}

/** The local route of every table in a VPC: to the VPC itself. */
export function localRoute({ cidr }: Vpc) {
  return {
    to: cidr,
    target: { member: 'gatewayId', id: 'local' },
    origin: 'CreateRouteTable' as const,
  };
}
