import { holds, parseRange, sizeOf } from './cidr.ts';
import { defaultGroup, prefixListOf } from './endpoints.ts';
import { isBlackHole } from './route-tables.ts';
import type { Network, Route, Rule, Subnet } from './state.ts';

/** A network interface that calls a service. */
export interface Caller {
  subnets: readonly string[];
  /** Empty: the VPC's default group. */
  groups: readonly string[];
  publicIp: boolean;
}

/**
 * Whether a first packet to port 443 of a service would arrive, from each of the subnets. Simulates
 * name resolution, both security groups and the route with addresses of its own choice. Subnets
 * outside this sandbox count as connected. This implementation differs on purpose from the
 * product's check (src/model/starts/checks/network.ts), which uses ranges: tests compare the two.
 */
export function reaches(
  network: Network,
  region: string,
  caller: Caller,
  to: { service: string; region: string },
): boolean {
  return caller.subnets.every((id) => {
    const subnet = network.subnets.get(id);
    return !subnet || arrives(network, region, { ...caller, subnet }, to);
  });
}

// --- internal ---

interface Place {
  subnet: Subnet;
  groups: readonly string[];
  publicIp: boolean;
}

/** An address of AWS, for services outside the VPC. */
const somewhereAtAws = 52 * 256 ** 3 + 94 * 256 ** 2 + 5;

function arrives(
  network: Network,
  region: string,
  place: Place,
  to: { service: string; region: string },
): boolean {
  const vpc = network.vpcs.get(place.subnet.vpc);
  // Without AWS's resolver, no name can be resolved: there are no other DNS servers here.
  if (!vpc?.dnsSupport) return false;
  const groups = place.groups.length > 0 ? place.groups : [defaultGroup(network, vpc)];
  const range = parseRange(place.subnet.cidr);
  const source = range ? range.first + sizeOf(range.bits) - 2 : 0;

  const name = `.${to.region}.${to.service}`;
  const endpoints = [...network.endpoints.values()].filter(
    (endpoint) =>
      endpoint.vpc === vpc.id && to.region === region && endpoint.service.endsWith(name),
  );
  const named = endpoints.find(({ privateDns }) => privateDns && vpc.dnsHostnames);
  if (named) {
    return (
      named.addresses.length > 0 &&
      named.addresses.every((address) =>
        lets(network, groups, 'egress', { address, groups: named.groups }),
      ) &&
      lets(network, named.groups, 'ingress', { address: source, groups })
    );
  }

  const table = tableOf(network, place.subnet);
  const gateway = endpoints.find(
    ({ id, type }) => type === 'Gateway' && table?.routes.some(({ target }) => target.id === id),
  );
  if (gateway) {
    const prefixList = prefixListOf(gateway.service);
    return lets(network, groups, 'egress', { address: somewhereAtAws, groups: [], prefixList });
  }
  return (
    lets(network, groups, 'egress', { address: somewhereAtAws, groups: [] }) &&
    leadsOut(network, place.subnet, place.publicIp)
  );
}

/**
 * Whether a packet to AWS leaves the VPC; everything behind gateways other than EC2's counts as
 * open.
 */
function leadsOut(network: Network, subnet: Subnet, publicIp: boolean): boolean {
  const target = targetOf(network, subnet);
  if (target === undefined) return false;
  const nat = network.natGateways.get(target);
  if (!nat) return !target.startsWith('igw-') || publicIp;
  const home = network.subnets.get(nat.subnet);
  return !nat.isPrivate && home !== undefined && isInternet(targetOf(network, home));
}

/**
 * The target of the most specific route to AWS; undefined if there is none, or its target is gone.
 */
function targetOf(network: Network, subnet: Subnet): string | undefined {
  const routes = (tableOf(network, subnet)?.routes ?? []).filter(({ to }) => {
    const range = parseRange(to);
    return range !== undefined && holds(range, somewhereAtAws);
  });
  const [route] = routes.toSorted((a, b) => bitsOf(b) - bitsOf(a));
  return route && !isBlackHole(network, route.target.id) ? route.target.id : undefined;
}

function isInternet(target: string | undefined): boolean {
  return target?.startsWith('igw-') === true;
}

function bitsOf({ to }: Route): number {
  return parseRange(to)?.bits ?? 0;
}

function tableOf(network: Network, subnet: Subnet) {
  const tables = [...network.routeTables.values()].filter(({ vpc }) => vpc === subnet.vpc);
  return (
    tables.find(({ subnets }) => [...subnets.values()].includes(subnet.id)) ??
    tables.find(({ main }) => main !== undefined)
  );
}

interface Peer {
  address: number;
  groups: readonly string[];
  prefixList?: string;
}

/** Whether one of the groups has a rule for HTTPS with the other side. */
function lets(
  network: Network,
  groups: readonly string[],
  direction: 'ingress' | 'egress',
  peer: Peer,
): boolean {
  return groups
    .flatMap((id) => network.groups.get(id)?.[direction] ?? [])
    .some((rule) => isForHttps(rule) && meets(rule, peer));
}

function isForHttps({ protocol, from = 0, to = 65_535 }: Rule): boolean {
  return protocol === '-1' || (protocol === 'tcp' && from <= 443 && to >= 443);
}

function meets({ ranges, groups, prefixLists }: Rule, peer: Peer): boolean {
  return (
    ranges.map(parseRange).some((range) => range && holds(range, peer.address)) ||
    groups.some((id) => peer.groups.includes(id)) ||
    (peer.prefixList !== undefined && prefixLists.includes(peer.prefixList))
  );
}
