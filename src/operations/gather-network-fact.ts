import type { Aws } from '../aws/index.ts';
import type { Service } from '../aws/ecs.ts';
import { CliError } from '../errors.ts';
import type { NetworkFact } from '../model/checks/facts.ts';
import type { NetworkInterface } from '../model/network-facts.ts';
import type { Placement } from '../model/placement.ts';
import { whyUnseen } from './gather-secret-facts.ts';
import { readNetwork } from './read-network.ts';

/**
 * The network by which secrets, images and logs are reached: on Fargate the task's own interface, on
 * instances the instance's (ECS guide; amazon-ecs-agent fetches in the host's network).
 */
export async function gatherNetworkFact(
  aws: Aws,
  service: Service | undefined,
  placement: Placement,
): Promise<NetworkFact> {
  const unseen = (why: string): NetworkFact => ({ state: 'unseen', why });
  if (!service) {
    return unseen(
      'a task definition names no subnets; verify CLUSTER/SERVICE looks at the network',
    );
  }
  const { region } = await aws.caller();
  try {
    const given = await interfacesOf(aws, service, placement);
    if (given.length === 0) {
      return unseen(
        placement.launchTypes.includes('FARGATE')
          ? 'the service names no subnets'
          : (placement.instancesUnknown ?? 'no instance of EC2 is registered in the cluster'),
      );
    }
    const ec2 = await aws.ec2();
    const interfaces = await Promise.all(given.map((one) => readNetwork(ec2, region, one)));
    return { state: 'seen', interfaces };
  } catch (error) {
    if (error instanceof CliError) return unseen(whyUnseen(error));
    throw error;
  }
}

// --- internal ---

async function interfacesOf(
  aws: Aws,
  { network }: Service,
  { launchTypes, instances = [] }: Placement,
): Promise<NetworkInterface[]> {
  const own: NetworkInterface[] =
    launchTypes.includes('FARGATE') && network ? [{ of: 'task', ...network }] : [];
  const ids = instances.flatMap(({ ec2InstanceId }) => ec2InstanceId ?? []);
  if (ids.length === 0) return own;
  const found = await (await aws.ec2()).instances(ids);
  const hosts = found.map(({ subnet, securityGroups, publicIp }): NetworkInterface => ({
    of: 'instance',
    subnets: [subnet],
    securityGroups,
    publicIp,
  }));
  // Instances of one group are alike.
  return [...own, ...new Map(hosts.map((one) => [JSON.stringify(one), one])).values()];
}
