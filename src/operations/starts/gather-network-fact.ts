import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import type { NetworkFact } from '../../model/starts/checks/facts.ts';
import type { NetworkInterface } from '../../model/starts/network-facts.ts';
import { isUsable } from '../../model/starts/checks/platform-instances.ts';
import { isWindows } from '../../model/starts/checks/platform.ts';
import type { Placement } from '../../model/starts/placement.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { readNetwork } from './read-network.ts';
import { whyUnseen } from '../if-allowed.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/**
 * The network used to fetch secrets and images and to send logs: on Fargate the task's own
 * interface, on instances that of the instance (ECS guide; amazon-ecs-agent fetches in the host's
 * network).
 */
export async function gatherNetworkFact(
  aws: Aws,
  definition: TaskDefinition,
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
    const windows = isWindows(definition, placement);
    const hosts = await hostsOf(aws, placement, windows);
    const given = [...ownOf(service, placement), ...hosts];
    if (given.length === 0) return unseen(whyNone(placement));
    const ec2 = await aws.ec2();
    const interfaces = await Promise.all(given.map((one) => readNetwork(ec2, region, one)));
    return { state: 'seen', interfaces };
  } catch (error) {
    if (error instanceof CliError) return unseen(whyUnseen(error));
    throw error;
  }
}

// --- internal ---

function ownOf({ network }: Service, { launchTypes }: Placement): NetworkInterface[] {
  return launchTypes.includes('FARGATE') && network ? [{ of: 'task', ...network }] : [];
}

/**
 * Network interfaces of the instances that may run a new task; machines outside EC2 are not
 * included.
 */
async function hostsOf(
  aws: Aws,
  { launchTypes, instances = [] }: Placement,
  windows: boolean | undefined,
): Promise<NetworkInterface[]> {
  if (!launchTypes.includes('EC2')) return [];
  const usable = instances.filter((one) => isUsable(one, 'EC2', windows));
  const ids = usable.flatMap(({ ec2InstanceId: id }) => (id?.startsWith('i-') ? [id] : []));
  if (ids.length === 0) return [];
  const found = await (await aws.ec2()).instances(ids);
  // Instances of one group are equal except for their subnets.
  const alike = new Map<string, NetworkInterface>();
  for (const { vpc, subnet, securityGroups, publicIp } of found) {
    const key = JSON.stringify([vpc, securityGroups, publicIp]);
    const subnets = new Set([...(alike.get(key)?.subnets ?? []), subnet]);
    alike.set(key, { of: 'instance', subnets: [...subnets].sort(), securityGroups, publicIp });
  }
  return [...alike.values()];
}

function whyNone({ launchTypes, instancesUnknown }: Placement): string {
  if (launchTypes.includes('FARGATE')) return 'the service names no subnets';
  if (!launchTypes.includes('EC2')) {
    return `the network of the launch type ${launchTypes.join(', ')} cannot be seen`;
  }
  return instancesUnknown ?? 'the cluster has no instance of EC2 that is connected and takes tasks';
}
