import { lastPart } from '../last-part.ts';

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
