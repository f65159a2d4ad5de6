import {
  endpointGroupName,
  type Endpoint,
  type NetworkFacts,
  type NetworkInterface,
} from '../network-facts.ts';
import { routeTableOf } from './network-routes.ts';
import { letsIn, letsOutToAws, letsOutToEndpoint, rangesOfVpc } from './network-rules.ts';

// The printed commands run in sh, bash and zsh. A command looks up the result of another one in AWS
// instead of using a variable. So each can run alone, and the same step has the same text in every
// fix.

/** The target of calls: a service in a region. */
export interface Place {
  service: string;
  region: string;
  dnsSuffix: string;
}

/**
 * Commands that open port 443 between an interface and an endpoint that already has the service's
 * name; none if it is open. Only this interface is added: others that are allowed already were
 * allowed before.
 */
export function openEndpoint(
  facts: NetworkFacts,
  from: NetworkInterface,
  endpoint: Pick<Endpoint, 'subnets' | 'securityGroups'>,
): string[] {
  const [own] = from.securityGroups;
  const [theirs] = endpoint.securityGroups;
  if (own === undefined || theirs === undefined) return [];
  const cidrs = from.subnets.map((id) => facts.subnets.find((one) => one.id === id)?.cidr ?? '');
  const isIn = cidrs.every(
    (cidr) => letsIn(facts, endpoint, { groups: from.securityGroups, cidr }) === 'yes',
  );
  const isOut = letsOutToEndpoint(facts, from.securityGroups, endpoint) === 'yes';
  return [
    ...(isIn
      ? []
      : [
          `aws ec2 authorize-security-group-ingress --group-id ${theirs} --protocol tcp --port 443 ` +
            `--source-group ${own} --region ${facts.region}`,
        ]),
    ...(isOut ? [] : [letOut(facts, own, `UserIdGroupPairs=[{GroupId=${theirs}}]`)]),
  ];
}

/** Commands that open outbound port 443 to AWS; to a prefix list only, if one is given. */
export function openEgress(
  facts: NetworkFacts,
  from: NetworkInterface,
  prefixList?: string,
): string[] {
  const [own] = from.securityGroups;
  if (own === undefined) return [];
  const peer =
    prefixList === undefined
      ? 'IpRanges=[{CidrIp=0.0.0.0/0}]'
      : `PrefixListIds=[{PrefixListId=${prefixList}}]`;
  return [letOut(facts, own, peer)];
}

/**
 * Commands that give an endpoint the service's default name in the VPC, after opening it to the
 * VPC.
 */
export function turnOnPrivateDns(
  facts: NetworkFacts,
  from: NetworkInterface,
  endpoint: Endpoint,
): string[] {
  const { id, subnets, securityGroups, privateDns } = endpoint;
  const modify = `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${id}`;
  return [
    ...openToVpc(facts, endpoint),
    ...turnOnDns(facts),
    ...(privateDns ? [] : [`${modify} --private-dns-enabled --region ${facts.region}`]),
    ...letOutToEndpoint(facts, from, { subnets, group: securityGroups[0] }),
  ];
}

/** Commands that add routes from the subnets to a gateway endpoint. */
export function addRoutes(
  facts: NetworkFacts,
  from: NetworkInterface,
  endpoint: Endpoint,
): string[] {
  const isMissing = (id: string) =>
    !facts.routeTables
      .find((table) => table.id === id)
      ?.routes.some(({ target }) => target === endpoint.id);
  const tables = tablesOf(facts, from.subnets).filter(isMissing);
  const prefixList = facts.routeTables
    .flatMap(({ routes }) => routes)
    .find(({ target }) => target === endpoint.id)?.destination;
  const isOpen = letsOutToAws(facts, from.securityGroups, prefixList) === 'yes';
  return [
    ...turnOnDns(facts, { hostnames: false }),
    `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${endpoint.id} --add-route-table-ids ` +
      `${tables.join(' ')} --region ${facts.region}`,
    ...(isOpen || prefixList === undefined ? [] : openEgress(facts, from, prefixList)),
  ];
}

