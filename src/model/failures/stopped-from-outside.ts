import { loosely } from './loosely.ts';

/** What DescribeTasks says of why a task stopped. */
export interface Stop {
  /** ECS: TaskStopCode. */
  stopCode?: string | undefined;
  stoppedReason?: string | undefined;
}

/**
 * Whether a task stopped for a cause outside of it: a user, scaling in, a deployment, an interruption of
 * Spot, or the infrastructure under it. Such a task has not failed. ECS gives failed health checks the
 * stop code of scaling in, so words decide there (ECS guide, "stopped tasks error codes").
 */
export function stoppedFromOutside({ stopCode = '', stoppedReason = '' }: Stop): boolean {
  if (codes.has(stopCode) || words.some((pattern) => pattern.test(stoppedReason))) return true;
  return stopCode === 'ServiceSchedulerInitiated' && !/health check/i.test(stoppedReason);
}

// --- internal ---

const codes: ReadonlySet<string> = new Set([
  'UserInitiated',
  'SpotInterruption',
  'TerminationNotice',
  'InfrastructureHealth',
]);

/** ECS guide, "stopped tasks error messages" and "AWS Fargate task retirement". */
const words: readonly RegExp[] = [
  loosely('your Spot Task was interrupted'),
  `${loosely('Host EC2 (instance')}[^()]*${loosely(') terminated')}`,
  `${loosely('Host EC2 (instance')}[^()]*${loosely(') stopped')}`,
  loosely('ECS is performing maintenance on the underlying infrastructure'),
].map((source) => new RegExp(source, 'i'));
