/** The network interface used to fetch a task's secrets. */
export interface NetworkInterface {
  /**
   * On Fargate, the task's own; on EC2, that of the instance: the agent uses the host's network.
   */
  of: 'task' | 'instance';
  /** Subnets in which a task may start, all in one VPC; for an instance, its subnet. */
  subnets: readonly string[];
  /** IDs. A Fargate service without security groups has the default group of its VPC: name that. */
  securityGroups: readonly string[];
  /** Whether it has a public IPv4 address: `assignPublicIp` is `ENABLED`. */
  publicIp: boolean;
}

/** A subnet. */
export interface Subnet {
  id: string;
  vpc: string;
  /** Account of the owner; differs in a shared VPC. */
  owner: string;
  /** Its IPv4 range; undefined if it only has IPv6 addresses. */
  cidr: string | undefined;
  availabilityZone: string;
  /** Whether VPC Block Public Access blocks internet gateways in both directions. */
  internetBlocked: boolean;
}

/** One route. */
export interface Route {
  /** A range of IPv4 or IPv6 addresses, or the ID of a prefix list. */
  destination: string;
  /** ID or ARN of the target; `local` is the VPC. */
  target: string;
  /** False for a blackhole route, whose target no longer exists. */
  active: boolean;
}

/** A route table. */
export interface RouteTable {
  id: string;
  /** Whether it is the main route table: for all subnets without an explicit one. */
  main: boolean;
  /** IDs of the explicitly associated subnets. */
  subnets: readonly string[];
  routes: readonly Route[];
}

/** The traffic that one rule of a security group allows. */
export interface SecurityRule {
  /** `tcp`, `udp` …, or a number; `-1` for all. */
  protocol: string;
  /** First and last port; undefined for all. */
  from: number | undefined;
  to: number | undefined;
  /** IPv4 ranges. */
  cidrs: readonly string[];
  groups: readonly string[];
  prefixLists: readonly string[];
}

/** Name of the security group that fixes create for the endpoints of a VPC. */
export const endpointGroupName = 'ecs-secrets-endpoints';

/** A security group. */
export interface SecurityGroup {
  id: string;
  /** Unique within a VPC. */
  name: string;
  /** Account of the owner. */
  owner: string;
  ingress: readonly SecurityRule[];
  egress: readonly SecurityRule[];
}

/** A VPC endpoint. */
export interface Endpoint {
  id: string;
  kind: 'interface' | 'gateway' | 'other';
  /** For example `com.amazonaws.eu-west-1.ssm`. */
  service: string;
  /** In lower case: `available`, `pending` … */
  state: string;
  /** Whether the service's default DNS name resolves to it within the VPC. */
  privateDns: boolean;
  /** `ipv4`, `dualstack` or `ipv6`. */
  addresses: string;
  subnets: readonly string[];
  securityGroups: readonly string[];
}

/** A NAT gateway. */
export interface NatGateway {
  id: string;
  /** Undefined for a regional NAT gateway, which has no subnet. */
  subnet: string | undefined;
  /** Whether it only translates to other private addresses. */
  isPrivate: boolean;
  /**
   * `available`, `pending`, `failed`, `deleting` or `deleted` (botocore model, NatGatewayState).
   */
  state: string;
}

/** The facts about the network around an interface. */
export interface NetworkFacts {
  /** Region of the VPC. */
  region: string;
  vpc: string;
  dnsSupport: boolean;
  dnsHostnames: boolean;
  /** Subnets of the interface and, if looked up, of the endpoints. */
  subnets: readonly Subnet[];
  /** All of the VPC. */
  routeTables: readonly RouteTable[];
  /** All of the VPC. */
  endpoints: readonly Endpoint[];
  /** Those of the interface and the endpoints, and the one named `endpointGroupName`. */
  securityGroups: readonly SecurityGroup[];
  /** All of the VPC, including those being deleted; empty if no route leads to one. */
  natGateways: readonly NatGateway[];
}
