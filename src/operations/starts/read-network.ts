import type { Ec2 } from '../../aws/ec2.ts';
import {
  endpointGroupName,
  type NetworkFacts,
  type NetworkInterface,
} from '../../model/starts/network-facts.ts';

/**
 * Reads the facts that `checkNetwork` needs about the network of an interface, in about 8 calls. A
 * network interface without security groups gets the default group of its VPC. Subnets and groups
 * that do not exist are omitted. Throws AwsError.
 */
export async function readNetwork(
  ec2: Ec2,
  region: string,
  given: NetworkInterface,
): Promise<{ from: NetworkInterface; facts: NetworkFacts }> {
  const own = await ec2.subnets(given.subnets);
  const vpc = own[0]?.vpc;
  if (vpc === undefined) {
    const nothing = {
      subnets: [],
      routeTables: [],
      endpoints: [],
      securityGroups: [],
      natGateways: [],
    };
    return {
      from: given,
      facts: { region, vpc: '', dnsSupport: true, dnsHostnames: true, ...nothing },
    };
  }
  const [routeTables, endpoints, dns, named] = await Promise.all([
    ec2.routeTables(vpc),
    ec2.endpoints(vpc),
    ec2.vpcDns(vpc),
    ec2.namedSecurityGroups(vpc, ['default', endpointGroupName]),
  ]);
  const fallback =
    given.securityGroups.length === 0 ? named.find(({ name }) => name === 'default') : undefined;
  const from = fallback ? { ...given, securityGroups: [fallback.id] } : given;

  const missing = <T>(wanted: readonly T[], known: readonly T[]): T[] =>
    [...new Set(wanted)].filter((one) => !known.includes(one));
  const groups = missing(
    [...from.securityGroups, ...endpoints.flatMap((one) => one.securityGroups)],
    named.map(({ id }) => id),
  );
  const others = missing(
    endpoints.flatMap((one) => one.subnets),
    own.map(({ id }) => id),
  );
  const hasNat = routeTables.some(({ routes }) =>
    routes.some(({ target }) => target.startsWith('nat-')),
  );
  const [securityGroups, otherSubnets, natGateways] = await Promise.all([
    groups.length > 0 ? ec2.securityGroups(groups) : [],
    others.length > 0 ? ec2.subnets(others) : [],
    hasNat ? ec2.natGateways(vpc) : [],
  ]);
  const facts = {
    region,
    vpc,
    dnsSupport: dns.support,
    dnsHostnames: dns.hostnames,
    subnets: [...own, ...otherSubnets],
    routeTables,
    endpoints,
    securityGroups: [...securityGroups, ...named],
    natGateways,
  };
  return { from, facts };
}
