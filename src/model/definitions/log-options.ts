import type { ContainerDefinition } from './task-definition.ts';

/**
 * Whether the log driver awslogs is to create the group of logs (`awslogs-create-group`). The driver reads it
 * with strconv.ParseBool of Go, which takes `True`, `TRUE`, `t`, `T` and `1` too (moby, daemon/logger/awslogs).
 */
export function createsLogGroup(options: LogOptions): boolean {
  return /^(?:1|t|T|true|True|TRUE)$/.test(options?.['awslogs-create-group'] ?? '');
}

// --- internal ---

type LogOptions = NonNullable<ContainerDefinition['logConfiguration']>['options'];
