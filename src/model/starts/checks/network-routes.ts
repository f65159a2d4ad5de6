import { parseIpRange } from '../ip-range.ts';
import type {
  NetworkFacts,
  NetworkInterface,
  Route,
  RouteTable,
  Subnet,
} from '../network-facts.ts';

/** How the routes of a subnet lead to AWS's public addresses. */
export interface WayOut {
  /** `unseen`: they lead to a target whose other end is not readable. */
  status: 'open' | 'none' | 'unseen';
  /** What the route goes through, or why there is none: part of a sentence. */
  text: string;
}

/** The route table of a subnet; undefined if it is not among the facts. */
export function routeTableOf(facts: NetworkFacts, subnet: string): RouteTable | undefined {
  return (
    facts.routeTables.find(({ subnets }) => subnets.includes(subnet)) ??
    facts.routeTables.find(({ main }) => main)
  );
}

/** Finds the outbound route of IPv4 packets from a subnet. */
export function wayOut(facts: NetworkFacts, subnet: Subnet, interfaceOf: NetworkInterface): WayOut {
  const table = routeTableOf(facts, subnet.id);
  if (!table) return { status: 'unseen', text: `the route table of ${subnet.id} was not found` };
  const way = defaultWay(facts, table, interfaceOf);
  if (way.status === 'open' && subnet.internetBlocked) {
    return {
      status: 'unseen',
      text: `VPC Block Public Access is on, and whether ${way.text} is excluded from it cannot be seen`,
    };
  }
  if (way.status !== 'none') return way;
  // These may reach an endpoint of another VPC, under a name in a custom DNS.
  const elsewhere = table.routes.find((route) => route.active && leadsElsewhere(facts, route));
  if (!elsewhere) return way;
  const { destination, target } = elsewhere;
  return {
    status: 'unseen',
    text: `${way.text}, and what lies behind ${target} (route to ${destination}) cannot be seen`,
  };
}

// --- internal ---

/** Routes with so few fixed bits together cover the internet. */
const broad = 7;

function defaultWay(
  facts: NetworkFacts,
  table: RouteTable,
  { of, publicIp }: NetworkInterface,
): WayOut {
  const wide = table.routes.filter(({ destination, target }) => {
    const range = parseIpRange(destination);
    return target !== 'local' && range !== undefined && range.bits <= broad;
  });
  const [route] = wide;
  if (!route) return { status: 'none', text: 'there is no default route' };
  if (wide.length > 1 || route.destination !== '0.0.0.0/0') {
    const list = wide.map(({ destination }) => destination).join(' and ');
    return { status: 'unseen', text: `${table.id} splits the way out into routes to ${list}` };
  }
  const { target } = route;
  if (!route.active) {
    return {
      status: 'none',
      text: `the default route leads to ${target}, which is gone (black hole)`,
    };
  }
  if (target.startsWith('igw-')) {
    if (publicIp) return { status: 'open', text: `internet gateway ${target}` };
    const reason =
      of === 'task' ? 'the task gets none (assignPublicIp is off)' : 'the instance has none';
    return {
      status: 'none',
      text: `the default route leads to internet gateway ${target}, which takes a public IP address: ${reason}`,
    };
  }
  if (target.startsWith('nat-')) return throughNat(facts, target);
  return {
    status: 'unseen',
    text: `the default route leads to ${target}, whose other end cannot be seen`,
  };
}

function throughNat(facts: NetworkFacts, id: string): WayOut {
  const gateway = facts.natGateways.find((one) => one.id === id);
  const text = `NAT gateway ${id}`;
  const lost = (why: string): WayOut => ({
    status: 'none',
    text: `the default route leads to ${text}, ${why}`,
  });
  // A route to it stays `active` for a while after it is deleted.
  if (!gateway) return lost('which is not found in the VPC');
  if (gateway.state === 'pending') {
    return { status: 'unseen', text: `${text} is still being created` };
  }
  if (gateway.state !== 'available') return lost(`whose state is ${gateway.state}`);
  if (gateway.isPrivate) {
    return { status: 'unseen', text: `${text} is a private one, whose other end cannot be seen` };
  }
  const table = gateway.subnet === undefined ? undefined : routeTableOf(facts, gateway.subnet);
  if (!gateway.subnet || !table) {
    return { status: 'open', text: `${text} (whose own way out was not looked at)` };
  }
  const home = table.routes.find(({ destination }) => destination === '0.0.0.0/0');
  if (home?.active && home.target.startsWith('igw-')) return { status: 'open', text };
  return home?.active
    ? { status: 'unseen', text: `${text} leads to ${home.target}, whose other end cannot be seen` }
    : {
        status: 'none',
        text: `the default route leads to ${text} in ${gateway.subnet}, which has no route to an internet gateway`,
      };
}

/** Whether a route leads to another network that may contain endpoints. */
function leadsElsewhere(facts: NetworkFacts, { destination, target }: Route): boolean {
  if (target === 'local' || /^(igw|nat|eigw)-/.test(target)) return false;
  if (facts.endpoints.some(({ id, kind }) => id === target && kind === 'gateway')) return false;
  return destination.startsWith('pl-') || parseIpRange(destination) !== undefined;
}
