import { randomBytes } from 'node:crypto';
import type { Call, Operation } from '../../service.ts';
import { findCluster } from '../clusters.ts';
import { clientError, invalidParameter } from '../errors.ts';
import { ecsArn, lastSegment } from '../ids.ts';
import { type PageInput, pageOf } from '../paging.ts';
import { isConnected, tasksOn } from './placement.ts';
import { agentAttributes } from '../definitions/required-attributes.ts';
import type { Attribute, ContainerInstance } from './instance-state.ts';
import type { Cluster, World } from '../state.ts';
import { checkTags } from '../tags.ts';
import { stopTask } from './task-life.ts';
import { count, isPending, isRunning } from '../view-parts.ts';
import type { Tag } from '../tag.ts';

const maxDescribed = 100;

interface RegisterInput {
  cluster?: string;
  instanceIdentityDocument?: string;
  totalResources?: unknown[];
  versionInfo?: ContainerInstance['versionInfo'];
  containerInstanceArn?: string;
  attributes?: Attribute[];
  tags?: Tag[];
}

/** The operations on container instances. */
export function containerInstanceOperations(world: World): Record<string, Operation> {
  return {
    RegisterContainerInstance: (input: RegisterInput, call: Call) => {
      const cluster = findCluster(world, call.region, input.cluster);
      const { tags = [] } = input;
      checkTags(tags);
      const known = cluster.instances.get(lastSegment(input.containerInstanceArn ?? ''));
      const instance = known ?? create(world, call.region, cluster, tags);
      instance.versionInfo = input.versionInfo ?? {};
      instance.resources = input.totalResources ?? [];
      instance.ec2InstanceId =
        instanceIdIn(input.instanceIdentityDocument) ?? instance.ec2InstanceId;
      instance.attributes = attributesOf(input);
      instance.version += 1;
      return { containerInstance: view(cluster, instance) };
    },

    DeregisterContainerInstance: (
      input: { cluster?: string; containerInstance: string; force?: boolean },
      call: Call,
    ) => {
      const cluster = findCluster(world, call.region, input.cluster);
      const instance = cluster.instances.get(lastSegment(input.containerInstance));
      if (instance?.status !== 'ACTIVE') {
        throw invalidParameter('Referenced container instance not found.');
      }
      const tasks = tasksOn(cluster, instance);
      if (tasks.length > 0 && !input.force) {
        throw invalidParameter('Found running tasks on the instance.');
      }
      instance.status = 'INACTIVE';
      for (const task of tasks) {
        const reason = 'Container instance deregistration forced by user';
        stopTask(world, task, 'ServiceSchedulerInitiated', reason);
      }
      return { containerInstance: view(cluster, instance) };
    },

    ListContainerInstances: (
      input: PageInput & { cluster?: string; status?: string; filter?: string },
      call: Call,
    ) => {
      const { instances } = findCluster(world, call.region, input.cluster);
      if (input.filter)
        throw invalidParameter('Filters of container instances are not in the sandbox.');
      const arns = [...instances.values()]
        .filter(({ status }) =>
          input.status === undefined ? status !== 'INACTIVE' : status === input.status,
        )
        .map(({ arn }) => arn)
        .sort();
      const { page, nextToken } = pageOf(arns, input, { default: 100, max: 100 });
      return { containerInstanceArns: page, nextToken };
    },

    DescribeContainerInstances: (
      input: { cluster?: string; containerInstances?: string[]; include?: string[] },
      call: Call,
    ) => {
      const cluster = findCluster(world, call.region, input.cluster);
      const { containerInstances: ids = [] } = input;
      if (ids.length === 0) throw invalidParameter('Container instance cannot be blank.');
      if (ids.length > maxDescribed) {
        throw invalidParameter(`Up to ${maxDescribed} container instances can be described.`);
      }
      const found: unknown[] = [];
      const failures: unknown[] = [];
      for (const id of ids) {
        const instance = cluster.instances.get(lastSegment(id));
        if (instance) found.push(view(cluster, instance, input.include?.includes('TAGS')));
        else {
          const arn = instanceArn(world, call.region, cluster.name, lastSegment(id));
          failures.push({ arn, reason: 'MISSING' });
        }
      }
      return { containerInstances: found, failures };
    },
  };
}

/** ARN of a container instance. */
export function instanceArn(world: World, region: string, cluster: string, id: string): string {
  return ecsArn(world, region, `container-instance/${cluster}/${id}`);
}

// --- internal ---

function create(world: World, region: string, cluster: Cluster, tags: Tag[]): ContainerInstance {
  const id = randomBytes(16).toString('hex');
  const instance: ContainerInstance = {
    id,
    arn: instanceArn(world, region, cluster.name, id),
    ec2InstanceId: undefined,
    status: 'ACTIVE',
    version: 0,
    versionInfo: {},
    resources: [],
    attributes: new Map(),
    registeredAt: world.environment.now(),
    tags: [...tags],
  };
  cluster.instances.set(id, instance);
  return instance;
}

/** What the agent sends or, where the caller sends nothing, what an agent of its version would. */
function attributesOf({ attributes, versionInfo }: RegisterInput): Map<string, string | undefined> {
  if (attributes) return new Map(attributes.map(({ name, value }) => [name, value]));
  return new Map<string, string | undefined>([
    ...agentAttributes(versionInfo?.agentVersion).map((name) => [name, undefined] as const),
    ['ecs.os-type', 'linux'],
  ]);
}

/** The instance's id in its identity document, of which the signature is not checked. */
function instanceIdIn(document: string | undefined): string | undefined {
  if (document === undefined) return undefined;
  try {
    const { instanceId } = JSON.parse(document) as { instanceId?: unknown };
    if (typeof instanceId === 'string') return instanceId;
  } catch {
    // Refused below like any other text that is no such document.
  }
  throw clientError('Invalid instance identity document.');
}

function view(cluster: Cluster, instance: ContainerInstance, withTags = false): object {
  const tasks = tasksOn(cluster, instance);
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    version: instance.version,
    versionInfo: instance.versionInfo,
    registeredResources: instance.resources,
    remainingResources: instance.resources,
    status: instance.status,
    agentConnected: isConnected(instance),
    runningTasksCount: count(tasks, isRunning),
    pendingTasksCount: count(tasks, isPending),
    attributes: [...instance.attributes].map(([name, value]) => ({ name, value })),
    registeredAt: new Date(instance.registeredAt),
    attachments: [],
    tags: withTags ? instance.tags : [],
  };
}
