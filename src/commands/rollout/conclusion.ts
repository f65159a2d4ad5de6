import { formatDuration } from '../../model/duration.ts';
import { wrapped } from '../../model/fit-text.ts';
import { oneLine } from '../../model/printable.ts';
import type {
  FollowedDeployment,
  RedeployOutcome,
} from '../../operations/rollout/redeploy-outcome.ts';
import type { RollbackOutcome } from '../../operations/rollout/put-back.ts';
import { serviceName } from '../../operations/usage/service-name.ts';
import type { Size } from '../../world.ts';

/**
 * Describes the result of a redeployment: the conclusion, then one line per deployment that has not
 * completed, wrapped between words on a terminal.
 */
export function tellOutcome(
  outcome: RedeployOutcome,
  rollback: RollbackOutcome | undefined,
  { columns }: Size,
): string[] {
  const head = rollback ? rollbackConclusion(outcome, rollback) : conclusion(outcome);
  // Deployments that a rollback stopped have been replaced since.
  const open = rollback?.value.restored ? failedOf : openOf;
  const again = openOf(rollback?.redeploy?.deployments ?? []);
  return [
    ...wrapped(head, columns, '  '),
    ...open(outcome.deployments).flatMap((one) => deploymentLines(one, columns)),
    ...(rollback ? [] : outcome.notStarted).flatMap(({ service }) =>
      wrapped(`  ${serviceName(service)}  not started`, columns, '    '),
    ),
    ...(again.length === 0 ? [] : wrapped('deployments with the old value again:', columns)),
    ...again.flatMap((one) => deploymentLines(one, columns)),
  ];
}

/** A line for each deployment that has not completed, wrapped between words on a terminal. */
export function tellOpen(deployments: readonly FollowedDeployment[], { columns }: Size): string[] {
  return openOf(deployments).flatMap((one) => deploymentLines(one, columns));
}

// --- internal ---

/** Everything worth a line: completed deployments are only counted. */
function openOf(deployments: readonly FollowedDeployment[]): FollowedDeployment[] {
  return deployments.filter(({ state }) => state !== 'completed');
}

function conclusion(outcome: RedeployOutcome): string {
  const { deployments, refused, skipped, notStarted } = outcome;
  const all = countAll(outcome);
  if (all === 0) return 'no service was redeployed';
  const count = (state: string): number =>
    deployments.filter((deployment) => deployment.state === state).length;
  const completed = count('completed');
  const [only] = deployments;
  if (completed === all && only) {
    const begin = Math.min(...deployments.map(({ startedAt }) => startedAt));
    const end = Math.max(...deployments.map(({ startedAt, elapsed }) => startedAt + elapsed));
    const what = all === 1 ? serviceName(only.service) : `${all} services`;
    return `${what} redeployed in ${formatDuration(end - begin)}`;
  }
  if (count('in-progress') === all) {
    return `${all} ${all === 1 ? 'deployment' : 'deployments'} started, not followed`;
  }
  const counts = [
    [count('failed') + refused.length, 'failed'],
    [count('timed-out'), 'timed out'],
    [count('interrupted'), 'interrupted'],
    [count('not-followed'), 'not followed'],
    [count('in-progress'), 'started, not followed'],
    [count('service-deleted'), 'deleted'],
    [skipped.length, 'skipped'],
    [notStarted.length, 'not started'],
  ] as const;
  return [
    `${completed} of ${services(all)} redeployed`,
    ...counts.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : [])),
  ].join('; ');
}

function rollbackConclusion(
  outcome: RedeployOutcome,
  { value, left, redeploy }: RollbackOutcome,
): string {
  const failed = outcome.refused.length + failedOf(outcome.deployments).length;
  const those = `${failed} of ${services(countAll(outcome))} failed`;
  if (!value.restored) return `${those}; the old value was not restored: ${oneLine(value.why)}`;
  const holds = `version ${String(value.version).slice(0, 8)} holds the old value again`;
  const again = failedOf(redeploy?.deployments ?? []).length + (redeploy?.refused.length ?? 0);
  return [
    `rolled back: ${those}`,
    holds,
    ...(again > 0 ? [`${again} failed with it too`] : []),
    ...(left.length > 0 ? [`${left.length} may still run tasks with the new one`] : []),
  ].join('; ');
}

function countAll({ deployments, refused, skipped, notStarted }: RedeployOutcome): number {
  return deployments.length + refused.length + skipped.length + notStarted.length;
}

function failedOf(deployments: readonly FollowedDeployment[]): FollowedDeployment[] {
  return deployments.filter(({ state }) => state === 'failed');
}

function services(count: number): string {
  return `${count} ${count === 1 ? 'service' : 'services'}`;
}

function deploymentLines(
  { service, deploymentId, state, elapsed, reason }: FollowedDeployment,
  columns: number,
): string[] {
  const time = state === 'in-progress' ? '' : ` after ${formatDuration(elapsed)}`;
  const why = reason === undefined ? '' : `: ${oneLine(reason)}`;
  const line = `  ${serviceName(service)}  ${deploymentId ?? 'unconfirmed'}  ${state}${time}${why}`;
  return wrapped(line, columns, '    ');
}
