import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/model/failures/finding.ts';
import type {
  Endpoint,
  NatGateway,
  NetworkFacts,
  NetworkInterface,
  Route,
  SecurityRule,
} from '../../../src/model/starts/network-facts.ts';
import { checkNetwork, type Destination } from '../../../src/model/starts/checks/network.ts';

const region = 'eu-west-1';
const place = { region, dnsSuffix: 'amazonaws.com' };
const ssm: Destination = { ...place, service: 'ssm', for: 'ssm:/shop/db' };
const s3: Destination = { ...place, service: 's3', for: 'image shop' };

const rule = (more: Partial<SecurityRule> = {}): SecurityRule => ({
  protocol: 'tcp',
  from: 443,
  to: 443,
  cidrs: [],
  groups: [],
  prefixLists: [],
  ...more,
});
const anywhere = rule({ protocol: '-1', from: undefined, to: undefined, cidrs: ['0.0.0.0/0'] });
const group = (id: string, ingress: SecurityRule[] = [], egress = [anywhere]) => ({
  id,
  name: id,
  owner: '1',
  ingress,
  egress,
});
const route = (target: string, destination = '0.0.0.0/0', active = true): Route => ({
  destination,
  target,
  active,
});
const local = route('local', '10.0.0.0/16');
const table = (id: string, subnets: string[], ...routes: Route[]) => ({
  id,
  main: subnets.length === 0,
  subnets,
  routes: [local, ...routes],
});
const subnet = (id: string, cidr: string | undefined, zone = 'a') => ({
  id,
  vpc: 'vpc-1',
  owner: '1',
  cidr,
  availabilityZone: `${region}${zone}`,
  internetBlocked: false,
});
const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  id: 'vpce-1',
  kind: 'interface',
  service: `com.amazonaws.${region}.ssm`,
  state: 'available',
  privateDns: true,
  addresses: 'ipv4',
  subnets: ['subnet-e'],
  securityGroups: ['sg-e'],
  ...more,
});
const s3Gateway = endpoint({
  id: 'vpce-s3',
  kind: 'gateway',
  service: `com.amazonaws.${region}.s3`,
  privateDns: false,
  subnets: [],
  securityGroups: [],
});
const toS3 = route('vpce-s3', 'pl-s3');

const nat = (more: Partial<NatGateway> = {}): NatGateway => ({
  ...{ id: 'nat-1', subnet: 'subnet-p', isPrivate: false, state: 'available' },
  ...more,
});

const task: NetworkInterface = {
  of: 'task',
  subnets: ['subnet-1'],
  securityGroups: ['sg-t'],
  publicIp: false,
};
/** A VPC without any way out, in which everything else is as it should be. */
const closed: NetworkFacts = {
  region,
  vpc: 'vpc-1',
  dnsSupport: true,
  dnsHostnames: true,
  subnets: [
    subnet('subnet-1', '10.0.1.0/24'),
    subnet('subnet-2', '10.0.2.0/24', 'b'),
    subnet('subnet-e', '10.0.9.0/24'),
    subnet('subnet-p', '10.0.8.0/24'),
  ],
  routeTables: [table('rtb-main', [])],
  endpoints: [],
  securityGroups: [group('sg-t'), group('sg-e', [rule({ groups: ['sg-t'] })])],
  natGateways: ['nat-1', 'nat-3'].map((id) => nat({ id, subnet: undefined })),
};
const routed = (...routes: Route[]): NetworkFacts => ({
  ...closed,
  routeTables: [table('rtb-main', [], ...routes)],
});
const open = routed(route('nat-1'));
const withEndpoint = (more: Partial<Endpoint> = {}, facts = closed): NetworkFacts => ({
  ...facts,
  endpoints: [endpoint(more)],
});
const egress = (facts: NetworkFacts, ...rules: SecurityRule[]): NetworkFacts => ({
  ...facts,
  securityGroups: [group('sg-t', [], rules), ...facts.securityGroups.slice(1)],
});
const ingress = (facts: NetworkFacts, ...rules: SecurityRule[]): NetworkFacts => ({
  ...facts,
  securityGroups: [...facts.securityGroups.slice(0, 1), group('sg-e', rules)],
});
const withNat = (more: Partial<NatGateway>, ...routes: Route[]): NetworkFacts => ({
  ...closed,
  routeTables: [table('rtb-main', [], route('nat-1')), table('rtb-p', ['subnet-p'], ...routes)],
  natGateways: [nat(more)],
});