/**
 * Commands that create an endpoint which the interface reaches, without harm to others that have
 * another route now: private DNS moves the service's name for the whole VPC, so the whole VPC is
 * allowed. `subnets` are all subnets to serve, including those of other interfaces, because a VPC
 * allows one such endpoint per service. None if the name of the endpoint service is unknown.
 */
export function makeEndpoint(
  facts: NetworkFacts,
  from: NetworkInterface,
  to: Place,
  subnets: readonly string[],
): string[] {
  // Other partitions use different names for some services.
  if (to.region !== facts.region || to.dnsSuffix !== 'amazonaws.com') return [];
  const create = `aws ec2 create-vpc-endpoint --vpc-id ${facts.vpc}`;
  const name = `com.amazonaws.${to.region}.${to.service}`;
  if (to.service === 's3') {
    const tables = tablesOf(facts, subnets);
    if (tables.length === 0) return [];
    const of = `--vpc-endpoint-type Gateway --service-name ${name}`;
    // The ID belongs to AWS and differs per region.
    const list = lookup(
      facts,
      `describe-managed-prefix-lists --filters Name=prefix-list-name,Values=${name}`,
      'PrefixLists[0].PrefixListId',
    );
    const isOpen = letsOutToAws(facts, from.securityGroups) === 'yes';
    return [
      ...turnOnDns(facts, { hostnames: false }),
      `${create} ${of} --route-table-ids ${tables.join(' ')} --region ${facts.region}`,
      ...(isOpen ? [] : openEgress(facts, from, `'${list}'`)),
    ];
  }
  const group = groupForVpc(facts);
  if (!group) return [];
  const zones = oneInEachZone(facts, subnets);
  return [
    ...group.commands,
    ...turnOnDns(facts),
    `${create} --vpc-endpoint-type Interface --service-name ${name} --subnet-ids ${zones.join(' ')} ` +
      `--security-group-ids ${group.word} --private-dns-enabled --region ${facts.region}`,
    ...letOutToEndpoint(facts, from, { subnets: zones, group: group.id }),
  ];
}

// --- internal ---

function tablesOf(facts: NetworkFacts, subnets: readonly string[]): string[] {
  return [...new Set(subnets.flatMap((id) => routeTableOf(facts, id)?.id ?? []))];
}

/** A shell expression in a command that looks up a value in AWS. */
function lookup({ region }: NetworkFacts, question: string, query: string): string {
  return `"$(aws ec2 ${question} --query '${query}' --output text --region ${region})"`;
}

/** Commands that enable private endpoint names in the VPC, or its DNS resolver at all. */
function turnOnDns(facts: NetworkFacts, { hostnames } = { hostnames: true }): string[] {
  const { vpc, region, dnsSupport, dnsHostnames } = facts;
  const modify = `aws ec2 modify-vpc-attribute --vpc-id ${vpc}`;
  const attributes = [
    ...(dnsSupport ? [] : [`${modify} --enable-dns-support --region ${region}`]),
    ...(dnsHostnames || !hostnames ? [] : [`${modify} --enable-dns-hostnames --region ${region}`]),
  ];
  // Setting these attributes also activates the private names of existing endpoints.
  const wakes = attributes.length > 0 && (dnsHostnames || hostnames);
  const sleeping = facts.endpoints.filter(
    ({ kind, state, privateDns }) => kind === 'interface' && state === 'available' && privateDns,
  );
  return [
    ...(wakes ? sleeping : []).flatMap((endpoint) => openToVpc(facts, endpoint)),
    ...attributes,
  ];
}

/** Commands that open an endpoint to the whole VPC, before a name directs all of it there. */
function openToVpc(facts: NetworkFacts, endpoint: Endpoint): string[] {
  const group = letsVpcIn(facts, endpoint.securityGroups) ? undefined : groupForVpc(facts);
  if (!group) return [];
  return [
    ...group.commands,
    `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${endpoint.id} ` +
      `--add-security-group-ids ${group.word} --region ${facts.region}`,
  ];
}

