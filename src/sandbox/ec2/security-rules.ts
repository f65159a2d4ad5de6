import { integer, list, optional, structure, text } from '../protocol/input.ts';
import { ServiceError } from '../service.ts';
import { parseRange } from './cidr.ts';
import type { Rule } from './state.ts';

const port = optional(integer(-1, 65_535));

/** Rules in a request: in the list `IpPermissions`, or a single one in separate members. */
export const ruleMembers = {
  IpPermissions: optional(
    list(
      structure({
        IpProtocol: text(1),
        FromPort: port,
        ToPort: port,
        IpRanges: optional(list(structure({ CidrIp: text(1) }))),
        Ipv6Ranges: optional(list(structure({ CidrIpv6: text(1) }))),
        Groups: optional(list(structure({ GroupId: text(1) }))),
        PrefixListIds: optional(list(structure({ PrefixListId: text(1) }))),
      }),
    ),
  ),
  IpProtocol: optional(text(1)),
  FromPort: port,
  ToPort: port,
  CidrIp: optional(text(1)),
};

/** A rule for every address. */
export function everywhere(): Rule {
  return {
    protocol: '-1',
    from: undefined,
    to: undefined,
    ranges: ['0.0.0.0/0'],
    ipv6Ranges: [],
    groups: [],
    prefixLists: [],
  };
}

/** The rules in a request. Throws ServiceError for invalid ranges, and if there is no rule. */
export function rulesIn(input: {
  [Key in keyof typeof ruleMembers]: ReturnType<(typeof ruleMembers)[Key]>;
}): Rule[] {
  const rules = (input.IpPermissions ?? []).map((permission): Rule => ({
    ...portsOf(permission.IpProtocol, permission.FromPort, permission.ToPort),
    ranges: (permission.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
    ipv6Ranges: (permission.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
    groups: (permission.Groups ?? []).map(({ GroupId }) => GroupId),
    prefixLists: (permission.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId),
  }));
  if (input.IpProtocol !== undefined && input.CidrIp !== undefined) {
    const ports = portsOf(input.IpProtocol, input.FromPort, input.ToPort);
    rules.push({ ...everywhere(), ...ports, ranges: [input.CidrIp] });
  }
  if (rules.length === 0) {
    throw new ServiceError(
      'MissingParameter',
      'Either IpPermissions or the members of one rule should be provided',
    );
  }
  for (const range of rules.flatMap(({ ranges }) => ranges)) {
    if (parseRange(range)) continue;
    throw new ServiceError('InvalidParameterValue', `CIDR block ${range} is malformed`);
  }
  return rules.flatMap(single);
}

/** Whether two rules are equal. */
export function isSame(one: Rule, other: Rule): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Rules in DescribeSecurityGroups: grouped by protocol and ports. */
export function rulesView(rules: readonly Rule[], account: string) {
  const together = new Map<string, Rule[]>();
  for (const rule of rules) {
    const key = `${rule.protocol} ${rule.from ?? ''} ${rule.to ?? ''}`;
    together.set(key, [...(together.get(key) ?? []), rule]);
  }
  return [...together.values()].map((same) => ({
    ipProtocol: same[0]?.protocol,
    fromPort: same[0]?.from,
    toPort: same[0]?.to,
    ipRanges: same.flatMap(({ ranges }) => ranges.map((cidrIp) => ({ cidrIp }))),
    ipv6Ranges: same.flatMap(({ ipv6Ranges }) => ipv6Ranges.map((cidrIpv6) => ({ cidrIpv6 }))),
    groups: same.flatMap(({ groups }) => groups.map((groupId) => ({ groupId, userId: account }))),
    prefixListIds: same.flatMap(({ prefixLists }) =>
      prefixLists.map((prefixListId) => ({ prefixListId })),
    ),
  }));
}

// --- internal ---

/** One rule per peer of a rule. */
function single(rule: Rule): Rule[] {
  const none = { ...rule, ranges: [], ipv6Ranges: [], groups: [], prefixLists: [] };
  return [
    ...rule.ranges.map((range) => ({ ...none, ranges: [range] })),
    ...rule.ipv6Ranges.map((range) => ({ ...none, ipv6Ranges: [range] })),
    ...rule.groups.map((group) => ({ ...none, groups: [group] })),
    ...rule.prefixLists.map((prefixList) => ({ ...none, prefixLists: [prefixList] })),
  ];
}

/** EC2 returns known protocols by name, and rules for all protocols without ports. */
function portsOf(
  protocol: string,
  from: number | undefined,
  to: number | undefined,
): Pick<Rule, 'protocol' | 'from' | 'to'> {
  const names: Readonly<Record<string, string>> = {
    '6': 'tcp',
    '17': 'udp',
    '1': 'icmp',
    all: '-1',
  };
  const known = names[protocol] ?? protocol;
  return known === '-1'
    ? { protocol: known, from: undefined, to: undefined }
    : { protocol: known, from, to };
}
