import { loosely } from './loosely.ts';

/** The members of DescribeTasks that explain why a task stopped. */
export interface Stop {
  /** ECS: TaskStopCode. */
  stopCode?: string | undefined;
  stoppedReason?: string | undefined;
}

/**
 * Whether a task stopped for an external cause: a user, scaling in, a deployment, a Spot
 * interruption, or its infrastructure. Such a task has not failed. ECS uses the stop code of
 * scaling in for failed health checks too, so there the text decides (ECS guide, "stopped tasks
 * error codes").
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

/** Source: ECS guide, "stopped tasks error messages" and "AWS Fargate task retirement". */
const words: readonly RegExp[] = [
  loosely('your Spot Task was interrupted'),
  `${loosely('Host EC2 (instance')}[^()]*${loosely(') terminated')}`,
  `${loosely('Host EC2 (instance')}[^()]*${loosely(') stopped')}`,
  loosely('ECS is performing maintenance on the underlying infrastructure'),
].map((source) => new RegExp(source, 'i'));