/**
 * A security group for endpoints that allows the whole VPC: that of an endpoint, or a separate one
 * shared by all fixes in the VPC. None if the VPC's addresses are unknown.
 */
function groupForVpc(facts: NetworkFacts) {
  const { vpc, region } = facts;
  const ranges = rangesOfVpc(facts);
  if (ranges.length === 0) return undefined;
  const known = facts.endpoints
    .filter(({ kind, state }) => kind === 'interface' && state === 'available')
    .flatMap(({ securityGroups }) => securityGroups)
    .find((id) => letsVpcIn(facts, [id]));
  if (known !== undefined) return { id: known, word: known, commands: [] };

  const authorize = (group: string, cidrs: readonly string[]): string => {
    const peers = cidrs.map((cidr) => `{CidrIp=${cidr}}`).join(',');
    return (
      `aws ec2 authorize-security-group-ingress --group-id ${group} --ip-permissions ` +
      `'IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[${peers}]' --region ${region}`
    );
  };
  const made = facts.securityGroups.find(({ name }) => name === endpointGroupName)?.id;
  if (made !== undefined) {
    const closed = ranges.filter((cidr) => !letsRangeIn(facts, [made], cidr));
    return {
      id: made,
      word: made,
      commands: closed.length === 0 ? [] : [authorize(made, closed)],
    };
  }
  const create = lookup(
    facts,
    `create-security-group --group-name ${endpointGroupName} ` +
      `--description 'HTTPS from the VPC to its endpoints' --vpc-id ${vpc}`,
    'GroupId',
  );
  return {
    id: undefined,
    word: groupToBe(facts),
    commands: [authorize(create, ranges)],
  };
}

/** The ID of the group for endpoints, once created. */
function groupToBe(facts: NetworkFacts): string {
  const filters = `Name=vpc-id,Values=${facts.vpc} Name=group-name,Values=${endpointGroupName}`;
  const question = `describe-security-groups --filters ${filters}`;
  return lookup(facts, question, 'SecurityGroups[0].GroupId');
}

function letsVpcIn(facts: NetworkFacts, groups: readonly string[]): boolean {
  return rangesOfVpc(facts).every((cidr) => letsRangeIn(facts, groups, cidr));
}

function letsRangeIn(facts: NetworkFacts, groups: readonly string[], cidr: string): boolean {
  return letsIn(facts, { securityGroups: groups }, { groups: [], cidr }) === 'yes';
}

/**
 * Commands that allow traffic from an interface to an endpoint; without a group, to the one to be
 * created.
 */
function letOutToEndpoint(
  facts: NetworkFacts,
  { securityGroups }: NetworkInterface,
  { subnets, group }: { subnets: readonly string[]; group: string | undefined },
): string[] {
  const [own] = securityGroups;
  const endpoint = { subnets, securityGroups: group === undefined ? [] : [group] };
  if (own === undefined || letsOutToEndpoint(facts, securityGroups, endpoint) === 'yes') return [];
  const peer = group ?? `'${groupToBe(facts)}'`;
  return [letOut(facts, own, `UserIdGroupPairs=[{GroupId=${peer}}]`)];
}

function letOut({ region }: NetworkFacts, group: string, peer: string): string {
  return (
    `aws ec2 authorize-security-group-egress --group-id ${group} --ip-permissions ` +
    `'IpProtocol=tcp,FromPort=443,ToPort=443,${peer}' --region ${region}`
  );
}

/** An endpoint accepts one subnet per Availability Zone. */
function oneInEachZone(facts: NetworkFacts, subnets: readonly string[]): string[] {
  const zones = new Map<string, string>();
  for (const id of subnets) {
    const zone = facts.subnets.find((one) => one.id === id)?.availabilityZone ?? id;
    if (!zones.has(zone)) zones.set(zone, id);
  }
  return [...zones.values()];
}
