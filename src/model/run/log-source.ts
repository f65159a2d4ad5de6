import type { TaskDefinition } from '../definitions/task-definition.ts';

/** A log stream of CloudWatch Logs. */
export interface LogSource {
  /** Undefined for the region of the task. */
  region: string | undefined;
  group: string;
  stream: string;
}

/**
 * Where the output of a container goes: `PREFIX/CONTAINER/TASK` of its log group (ECS guide, "awslogs
 * log driver"); a sentence if it cannot be read from there.
 */
export function logSource(
  { containerDefinitions }: TaskDefinition,
  container: string,
  taskId: string,
): LogSource | string {
  const found = containerDefinitions.find(({ name }) => name === container);
  const driver = found?.logConfiguration?.logDriver;
  if (driver === undefined) {
    return `the output of ${container} is not shown: it has no log configuration`;
  }
  if (driver !== 'awslogs') {
    return `the output of ${container} is not shown: its log driver is ${driver}, not awslogs`;
  }
  const options = found?.logConfiguration?.options ?? {};
  const { 'awslogs-group': group = '', 'awslogs-stream-prefix': prefix = '' } = options;
  const { 'awslogs-region': region = '' } = options;
  if (group === '' || prefix === '') {
    const missing = group === '' ? 'awslogs-group' : 'awslogs-stream-prefix';
    return `the output of ${container} is not shown: its log configuration has no ${missing}`;
  }
  return {
    region: region === '' ? undefined : region,
    group,
    stream: `${prefix}/${container}/${taskId}`,
  };
}
