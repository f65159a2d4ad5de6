import type { FailureId, Finding } from '../../failures/finding.ts';
import type { Endpoint, NetworkFacts, NetworkInterface, Subnet } from '../network-facts.ts';
import {
  addRoutes,
  makeEndpoint,
  openEgress,
  openEndpoint,
  turnOnPrivateDns,
  type Place,
} from './network-fixes.ts';
import { routeTableOf, wayOut } from './network-routes.ts';
import { letsIn, letsOutToAws, letsOutToEndpoint, type Seen } from './network-rules.ts';

/** Something that a task needs from a service before it can start. */
export interface Destination extends Place {
  /** `s3` stores the layers of images in ECR. */
  service: 'ssm' | 'secretsmanager' | 'ecr.api' | 'ecr.dkr' | 's3' | 'logs';
  /** What it is needed for, for people: `ssm:/shop/db`, an image. */
  for: string;
}

/**
 * Checks for each service that a task needs whether its network interface reaches it: by an
 * interface endpoint whose private DNS takes over the service's name, by a gateway endpoint, or by
 * a route to an internet or NAT gateway (VPC guide; PrivateLink guide). Returns one finding per
 * service, region and cause; subnets with the same result share it. An unreadable target is
 * `not-checked`, never a problem. A new endpoint would be for the subnets in `served`. KMS is not
 * included: the stores call it themselves.
 *
 * Not checked: policies of endpoints, network ACLs, firewalls and proxies, and DNS other than
 * AWS's: DHCP options, custom private hosted zones and resolver rules.
 */
export function checkNetwork(
  from: NetworkInterface,
  facts: NetworkFacts,
  destinations: readonly Destination[],
  served: readonly string[] = from.subnets,
): Finding[] {
  const places = new Map<string, [Destination, ...Destination[]]>();
  for (const destination of destinations) {
    const key = `${destination.service} in ${destination.region}`;
    const same = places.get(key);
    if (same) same.push(destination);
    else places.set(key, [destination]);
  }
  return [...places].flatMap(([subject, same]) => {
    const verdicts = from.subnets.map((id) => ({
      id,
      ...judge(from, facts, same[0], { id, served }),
    }));
    return mergedFindings(subject, same, verdicts);
  });
}

// --- internal ---

interface Verdict {
  status: 'ok' | 'problem' | 'not-checked';
  /** The route, or what is wrong with it: part of a sentence. */
  text: string;
  fix: readonly string[];
}

const failures: Readonly<Record<Destination['service'], FailureId>> = {
  ssm: 'parameter-store-unreachable',
  secretsmanager: 'secrets-manager-unreachable',
  'ecr.api': 'registry-unreachable',
  'ecr.dkr': 'registry-unreachable',
  s3: 'registry-unreachable',
  logs: 'logs-unreachable',
};

const ok = (text: string): Verdict => ({ status: 'ok', text, fix: [] });
const unseen = (text: string): Verdict => ({ status: 'not-checked', text, fix: [] });
const problem = (text: string, fix: readonly string[]): Verdict => ({
  status: 'problem',
  text,
  fix,
});

function judge(
  from: NetworkInterface,
  facts: NetworkFacts,
  to: Destination,
  { id: subnetId, served }: { id: string; served: readonly string[] },
): Verdict {
  const subnet = facts.subnets.find(({ id }) => id === subnetId);
  if (!subnet) return unseen('the subnet was not found');
  const { cidr } = subnet;
  if (cidr === undefined) return unseen('the subnet has IPv6 addresses only');
  const endpoints = facts.endpoints.filter((endpoint) => isFor(endpoint, to));
  const isNear = to.region === facts.region;

  const named = isNear ? endpoints.find((one) => takesOverName(one, facts)) : undefined;
  if (named) return throughEndpoint(from, facts, { ...subnet, cidr }, named);

  const table = routeTableOf(facts, subnetId);
  const gatewayRoute = table?.routes.find(
    ({ target, active }) =>
      active && endpoints.some(({ id, kind }) => kind === 'gateway' && id === target),
  );
  const out = wayOut(facts, subnet, from);
  if (!facts.dnsSupport && (gatewayRoute || out.status !== 'none')) {
    return unseen(
      'DNS support of the VPC is off, and whether other DNS servers answer cannot be seen',
    );
  }
  if (gatewayRoute && isNear) {
    const { destination, target } = gatewayRoute;
    const isLetOut = letsOutToAws(facts, from.securityGroups, destination);
    return byEgress(from, isLetOut, `gateway endpoint ${target}`, () =>
      openEgress(facts, from, destination),
    );
  }
  if (out.status === 'unseen') return unseen(out.text);
  if (out.status === 'open') {
    const isLetOut = letsOutToAws(facts, from.securityGroups);
    return byEgress(from, isLetOut, out.text, () => openEgress(facts, from));
  }
  return withoutWay(from, facts, to, { endpoints, text: out.text, isNear, served });
}

function isFor({ service, kind }: Endpoint, to: Destination): boolean {
  const isAws = kind !== 'other' && !service.startsWith('com.amazonaws.vpce.');
  return isAws && service.endsWith(`.${to.region}.${to.service}`);
}

/**
 * Whether the service's name resolves to an endpoint, regardless of routes (API reference,
 * CreateVpcEndpoint).
 */
function takesOverName(endpoint: Endpoint, facts: NetworkFacts): boolean {
  const { kind, state, privateDns } = endpoint;
  const isNamed = kind === 'interface' && state === 'available' && privateDns;
  return isNamed && facts.dnsSupport && facts.dnsHostnames;
}

