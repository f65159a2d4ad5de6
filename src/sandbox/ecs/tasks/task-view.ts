import { date, platformView } from '../view-parts.ts';
import type { ContainerDefinition, Task } from '../state.ts';

/** A task as DescribeTasks shows it: never with a value it was started with. */
export function taskView(task: Task, withTags = false) {
  const { registration } = task.definition;
  return {
    taskArn: task.arn,
    clusterArn: task.cluster.arn,
    taskDefinitionArn: task.definition.arn,
    containerInstanceArn: task.instance?.arn,
    group: task.group,
    startedBy: task.startedBy,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    healthStatus: 'UNKNOWN',
    version: task.version,
    cpu: registration.cpu,
    memory: registration.memory,
    connectivity: task.startedAt === undefined ? undefined : 'CONNECTED',
    createdAt: new Date(task.createdAt),
    startedAt: date(task.startedAt),
    stoppingAt: date(task.stoppingAt),
    stoppedAt: date(task.stoppedAt),
    executionStoppedAt: date(task.startedAt === undefined ? undefined : task.stoppedAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    launchType: task.settings.launchType,
    ...platformView(task),
    overrides: {
      inferenceAcceleratorOverrides: [],
      ...task.overrides,
      containerOverrides:
        task.overrides.containerOverrides ??
        registration.containerDefinitions.map(({ name }) => ({ name })),
    },
    attachments: [],
    tags: withTags ? task.tags : [],
    containers: registration.containerDefinitions.map((entry) => containerView(task, entry)),
  };
}

function containerView(task: Task, { name, image }: ContainerDefinition) {
  return {
    containerArn: task.arn.replace(':task/', ':container/') + `/${name}`,
    taskArn: task.arn,
    name,
    image,
    lastStatus: containerStatus(task),
    exitCode: task.exitCodes.get(name),
    reason: reasonOf(task, name),
    networkInterfaces: [],
    healthStatus: 'UNKNOWN',
  };
}

function reasonOf({ fetched, plannedExit, exitCodes }: Task, name: string): string | undefined {
  if (plannedExit?.container === name && exitCodes.has(name)) return plannedExit.reason;
  if (!fetched || fetched.ok || fetched.container?.name !== name) return undefined;
  return fetched.container.reason;
}

function containerStatus({ lastStatus }: Task): string {
  if (lastStatus === 'RUNNING' || lastStatus === 'STOPPING') return 'RUNNING';
  return lastStatus === 'STOPPED' || lastStatus === 'DEPROVISIONING' ? 'STOPPED' : 'PENDING';
}
