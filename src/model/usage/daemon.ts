import { lastPart } from '../last-part.ts';

/** How the tasks of a managed daemon get a new value (ECS API reference, UpdateDaemon). */
export const daemonRestart =
  'ECS restarts a daemon by draining and replacing its container instances: aws ecs update-daemon with a new revision of its task definition';

/**
 * The managed daemon that a task belongs to; undefined for a task of none. Their task definitions are a
 * kind of their own (botocore model, `DaemonTaskDefinition`). Without a group that names the daemon, it is
 * the family of its task definition.
 */
export function daemonOfTask({
  group,
  taskDefinition,
}: {
  group: string;
  taskDefinition: string;
}): string | undefined {
  if (!isDaemonDefinition(taskDefinition)) return undefined;
  if (group.startsWith('daemon:')) return group.slice('daemon:'.length);
  return lastPart(taskDefinition).replace(/:\d+$/, '');
}

/** Whether an ARN is that of the task definition of a managed daemon. */
export function isDaemonDefinition(arn: string): boolean {
  return arn.includes(':daemon-task-definition/');
}
