import { randomBytes } from 'node:crypto';
import { byRegion } from '../by-region.ts';
import { ServiceError, type Environment } from '../service.ts';

/** A virtual private cloud. */
export interface Vpc {
  id: string;
  cidr: string;
  dnsSupport: boolean;
  dnsHostnames: boolean;
}

/** A subnet of a VPC. */
export interface Subnet {
  id: string;
  vpc: string;
  cidr: string;
  zone: string;
  /** Number of addresses assigned so far. */
  used: number;
}

/** The target of a route: its member name in DescribeRouteTables, and its ID. */
export interface Target {
  member: string;
  id: string;
}

/** One route: `to` is a range of IPv4 or IPv6 addresses, or the ID of a prefix list. */
export interface Route {
  to: string;
  target: Target;
  origin: 'CreateRouteTable' | 'CreateRoute';
}

/** A route table, with its associated subnets by association ID. */
export interface RouteTable {
  id: string;
  vpc: string;
  /** ID of the association that makes it the VPC's main table. */
  main: string | undefined;
  subnets: Map<string, string>;
  routes: Route[];
}

/** The traffic that one rule of a security group allows; protocol -1 means all. */
export interface Rule {
  protocol: string;
  from: number | undefined;
  to: number | undefined;
  ranges: string[];
  ipv6Ranges: string[];
  groups: string[];
  prefixLists: string[];
}

/** A security group. */
export interface SecurityGroup {
  id: string;
  vpc: string;
  name: string;
  description: string;
  ingress: Rule[];
  egress: Rule[];
}

/** A VPC endpoint; `addresses` are those of its network interfaces. */
export interface Endpoint {
  id: string;
  vpc: string;
  type: 'Interface' | 'Gateway';
  service: string;
  subnets: string[];
  groups: string[];
  addresses: number[];
  privateDns: boolean;
  routeTables: string[];
  createdAt: Date;
}

/** A NAT gateway. */
export interface NatGateway {
  id: string;
  vpc: string;
  subnet: string;
  state: 'available' | 'deleted';
  isPrivate: boolean;
  createdAt: Date;
}

/** An internet gateway and the VPC that it is attached to. */
export interface InternetGateway {
  id: string;
  vpc: string | undefined;
}

/** A virtual machine, with the members that its network interface needs. */
export interface Instance {
  id: string;
  vpc: string;
  subnet: string;
  groups: string[];
  privateIp: string;
  publicIp: string | undefined;
  launchedAt: Date;
}

/** The resources of one region, by ID. */
export interface Network {
  vpcs: Map<string, Vpc>;
  subnets: Map<string, Subnet>;
  routeTables: Map<string, RouteTable>;
  groups: Map<string, SecurityGroup>;
  endpoints: Map<string, Endpoint>;
  natGateways: Map<string, NatGateway>;
  internetGateways: Map<string, InternetGateway>;
  instances: Map<string, Instance>;
}

/** The parts shared by the operations of EC2. */
export interface Ec2World {
  environment: Environment;
  region: (name: string) => Network;
}

/** Creates regions without any VPC, not even default ones. */
export function createEc2World(environment: Environment): Ec2World {
  const region = byRegion((): Network => ({
    vpcs: new Map(),
    subnets: new Map(),
    routeTables: new Map(),
    groups: new Map(),
    endpoints: new Map(),
    natGateways: new Map(),
    internetGateways: new Map(),
    instances: new Map(),
  }));
  return { environment, region };
}

/** A new ID, e.g. `subnet-0123456789abcdef0`. */
export function newId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString('hex')}`;
}

/** Finds a resource by its ID; throws EC2's error for a missing one. */
export function found<T>(
  things: ReadonlyMap<string, T>,
  kind: keyof typeof missing,
  id: string,
): T {
  const thing = things.get(id);
  if (thing !== undefined) return thing;
  const [code, text] = missing[kind];
  throw new ServiceError(code, text.replace('{}', id));
}

// --- internal ---

const missing = {
  vpc: ['InvalidVpcID.NotFound', "The vpc ID '{}' does not exist"],
  subnet: ['InvalidSubnetID.NotFound', "The subnet ID '{}' does not exist"],
  routeTable: ['InvalidRouteTableID.NotFound', "The routeTable ID '{}' does not exist"],
  group: ['InvalidGroup.NotFound', "The security group '{}' does not exist"],
  endpoint: ['InvalidVpcEndpointId.NotFound', "The Vpc Endpoint Id '{}' does not exist"],
  natGateway: ['NatGatewayNotFound', 'The Nat Gateway {} was not found'],
  internetGateway: [
    'InvalidInternetGatewayID.NotFound',
    "The internetGateway ID '{}' does not exist",
  ],
  instance: ['InvalidInstanceID.NotFound', "The instance ID '{}' does not exist"],
} as const;
