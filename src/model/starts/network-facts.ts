/** The network interface by which a task's secrets are fetched. */
export interface NetworkInterface {
  /** On Fargate it is the task's own, on EC2 the instance's: the agent fetches by the host's network. */
  of: 'task' | 'instance';
  /** Those that a task may be started in, all of one VPC; the one of an instance. */
  subnets: readonly string[];
  /** Ids. A Fargate service without any has its VPC's default group: name that. */
  securityGroups: readonly string[];
  /** Whether it has a public IPv4 address: `assignPublicIp` is `ENABLED`. */
  publicIp: boolean;
}

/** A subnet. */
export interface Subnet {
  id: string;
  vpc: string;
  /** Account that it belongs to: another one where a VPC is shared. */
  owner: string;
  /** Its IPv4 range; undefined where it has IPv6 addresses only. */
  cidr: string | undefined;
  availabilityZone: string;
  /** Whether VPC Block Public Access keeps internet gateways from it in both directions. */
  internetBlocked: boolean;
}

/** One route. */
export interface Route {
  /** A range of IPv4 or IPv6 addresses, or the id of a prefix list. */
  destination: string;
  /** Id or ARN of what it leads to; `local` is the VPC. */
  target: string;
  /** False for a black hole: what it leads to is gone. */
  active: boolean;
}

/** A route table. */
export interface RouteTable {
  id: string;
  /** Whether it is the one of all subnets of the VPC that have no other. */
  main: boolean;
  /** Ids of the subnets that were given it. */
  subnets: readonly string[];
  routes: readonly Route[];
}

/** What one rule of a security group lets through. */
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

/** Name of the security group that fixes make for the endpoints of a VPC. */
export const endpointGroupName = 'ecs-secrets-endpoints';

/** A security group. */
export interface SecurityGroup {
  id: string;
  /** One VPC has no two of a name. */
  name: string;
  /** Account that it belongs to. */
  owner: string;
  ingress: readonly SecurityRule[];
  egress: readonly SecurityRule[];
}

/** A VPC endpoint. */
export interface Endpoint {
  id: string;
  kind: 'interface' | 'gateway' | 'other';
  /** e.g. `com.amazonaws.eu-west-1.ssm` */
  service: string;
  /** In small letters: `available`, `pending` … */
  state: string;
  /** Whether the service's usual name leads to it from within the VPC. */
  privateDns: boolean;
  /** `ipv4`, `dualstack` or `ipv6`. */
  addresses: string;
  subnets: readonly string[];
  securityGroups: readonly string[];
}

/** A NAT gateway. */
export interface NatGateway {
  id: string;
  /** Undefined for a regional one, which stands in no subnet. */
  subnet: string | undefined;
  /** Whether it only translates to other private addresses. */
  isPrivate: boolean;
  /** `available`, `pending`, `failed`, `deleting` or `deleted` (botocore model, NatGatewayState). */
  state: string;
}

/** What is known of the network around an interface. */
export interface NetworkFacts {
  /** Region of the VPC. */
  region: string;
  vpc: string;
  dnsSupport: boolean;
  dnsHostnames: boolean;
  /** Those of the interface, and of the endpoints where they were looked up. */
  subnets: readonly Subnet[];
  /** All of the VPC. */
  routeTables: readonly RouteTable[];
  /** All of the VPC. */
  endpoints: readonly Endpoint[];
  /** Those of the interface and of the endpoints, and the one named `endpointGroupName`. */
  securityGroups: readonly SecurityGroup[];
  /** All of the VPC, also those that are being deleted; none where no route leads to one. */
  natGateways: readonly NatGateway[];
}