interface Row {
  status: Finding['status'];
  says: RegExp;
  facts: NetworkFacts;
  from?: Partial<NetworkInterface>;
  to?: Destination;
}

const rows: Record<string, Row> = {
  // Routes
  'no default route': { status: 'problem', says: /no default route/, facts: closed },
  'a NAT gateway': {
    status: 'ok',
    says: /NAT gateway nat-1 \(whose own way out was not/,
    facts: open,
  },
  'a NAT gateway beside an internet gateway': {
    status: 'ok',
    says: /through NAT gateway nat-1,/,
    facts: withNat({}, route('igw-1')),
  },
  'a NAT gateway in a subnet without a way out': {
    status: 'problem',
    says: /nat-1 in subnet-p, which has no route to an internet gateway/,
    facts: withNat({}),
  },
  'a NAT gateway behind a transit gateway': {
    status: 'not-checked',
    says: /nat-1 leads to tgw-1/,
    facts: withNat({}, route('tgw-1')),
  },
  'a private NAT gateway': {
    status: 'not-checked',
    says: /private one/,
    facts: withNat({ isPrivate: true }, route('igw-1')),
  },
  'a regional NAT gateway': { status: 'ok', says: /nat-1/, facts: withNat({ subnet: undefined }) },
  'a NAT gateway that does not exist': {
    status: 'problem',
    says: /NAT gateway nat-9, which is not found in the VPC/,
    facts: routed(route('nat-9')),
  },
  ...Object.fromEntries(
    ['failed', 'deleting', 'deleted'].map((state): [string, Row] => [
      `a NAT gateway that is ${state}`,
      {
        status: 'problem',
        says: new RegExp(`NAT gateway nat-1, whose state is ${state}`),
        facts: withNat({ state }, route('igw-1')),
      },
    ]),
  ),
  'a NAT gateway that is being created': {
    status: 'not-checked',
    says: /NAT gateway nat-1 is still being created/,
    facts: withNat({ state: 'pending' }, route('igw-1')),
  },
  'a NAT gateway in the VPC of another account': {
    status: 'not-checked',
    says: /NAT gateway nat-9.*the VPC is another account/,
    facts: {
      ...routed(route('nat-9')),
      subnets: closed.subnets.map((one) => ({ ...one, owner: '2' })),
    },
  },
  'an internet gateway with a public IP': {
    status: 'ok',
    says: /internet gateway igw-1/,
    facts: routed(route('igw-1')),
    from: { publicIp: true },
  },
  'an internet gateway without one': {
    status: 'problem',
    says: /igw-1, which takes a public IP address: the task gets none \(assignPublicIp is off\)/,
    facts: routed(route('igw-1')),
  },
  'an instance without a public IP': {
    status: 'problem',
    says: /the instance has none/,
    facts: routed(route('igw-1')),
    from: { of: 'instance' },
  },
  'a black hole': {
    status: 'problem',
    says: /nat-1, which is gone/,
    facts: routed(route('nat-1', '0.0.0.0/0', false)),
  },
  'a table of its own without a route': {
    status: 'problem',
    says: /no default route/,
    facts: { ...open, routeTables: [...open.routeTables, table('rtb-1', ['subnet-1'])] },
  },
  'a table of its own with one': {
    status: 'ok',
    says: /nat-1/,
    facts: {
      ...closed,
      routeTables: [...closed.routeTables, table('rtb-1', ['subnet-1'], route('nat-1'))],
    },
  },
  'no table': { status: 'not-checked', says: /route table/, facts: { ...closed, routeTables: [] } },
  ...Object.fromEntries(
    [
      'tgw-1',
      'pcx-1',
      'vgw-1',
      'eni-1',
      'i-1',
      'vpce-gwlb',
      'lgw-1',
      'arn:aws:networkmanager::1:core-network/c',
    ].map(
      (target) =>
        [
          `a default route to ${target}`,
          { status: 'not-checked', says: /other end cannot be seen/, facts: routed(route(target)) },
        ] as const,
    ),
  ),
  'an egress-only gateway, for IPv6': {
    status: 'problem',
    says: /no default route/,
    facts: routed(route('eigw-1', '::/0')),
  },
  'a route to a hub that may have endpoints': {
    status: 'not-checked',
    says: /no default route, and what lies behind tgw-1 \(route to 10\.0\.0\.0\/8\)/,
    facts: routed(route('tgw-1', '10.0.0.0/8')),
  },
  'a prefix list to somewhere': {
    status: 'not-checked',
    says: /behind tgw-1/,
    facts: routed(route('tgw-1', 'pl-1')),
  },
  'two halves of the internet': {
    status: 'not-checked',
    says: /splits the way out/,
    facts: routed(route('nat-1', '0.0.0.0/1'), route('nat-1', '128.0.0.0/1')),
  },
  'a subnet under Block Public Access': {
    status: 'not-checked',
    says: /Block Public Access/,
    facts: { ...open, subnets: open.subnets.map((one) => ({ ...one, internetBlocked: true })) },
  },
  'a subnet with IPv6 alone': {
    status: 'not-checked',
    says: /IPv6 addresses only/,
    facts: { ...open, subnets: [subnet('subnet-1', undefined)] },
  },
  'a subnet that was not found': {
    status: 'not-checked',
    says: /subnet was not found/,
    facts: { ...open, subnets: [] },
  },
  'a VPC that is shared': {
    status: 'not-checked',
    says: /another account's/,
    facts: { ...closed, subnets: closed.subnets.map((one) => ({ ...one, owner: '2' })) },
  },

  // The interface's security groups
  'no rule out': {
    status: 'problem',
    says: /\(sg-t\) does not allow outbound port 443/,
    facts: egress(open),
  },
  'another port out': {
    status: 'problem',
    says: /outbound port 443/,
    facts: egress(open, rule({ from: 80, to: 80, cidrs: ['0.0.0.0/0'] })),
  },
  'UDP out': {
    status: 'problem',
    says: /outbound port 443/,
    facts: egress(open, rule({ protocol: 'udp', cidrs: ['0.0.0.0/0'] })),
  },
  'a range of ports out': {
    status: 'ok',
    says: /nat-1/,
    facts: egress(open, rule({ protocol: '6', from: 1, to: 1024, cidrs: ['0.0.0.0/0'] })),
  },
  'private addresses out': {
    status: 'problem',
    says: /outbound port 443/,
    facts: egress(open, rule({ cidrs: ['10.0.0.0/8', '192.168.0.0/16'] })),
  },
  'some of the internet out': {
    status: 'not-checked',
    says: /some addresses/,
    facts: egress(open, rule({ cidrs: ['52.0.0.0/8'] })),
  },
  'a prefix list out': {
    status: 'not-checked',
    says: /some addresses/,
    facts: egress(open, rule({ prefixLists: ['pl-1'] })),
  },
  'a group that was not found': {
    status: 'not-checked',
    says: /was not found/,
    facts: { ...open, securityGroups: [] },
  },
  'two groups of which one is open': {
    status: 'ok',
    says: /nat-1/,
    facts: { ...open, securityGroups: [group('sg-t', [], []), group('sg-u')] },
    from: { securityGroups: ['sg-t', 'sg-u'] },
  },

  // Interface endpoints
  'an endpoint': {
    status: 'ok',
    says: /through endpoint vpce-1, for ssm:\/shop\/db/,
    facts: withEndpoint(),
  },
  'an endpoint open to the subnet': {
    status: 'ok',
    says: /vpce-1/,
    facts: ingress(withEndpoint(), rule({ cidrs: ['10.0.0.0/23'] })),
  },
  'an endpoint open to the halves of the subnet': {
    status: 'not-checked',
    says: /only some addresses/,
    facts: ingress(
      withEndpoint(),
      rule({ cidrs: ['10.0.1.0/25'] }),
      rule({ cidrs: ['10.0.1.128/25'] }),
    ),
  },
  'an endpoint open to some of the subnet': {
    status: 'not-checked',
    says: /only some addresses/,
    facts: ingress(withEndpoint(), rule({ cidrs: ['10.0.1.0/25'] })),
  },
  'an endpoint open to others': {
    status: 'problem',
    says: /vpce-1, and its security group \(sg-e\) does not allow inbound port 443 from the task/,
    facts: ingress(withEndpoint(), rule({ cidrs: ['10.0.2.0/24'], groups: ['sg-x'] })),
  },
  'a closed endpoint beside a NAT gateway': {
    status: 'problem',
    says: /name of the service leads to endpoint vpce-1/,
    facts: ingress(withEndpoint({}, open)),
  },
  'an endpoint whose group was not found': {
    status: 'not-checked',
    says: /not all found/,
    facts: withEndpoint({ securityGroups: ['sg-x'] }),
  },
  'no rule out to an endpoint': {
    status: 'problem',
    says: /the task \(sg-t\) does not allow outbound port 443 to it/,
    facts: egress(withEndpoint(), rule({ cidrs: ['10.0.7.0/24'] })),
  },
  'a rule out to the group of an endpoint': {
    status: 'ok',
    says: /vpce-1/,
    facts: egress(withEndpoint(), rule({ groups: ['sg-e'] })),
  },
  'a rule out to the VPC': {
    status: 'ok',
    says: /vpce-1/,
    facts: egress(withEndpoint({ subnets: ['subnet-x'] }), rule({ cidrs: ['10.0.0.0/16'] })),
  },
  'a rule out to some of the endpoint': {
    status: 'not-checked',
    says: /only some/,
    facts: egress(withEndpoint(), rule({ cidrs: ['10.0.9.0/25'] })),
  },
  'an endpoint without private DNS': {
    status: 'problem',
    says: /does not lead to endpoint vpce-1: its private DNS is off/,
    facts: withEndpoint({ privateDns: false }),
  },
  'an endpoint without private DNS beside a NAT gateway': {
    status: 'ok',
    says: /nat-1/,
    facts: withEndpoint({ privateDns: false }, open),
  },
  'an endpoint in a VPC without DNS hostnames': {
    status: 'problem',
    says: /DNS hostnames of the VPC are off/,
    facts: withEndpoint({}, { ...closed, dnsHostnames: false }),
  },
  'an endpoint in a VPC without DNS support': {
    status: 'problem',
    says: /DNS support of the VPC is off/,
    facts: withEndpoint({}, { ...closed, dnsSupport: false }),
  },
  'a NAT gateway in a VPC without DNS support': {
    status: 'not-checked',
    says: /DNS support/,
    facts: { ...open, dnsSupport: false },
  },
  'an endpoint that is being made': {
    status: 'not-checked',
    says: /still being created/,
    facts: withEndpoint({ state: 'pending' }),
  },
  'an endpoint that failed': {
    status: 'problem',
    says: /no endpoint for ssm/,
    facts: withEndpoint({ state: 'failed' }),
  },
  'an endpoint with IPv6 alone': {
    status: 'not-checked',
    says: /IPv6 addresses only/,
    facts: withEndpoint({ addresses: 'ipv6' }),
  },
  'an endpoint of another service': {
    status: 'problem',
    says: /no endpoint for ssm/,
    facts: withEndpoint({ service: `com.amazonaws.${region}.ssmmessages` }),
  },
  'an endpoint of somebody': {
    status: 'problem',
    says: /no endpoint for ssm/,
    facts: withEndpoint({ service: `com.amazonaws.vpce.${region}.ssm` }),
  },
  'an endpoint with the name of China': {
    status: 'ok',
    says: /vpce-1/,
    facts: withEndpoint({ service: `cn.com.amazonaws.${region}.ssm` }),
  },

  // Other regions
  'another region through a NAT gateway': {
    status: 'ok',
    says: /nat-1/,
    facts: withEndpoint({}, open),
    to: { ...ssm, region: 'us-east-1' },
  },
  'another region without a way out': {
    status: 'problem',
    says: /endpoints of a VPC in eu-west-1 do not serve us-east-1/,
    facts: withEndpoint(),
    to: { ...ssm, region: 'us-east-1' },
  },
  'another region with an endpoint for it': {
    status: 'not-checked',
    says: /serves another region cannot be seen/,
    facts: withEndpoint({ service: 'com.amazonaws.us-east-1.ssm' }),
    to: { ...ssm, region: 'us-east-1' },
  },

  // S3
  'S3 by a gateway endpoint': {
    status: 'ok',
    says: /gateway endpoint vpce-s3/,
    facts: { ...routed(toS3), endpoints: [s3Gateway] },
    to: s3,
  },
  'S3 by its prefix list': {
    status: 'ok',
    says: /vpce-s3/,
    facts: egress({ ...routed(toS3), endpoints: [s3Gateway] }, rule({ prefixLists: ['pl-s3'] })),
    to: s3,
  },
  'S3 without a rule out': {
    status: 'problem',
    says: /vpce-s3.*does not allow outbound port 443/,
    facts: egress({ ...routed(toS3), endpoints: [s3Gateway] }, rule({ cidrs: ['10.0.0.0/8'] })),
    to: s3,
  },
  'S3 with a gateway endpoint in another table': {
    status: 'problem',
    says: /nor a route to gateway endpoint vpce-s3/,
    facts: { ...closed, endpoints: [s3Gateway] },
    to: s3,
  },
  'S3 by a NAT gateway': { status: 'ok', says: /nat-1/, facts: open, to: s3 },
  'S3 without a way': { status: 'problem', says: /no endpoint for s3/, facts: closed, to: s3 },
  'ssm beside a gateway endpoint of S3': {
    status: 'problem',
    says: /no default route/,
    facts: { ...routed(toS3), endpoints: [s3Gateway] },
  },
};

it.each(Object.entries(rows))('finds with %s', (_, { status, says, facts, from, to = ssm }) => {
  const findings = checkNetwork({ ...task, ...from }, facts, [to]);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({
    check: 'network',
    status,
    subject: `${to.service} in ${to.region}`,
  });
  expect(findings[0]!.message).toMatch(says);
  expect(findings[0]!.fix.length > 0).toBe(status === 'problem' && to.region === region);
});

describe('findings', () => {
  it('are merged over subnets that agree and destinations of the same service', () => {
    const facts = {
      ...closed,
      subnets: [...closed.subnets, subnet('subnet-3', '10.0.3.0/24')],
      routeTables: [...closed.routeTables, table('rtb-3', ['subnet-3'], route('nat-3'))],
    };
    const from = { ...task, subnets: ['subnet-1', 'subnet-2', 'subnet-3'] };
    const findings = checkNetwork(from, facts, [ssm, { ...ssm, for: 'ssm:/shop/key' }]);
    expect(findings.map(({ status, message }) => `${status}: ${message}`)).toEqual([
      'problem: not reached from subnet-1, subnet-2, for ssm:/shop/db, ssm:/shop/key: there is no default route, and the VPC has no endpoint for ssm',
      'ok: reached from subnet-3 through NAT gateway nat-3 (whose own way out was not looked at), for ssm:/shop/db, ssm:/shop/key',
    ]);
  });

  it.each([
    ['ssm', 'parameter-store-unreachable'],
    ['secretsmanager', 'secrets-manager-unreachable'],
    ['ecr.api', 'registry-unreachable'],
    ['ecr.dkr', 'registry-unreachable'],
    ['s3', 'registry-unreachable'],
    ['logs', 'logs-unreachable'],
  ] as const)('of %s name the failure %s', (service, failure) => {
    const [finding] = checkNetwork(task, closed, [{ ...ssm, service }]);
    expect(finding).toMatchObject({ failure });
    const [fine] = checkNetwork(task, open, [{ ...ssm, service }]);
    expect(fine).not.toHaveProperty('failure');
  });
});

describe('the fix', () => {
  const fixOf = (facts: NetworkFacts, to = ssm, from: Partial<NetworkInterface> = {}) =>
    checkNetwork({ ...task, ...from }, facts, [to])[0]!.fix;

  const inVpc = 'Name=vpc-id,Values=vpc-1 Name=group-name,Values=ecs-secrets-endpoints';
  const made = `"$(aws ec2 describe-security-groups --filters ${inVpc} --query 'SecurityGroups[0].GroupId' --output text --region eu-west-1)"`;
  const make =
    'aws ec2 authorize-security-group-ingress --group-id "$(aws ec2 create-security-group --group-name ecs-secrets-endpoints ' +
    `--description 'HTTPS from the VPC to its endpoints' --vpc-id vpc-1 --query 'GroupId' --output text --region eu-west-1)" ` +
    "--ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=10.0.0.0/16}]' --region eu-west-1";
  const create = (subnets: string, securityGroup: string, service = 'ssm') =>
    `aws ec2 create-vpc-endpoint --vpc-id vpc-1 --vpc-endpoint-type Interface --service-name com.amazonaws.eu-west-1.${service} ` +
    `--subnet-ids ${subnets} --security-group-ids ${securityGroup} --private-dns-enabled --region eu-west-1`;
  const hostnames =
    'aws ec2 modify-vpc-attribute --vpc-id vpc-1 --enable-dns-hostnames --region eu-west-1';
  const addGroup = (securityGroup: string, id = 'vpce-1') =>
    `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${id} --add-security-group-ids ${securityGroup} --region eu-west-1`;
  const nameIt =
    'aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-1 --private-dns-enabled --region eu-west-1';
  const openToVpc = [rule({ cidrs: ['10.0.0.0/16'] })];

  it('is an endpoint, in one subnet of each zone, that lets in the whole VPC', () => {
    const facts = { ...closed, dnsHostnames: false };
    expect(fixOf(facts, ssm, { subnets: ['subnet-1', 'subnet-2', 'subnet-p'] })).toEqual([
      make,
      hostnames,
      create('subnet-1 subnet-2', made),
    ]);
  });

  it('is one group for all endpoints, and one endpoint for all interfaces', () => {
    const secrets: Destination = { ...ssm, service: 'secretsmanager' };
    const served = ['subnet-1', 'subnet-2'];
    const findings = ['subnet-1', 'subnet-2'].flatMap((id) =>
      checkNetwork({ ...task, subnets: [id] }, closed, [ssm, secrets], served),
    );
    expect([...new Set(findings.flatMap(({ fix }) => fix))]).toEqual([
      make,
      create('subnet-1 subnet-2', made),
      create('subnet-1 subnet-2', made, 'secretsmanager'),
    ]);
  });

  it('takes a group that lets in the VPC, of another endpoint or of an earlier fix', () => {
    const other = { service: `com.amazonaws.${region}.sqs` };
    expect(fixOf(ingress(withEndpoint(other), ...openToVpc))).toEqual([create('subnet-1', 'sg-e')]);
    const own = { ...group('sg-own', openToVpc), name: 'ecs-secrets-endpoints' };
    const facts = (rules: SecurityRule[]) => ({
      ...closed,
      securityGroups: [...closed.securityGroups, { ...own, ingress: rules }],
    });
    expect(fixOf(facts(openToVpc))).toEqual([create('subnet-1', 'sg-own')]);
    expect(fixOf(facts([]))).toEqual([
      "aws ec2 authorize-security-group-ingress --group-id sg-own --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=10.0.0.0/16}]' --region eu-west-1",
      create('subnet-1', 'sg-own'),
    ]);
  });

  it('lets in every range of the VPC, and the interface out', () => {
    const second = { ...table('rtb-2', ['subnet-2']), routes: [route('local', '10.1.0.0/16')] };
    const facts = { ...closed, routeTables: [...closed.routeTables, second] };
    const [first, , last] = fixOf(egress(facts));
    expect(first).toContain('IpRanges=[{CidrIp=10.0.0.0/16},{CidrIp=10.1.0.0/16}]');
    expect(last).toBe(
      `aws ec2 authorize-security-group-egress --group-id sg-t --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{GroupId='${made}'}]' --region eu-west-1`,
    );
  });

  it('opens what is closed at an endpoint, and nothing else', () => {
    expect(fixOf(ingress(withEndpoint()))).toEqual([
      'aws ec2 authorize-security-group-ingress --group-id sg-e --protocol tcp --port 443 --source-group sg-t --region eu-west-1',
    ]);
    expect(fixOf(egress(withEndpoint()))).toEqual([
      "aws ec2 authorize-security-group-egress --group-id sg-t --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{GroupId=sg-e}]' --region eu-west-1",
    ]);
  });

  it('opens an endpoint to the VPC before it gives it the name of the service', () => {
    const nameless = withEndpoint({ privateDns: false });
    expect(fixOf(nameless)).toEqual([make, addGroup(made), nameIt]);
    expect(fixOf(ingress(nameless, ...openToVpc))).toEqual([nameIt]);
  });

  it('opens every endpoint whose name DNS wakes', () => {
    const facts = {
      ...closed,
      dnsHostnames: false,
      endpoints: [endpoint({ id: 'vpce-sqs', service: `com.amazonaws.${region}.sqs` })],
    };
    expect(fixOf(facts)).toEqual([
      make,
      addGroup(made, 'vpce-sqs'),
      hostnames,
      create('subnet-1', made),
    ]);
    expect(fixOf(facts, s3)).toHaveLength(1);
  });

  it('lets out to AWS, or to S3 alone', () => {
    expect(fixOf(egress(open))[0]).toContain('IpRanges=[{CidrIp=0.0.0.0/0}]');
    const facts = egress({ ...routed(toS3), endpoints: [s3Gateway] });
    expect(fixOf(facts, s3)[0]).toContain('PrefixListIds=[{PrefixListId=pl-s3}]');
  });

  it('is a gateway endpoint for S3, or a route to the one there is', () => {
    expect(fixOf(closed, s3)).toEqual([
      'aws ec2 create-vpc-endpoint --vpc-id vpc-1 --vpc-endpoint-type Gateway --service-name com.amazonaws.eu-west-1.s3 --route-table-ids rtb-main --region eu-west-1',
    ]);
    expect(fixOf({ ...closed, endpoints: [s3Gateway] }, s3)).toEqual([
      'aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-s3 --add-route-table-ids rtb-main --region eu-west-1',
    ]);
  });

  it('quotes what zsh would expand', () => {
    const [, list] = fixOf(egress(closed), s3);
    expect(list).toContain("--query 'PrefixLists[0].PrefixListId'");
  });

  it('is not told where the name of the endpoint is not known', () => {
    expect(fixOf(closed, { ...ssm, dnsSuffix: 'amazonaws.com.cn' })).toEqual([]);
  });
});
