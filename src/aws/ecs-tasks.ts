import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  paginateListContainerInstances,
  paginateListTasks,
  type ContainerInstance as SdkContainerInstance,
  type ECSClient,
  type ListTasksCommandInput,
  type Task,
} from '@aws-sdk/client-ecs';
import { batches } from '../model/batches.ts';
import type { ContainerInstance } from '../model/starts/placement.ts';

/** A task that is starting or running. */
export interface RunningTask {
  arn: string;
  /** ARN of its cluster. */
  cluster: string;
  /** `service:NAME` for a service's task, `family:NAME` for a standalone task. */
  group: string;
  taskDefinition: string;
  createdAt: Date | undefined;
  startedAt: Date | undefined;
}

/** A task, running or stopped, with everything that explains why it does not run. */
export interface DescribedTask extends RunningTask {
  /** `PENDING`, `RUNNING`, `STOPPED`, … */
  lastStatus: string;
  /** The ID of its deployment, for a service's task. */
  startedBy: string | undefined;
  launchType: string | undefined;
  capacityProvider: string | undefined;
  /** Platform version of Fargate, e.g. `1.4.0`. */
  platformVersion: string | undefined;
  platformFamily: string | undefined;
  /** ARN of its container instance. */
  containerInstance: string | undefined;
  /** The execution role of the task, if it overrides that of the task definition. */
  executionRole: string | undefined;
  /** The same for the task role. */
  taskRole: string | undefined;
  stopCode: string | undefined;
  stoppedReason: string | undefined;
  stoppedAt: Date | undefined;
  containers: { name: string; reason: string | undefined; exitCode: number | undefined }[];
}

/** A stopped task, and why it stopped. */
export type StoppedTask = DescribedTask;

/** The ECS calls about tasks and container instances. Clusters and services are names or ARNs. */
export interface TaskCalls {
  /**
   * The tasks of a cluster, or of one of its services, with desired status RUNNING; 100 per call.
   */
  runningTasks(cluster: string, service?: string): Promise<RunningTask[]>;
  /** The stopped tasks of a cluster or service that ECS still lists (at least an hour). */
  stoppedTasks(cluster: string, service?: string): Promise<StoppedTask[]>;
  /** Tasks by ID or ARN, 100 per call; `missing` has those that ECS does not list (any more). */
  describeTasks(
    cluster: string,
    tasks: readonly string[],
  ): Promise<{ tasks: DescribedTask[]; missing: string[] }>;
  /** The registered container instances of a cluster, 100 per call. */
  containerInstances(cluster: string): Promise<ContainerInstance[]>;
}

/** Creates these calls for a client. */
export function createTaskCalls(client: ECSClient): TaskCalls {
  async function describe(cluster: string | undefined, arns: readonly string[]) {
    const tasks: Task[] = [];
    const missing: string[] = [];
    for (const batch of batches(arns, 100)) {
      const answer = await client.send(new DescribeTasksCommand({ cluster, tasks: batch }));
      tasks.push(...(answer.tasks ?? []));
      missing.push(...(answer.failures ?? []).map(({ arn = '' }) => arn));
    }
    return { tasks: tasks.map(toTask), missing };
  }

  async function list(query: ListTasksCommandInput): Promise<DescribedTask[]> {
    const arns: string[] = [];
    for await (const page of paginateListTasks({ client }, query)) {
      arns.push(...(page.taskArns ?? []));
    }
    return (await describe(query.cluster, arns)).tasks;
  }

  return {
    runningTasks: (cluster, service) => list({ cluster, serviceName: service, maxResults: 100 }),

    stoppedTasks: (cluster, service) =>
      list({ cluster, serviceName: service, desiredStatus: 'STOPPED' }),

    describeTasks: describe,

    async containerInstances(cluster) {
      const arns: string[] = [];
      const query = { cluster, maxResults: 100 };
      for await (const page of paginateListContainerInstances({ client }, query)) {
        arns.push(...(page.containerInstanceArns ?? []));
      }
      const found: ContainerInstance[] = [];
      for (const batch of batches(arns, 100)) {
        const { containerInstances = [] } = await client.send(
          new DescribeContainerInstancesCommand({ cluster, containerInstances: batch }),
        );
        found.push(...containerInstances.map(toInstance));
      }
      return found;
    },
  };
}

/** Converts a task from DescribeTasks or RunTask. */
export function toTask(task: Task): DescribedTask {
  return {
    arn: task.taskArn ?? '',
    cluster: task.clusterArn ?? '',
    group: task.group ?? '',
    taskDefinition: task.taskDefinitionArn ?? '',
    createdAt: task.createdAt,
    startedAt: task.startedAt,
    lastStatus: task.lastStatus ?? '',
    startedBy: task.startedBy,
    launchType: task.launchType,
    capacityProvider: task.capacityProviderName,
    platformVersion: task.platformVersion,
    platformFamily: task.platformFamily,
    containerInstance: task.containerInstanceArn,
    executionRole: task.overrides?.executionRoleArn,
    taskRole: task.overrides?.taskRoleArn,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    stoppedAt: task.stoppedAt,
    containers: (task.containers ?? []).map(({ name = '', reason, exitCode }) => ({
      name,
      reason,
      exitCode,
    })),
  };
}

// --- internal ---

function toInstance(instance: SdkContainerInstance): ContainerInstance {
  const { attributes = [] } = instance;
  return {
    arn: instance.containerInstanceArn ?? '',
    ec2InstanceId: instance.ec2InstanceId,
    status: instance.status ?? '',
    connected: instance.agentConnected ?? false,
    agentVersion: instance.versionInfo?.agentVersion,
    os: attributes.find(({ name }) => name === 'ecs.os-type')?.value,
    attributes: new Set(attributes.flatMap(({ name }) => name ?? [])),
  };
}