function throughEndpoint(
  from: NetworkInterface,
  facts: NetworkFacts,
  subnet: Subnet & { cidr: string },
  endpoint: Endpoint,
): Verdict {
  const text = `endpoint ${endpoint.id}`;
  if (endpoint.addresses === 'ipv6') return unseen(`${text} has IPv6 addresses only`);
  const isLetOut = letsOutToEndpoint(facts, from.securityGroups, endpoint);
  const isLetIn = letsIn(facts, endpoint, { groups: from.securityGroups, cidr: subnet.cidr });
  const groups = endpoint.securityGroups.join(', ');
  if (isLetOut === 'no' || isLetIn === 'no') {
    const reason =
      isLetIn === 'no'
        ? `its security group (${groups}) does not allow inbound port 443 from the ${from.of}`
        : `the security group of the ${from.of} (${from.securityGroups.join(', ')}) does not allow outbound port 443 to it`;
    return problem(
      `the name of the service leads to ${text}, and ${reason}`,
      openEndpoint(facts, from, endpoint),
    );
  }
  return isLetOut === 'yes' && isLetIn === 'yes'
    ? ok(text)
    : unseen(
        `the security groups allow only some addresses to reach ${text}, or were not all found`,
      );
}

function byEgress(
  { of, securityGroups }: NetworkInterface,
  isLetOut: Seen,
  way: string,
  fix: () => string[],
): Verdict {
  if (isLetOut === 'yes') return ok(way);
  const groups = securityGroups.join(', ');
  return isLetOut === 'no'
    ? problem(
        `the way leads through ${way}, and the security group of the ${of} (${groups}) does not allow outbound port 443 to it`,
        fix(),
      )
    : unseen(
        `the security group of the ${of} (${groups}) lets port 443 out to some addresses, or was not found`,
      );
}

function withoutWay(
  from: NetworkInterface,
  facts: NetworkFacts,
  to: Destination,
  {
    endpoints,
    text,
    isNear,
    served,
  }: { endpoints: readonly Endpoint[]; text: string; isNear: boolean; served: readonly string[] },
): Verdict {
  if (isShared(from, facts)) {
    return unseen(`${text}, and the VPC is another account's, whose endpoints cannot be seen`);
  }
  if (!isNear) {
    return endpoints.length > 0
      ? unseen(
          `${text}, and whether endpoint ${endpoints[0]?.id ?? ''} serves another region cannot be seen`,
        )
      : problem(`${text}, and endpoints of a VPC in ${facts.region} do not serve ${to.region}`, []);
  }
  const pending = endpoints.find(({ state }) => state === 'pending');
  if (pending) return unseen(`${text}, and endpoint ${pending.id} is still being created`);
  const made = endpoints.filter(({ state }) => state === 'available');
  const gateway = made.find(({ kind }) => kind === 'gateway');
  if (gateway) {
    return problem(
      `${text}, nor a route to gateway endpoint ${gateway.id}`,
      addRoutes(facts, from, gateway),
    );
  }
  // S3 also allows a gateway endpoint: its interface endpoints do not take over the name by
  // default.
  const nameless = to.service === 's3' ? undefined : made[0];
  if (nameless) {
    const off = facts.dnsSupport
      ? 'DNS hostnames of the VPC are off'
      : 'DNS support of the VPC is off';
    const reason = nameless.privateDns ? off : 'its private DNS is off';
    return problem(
      `${text}, and the name of the service does not lead to endpoint ${nameless.id}: ${reason}`,
      turnOnPrivateDns(facts, from, nameless),
    );
  }
  return problem(
    `${text}, and the VPC has no endpoint for ${to.service}`,
    makeEndpoint(facts, from, to, served),
  );
}

/**
 * Whether the subnets are shared by another account, whose endpoints and groups are not readable.
 */
function isShared(from: NetworkInterface, { subnets, securityGroups }: NetworkFacts): boolean {
  const owners = (list: readonly { id: string; owner: string }[], ids: readonly string[]) =>
    list.filter(({ id }) => ids.includes(id)).map(({ owner }) => owner);
  const own = owners(securityGroups, from.securityGroups);
  return owners(subnets, from.subnets).some((owner) => own.length > 0 && !own.includes(owner));
}

function mergedFindings(
  subject: string,
  destinations: readonly [Destination, ...Destination[]],
  verdicts: readonly (Verdict & { id: string })[],
): Finding[] {
  const merged = new Map<string, { verdict: Verdict; ids: string[]; texts: string[] }>();
  for (const { id, ...verdict } of verdicts) {
    // Subnets with a route share a finding, even if each has its own gateway.
    const key = verdict.status === 'ok' ? 'ok' : `${verdict.status} ${verdict.text}`;
    const same = merged.get(key) ?? { verdict, ids: [], texts: [] };
    same.ids.push(id);
    if (!same.texts.includes(verdict.text)) same.texts.push(verdict.text);
    merged.set(key, same);
  }
  const needs = [...new Set(destinations.map((one) => one.for))];
  const need = `${needs.slice(0, 3).join(', ')}${needs.length > 3 ? ` and ${needs.length - 3} more` : ''}`;
  return [...merged.values()].map(({ verdict: { status, fix }, ids, texts }) => {
    const where = ids.join(', ');
    const why = texts.join(' or ');
    const message = {
      ok: `reached from ${where} through ${why}, for ${need}`,
      problem: `not reached from ${where}, for ${need}: ${why}`,
      'not-checked': `whether it is reached from ${where} is not known, for ${need}: ${why}`,
    }[status];
    return {
      check: 'network',
      status,
      subject,
      message,
      fix: [...new Set(fix)],
      ...(status === 'problem' && { failure: failures[destinations[0].service] }),
    };
  });
}
