import { covers, isPrivate, overlap, parseIpRange, type IpRange } from '../ip-range.ts';
import type { Endpoint, NetworkFacts, SecurityRule } from '../network-facts.ts';

/** An answer that is `yes` or `no` only if it is certain. */
export type Seen = 'yes' | 'no' | 'unseen';

/**
 * Whether one of the groups allows outbound HTTPS to AWS's public addresses, or to a prefix list.
 */
export function letsOutToAws(
  facts: NetworkFacts,
  groups: readonly string[],
  prefixList?: string,
): Seen {
  return anyRule(facts, groups, 'egress', ({ cidrs, prefixLists }) => {
    if (prefixList !== undefined && prefixLists.includes(prefixList)) return 'yes';
    const ranges = rangesOf(cidrs);
    if (ranges.some(({ bits }) => bits === 0)) return 'yes';
    // AWS's ranges are many and change, so it is unknown whether a public range contains them.
    return prefixLists.length > 0 || ranges.some((range) => !isPrivate(range)) ? 'unseen' : 'no';
  });
}

/** Whether one of the groups allows outbound HTTPS to every network interface of an endpoint. */
export function letsOutToEndpoint(
  facts: NetworkFacts,
  groups: readonly string[],
  endpoint: Pick<Endpoint, 'subnets' | 'securityGroups'>,
): Seen {
  return anyRule(facts, groups, 'egress', (rule) =>
    rule.groups.some((id) => endpoint.securityGroups.includes(id))
      ? 'yes'
      : inRanges(rule, targetsOf(facts, endpoint)),
  );
}

/** Whether a group of an endpoint allows inbound HTTPS from a subnet, or from one of the groups. */
export function letsIn(
  facts: NetworkFacts,
  endpoint: Pick<Endpoint, 'securityGroups'>,
  from: { groups: readonly string[]; cidr: string },
): Seen {
  return anyRule(facts, endpoint.securityGroups, 'ingress', (rule) =>
    rule.groups.some((id) => from.groups.includes(id))
      ? 'yes'
      : inRanges(rule, rangesOf([from.cidr])),
  );
}

/** The IPv4 ranges of the VPC: each has a local route in its route tables. */
export function rangesOfVpc({ routeTables }: NetworkFacts): string[] {
  const local = routeTables
    .flatMap(({ routes }) => routes)
    .filter(({ target, destination }) => target === 'local' && parseIpRange(destination));
  return [...new Set(local.map(({ destination }) => destination))];
}

// --- internal ---

/** The best answer of all rules for port 443; a group that was not readable may have any rule. */
function anyRule(
  facts: NetworkFacts,
  groups: readonly string[],
  direction: 'ingress' | 'egress',
  judge: (rule: SecurityRule) => Seen,
): Seen {
  const answers = groups.flatMap((id): Seen[] => {
    const group = facts.securityGroups.find((one) => one.id === id);
    return group ? joined(group[direction].filter(isForHttps)).map(judge) : ['unseen'];
  });
  return answers.includes('yes') ? 'yes' : answers.includes('unseen') ? 'unseen' : 'no';
}

/** Combines all rules into one: each may allow traffic to a different subnet. */
function joined(rules: readonly SecurityRule[]): SecurityRule[] {
  const [first] = rules;
  if (!first) return [];
  return [
    {
      ...first,
      cidrs: rules.flatMap(({ cidrs }) => cidrs),
      groups: rules.flatMap(({ groups }) => groups),
      prefixLists: rules.flatMap(({ prefixLists }) => prefixLists),
    },
  ];
}

function isForHttps({ protocol, from, to }: SecurityRule): boolean {
  if (protocol === '-1') return true;
  return ['tcp', '6'].includes(protocol) && (from ?? 0) <= 443 && (to ?? 65_535) >= 443;
}

function inRanges({ cidrs, prefixLists }: SecurityRule, targets: readonly IpRange[]): Seen {
  const ranges = rangesOf(cidrs);
  if (targets.length === 0) return 'unseen';
  if (targets.every((target) => ranges.some((range) => covers(range, target)))) return 'yes';
  const touches = ranges.some((range) => targets.some((target) => overlap(range, target)));
  return touches || prefixLists.length > 0 ? 'unseen' : 'no';
}

/**
 * The location of an endpoint's addresses: its subnets, or anywhere in the VPC if these are
 * unknown.
 */
function targetsOf(facts: NetworkFacts, { subnets }: Pick<Endpoint, 'subnets'>): IpRange[] {
  const cidrs = subnets.map((id) => facts.subnets.find((one) => one.id === id)?.cidr);
  const known = cidrs.flatMap((cidr) => cidr ?? []);
  if (known.length > 0 && known.length === cidrs.length) return rangesOf(known);
  return rangesOf(rangesOfVpc(facts));
}

function rangesOf(cidrs: readonly string[]): IpRange[] {
  return cidrs.flatMap((cidr) => parseIpRange(cidr) ?? []);
}
