import type { Endpoint, NetworkFacts, NetworkInterface } from '../network-facts.ts';
import { routeTableOf } from './network-routes.ts';
import { letsIn, letsOutToAws, letsOutToEndpoint } from './network-rules.ts';

/** Where calls go: a service in a region. */
export interface Place {
  service: string;
  region: string;
  dnsSuffix: string;
}

/** Commands that open port 443 between an interface and an endpoint; none where it is open. */
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

/** Commands that let port 443 out to AWS; to a prefix list only where one is named. */
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

/** Commands after which the private names of endpoints count in the VPC. */
export function turnOnDns({ vpc, region, dnsSupport, dnsHostnames }: NetworkFacts): string[] {
  const modify = `aws ec2 modify-vpc-attribute --vpc-id ${vpc}`;
  return [
    ...(dnsSupport ? [] : [`${modify} --enable-dns-support --region ${region}`]),
    ...(dnsHostnames ? [] : [`${modify} --enable-dns-hostnames --region ${region}`]),
  ];
}

/** Commands that give an endpoint the service's usual name, and open it. */
export function turnOnPrivateDns(
  facts: NetworkFacts,
  from: NetworkInterface,
  endpoint: Endpoint,
): string[] {
  const modify = `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${endpoint.id}`;
  return [
    ...turnOnDns(facts),
    ...(endpoint.privateDns ? [] : [`${modify} --private-dns-enabled --region ${facts.region}`]),
    ...openEndpoint(facts, from, endpoint),
  ];
}

/** Commands that lead the subnets' routes to a gateway endpoint. */
export function addRoutes(
  facts: NetworkFacts,
  from: NetworkInterface,
  endpoint: Endpoint,
): string[] {
  const isMissing = (id: string) =>
    !facts.routeTables
      .find((table) => table.id === id)
      ?.routes.some(({ target }) => target === endpoint.id);
  const tables = tablesOf(facts, from).filter(isMissing);
  const prefixList = facts.routeTables
    .flatMap(({ routes }) => routes)
    .find(({ target }) => target === endpoint.id)?.destination;
  const isOpen = letsOutToAws(facts, from.securityGroups, prefixList) === 'yes';
  return [
    ...turnOnDns({ ...facts, dnsHostnames: true }),
    `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${endpoint.id} --add-route-table-ids ` +
      `${tables.join(' ')} --region ${facts.region}`,
    ...(isOpen || prefixList === undefined ? [] : openEgress(facts, from, prefixList)),
  ];
}

/** Commands that make an endpoint which the interface reaches; none where its name is not known. */
export function makeEndpoint(facts: NetworkFacts, from: NetworkInterface, to: Place): string[] {
  // Other partitions name some of their services otherwise.
  if (to.region !== facts.region || to.dnsSuffix !== 'amazonaws.com') return [];
  const create = `aws ec2 create-vpc-endpoint --vpc-id ${facts.vpc}`;
  const name = `com.amazonaws.${to.region}.${to.service}`;
  if (to.service === 's3') {
    const tables = tablesOf(facts, from);
    if (tables.length === 0) return [];
    const of = `--vpc-endpoint-type Gateway --service-name ${name}`;
    // The shell fills in the id, which is AWS's own and another one in each region.
    const list =
      `'"$(aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values=${name} ` +
      `--query PrefixLists[0].PrefixListId --output text --region ${facts.region})"'`;
    const isOpen = letsOutToAws(facts, from.securityGroups) === 'yes';
    return [
      ...turnOnDns({ ...facts, dnsHostnames: true }),
      `${create} ${of} --route-table-ids ${tables.join(' ')} --region ${facts.region}`,
      ...(isOpen ? [] : openEgress(facts, from, list)),
    ];
  }
  const group = groupOpenToItself(facts, from);
  if (group === undefined) return [];
  const subnets = oneInEachZone(facts, from);
  return [
    ...turnOnDns(facts),
    `${create} --vpc-endpoint-type Interface --service-name ${name} --subnet-ids ${subnets.join(' ')} ` +
      `--security-group-ids ${group} --private-dns-enabled --region ${facts.region}`,
    ...openEndpoint(facts, from, { subnets, securityGroups: [group] }),
  ];
}

// --- internal ---

function tablesOf(facts: NetworkFacts, { subnets }: NetworkInterface): string[] {
  return [...new Set(subnets.flatMap((id) => routeTableOf(facts, id)?.id ?? []))];
}

function letOut({ region }: NetworkFacts, group: string, peer: string): string {
  return (
    `aws ec2 authorize-security-group-egress --group-id ${group} --ip-permissions ` +
    `'IpProtocol=tcp,FromPort=443,ToPort=443,${peer}' --region ${region}`
  );
}

/** A group of the interface's that an endpoint can share with it, if possible without a new rule. */
function groupOpenToItself(facts: NetworkFacts, { securityGroups }: NetworkInterface) {
  const isOpen = (id: string) =>
    letsIn(facts, { securityGroups: [id] }, { groups: securityGroups, cidr: '' }) === 'yes';
  return securityGroups.find(isOpen) ?? securityGroups[0];
}

/** An endpoint takes one subnet of each availability zone. */
function oneInEachZone(facts: NetworkFacts, { subnets }: NetworkInterface): string[] {
  const zones = new Map<string, string>();
  for (const id of subnets) {
    const zone = facts.subnets.find((one) => one.id === id)?.availabilityZone ?? id;
    if (!zones.has(zone)) zones.set(zone, id);
  }
  return [...zones.values()];
}
