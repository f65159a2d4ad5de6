import { outlookOf } from '../../model/failures/outlook.ts';
import { failureThreshold, rolePropagation, type Rollout } from '../../model/rollout/rollout.ts';
import type { FollowedDeployment } from './redeploy-outcome.ts';

/**
 * Why a deployment that ECS would continue to retry can be given up; undefined while its tasks may
 * still start. Tasks that failed only for transient reasons, such as throttling, never count.
 * Denials count after the time that IAM may need to propagate a change.
 */
export function shouldGiveUp(
  { stopReasons, elapsed, service, failureThreshold: resolved }: FollowedDeployment,
  { deployment }: Rollout,
): string | undefined {
  const failed = deployment?.failedTasks ?? 0;
  if (!deployment || failed < 2) return undefined;
  const reasonFor = (outlook: string): string | undefined =>
    stopReasons.find((reason) => outlookOf(reason) === outlook);
  const hopeless = reasonFor('hopeless');
  if (hopeless !== undefined) return hopeless;
  const denied = reasonFor('maybe-role');
  if (denied !== undefined) return elapsed < rolePropagation ? undefined : denied;
  if (stopReasons.length > 0 && stopReasons.every(passesByItself)) return undefined;
  const threshold = resolved ?? failureThreshold(deployment.desiredCount, service.circuitBreaker);
  return failed >= threshold ? `${failed} of its tasks failed` : undefined;
}

/** How many times to start a deployment whose tasks fail only for transient reasons. */
export const mostAttempts = 3;

/**
 * Whether to start a failed deployment again: ECS's circuit breaker also counts tasks that were
 * throttled, or that started before IAM had propagated a new role, although these failures are
 * unrelated to the value.
 */
export function deservesAnotherStart(
  { state, attempts, superseded, stopReasons, elapsed }: FollowedDeployment,
  { roleMayBeNew = false }: { roleMayBeNew?: boolean },
): boolean {
  if (state !== 'failed' || superseded || attempts >= mostAttempts) return false;
  const isEarly = roleMayBeNew && elapsed < rolePropagation;
  const may = (reason: string): boolean =>
    passesByItself(reason) || (isEarly && outlookOf(reason) === 'maybe-role');
  return stopReasons.length > 0 && stopReasons.every(may);
}

// --- internal ---

function passesByItself(reason: string): boolean {
  return outlookOf(reason) === 'passing';
}
