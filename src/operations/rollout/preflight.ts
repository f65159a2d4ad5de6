import { CliError } from '../../errors.ts';
import { primaryOf } from '../../model/usage/deployment.ts';
import type { Consumer } from '../usage/find-consumers.ts';
import { serviceName } from '../usage/service-name.ts';
import { lastPart } from '../../model/last-part.ts';

/**
 * Reasons why a redeployment of these services would fail with any value, one per service,
 * beginning with its name.
 */
export function obstacles(consumers: readonly Consumer[]): string[] {
  return consumers.flatMap((consumer) => {
    const why = obstacle(consumer);
    return why === undefined ? [] : [`${serviceName(consumer.service)}: ${why}`];
  });
}

/** The error for services that are not ready; thrown before anything is stored or deployed. */
export function notReady(problems: readonly string[]): CliError {
  return new CliError('not-ready', problems.join('\n'), {
    hint: 'nothing was changed; wait or fix this, or pass --force to proceed anyway',
  });
}

// --- internal ---

function obstacle({ service, revision }: Consumer): string | undefined {
  const { desiredCount, deployments } = service;
  if (revision.status === 'INACTIVE') {
    return `its task definition ${lastPart(revision.arn)} is INACTIVE: register it again and update the service`;
  }
  const primary = primaryOf(service);
  if (primary?.rolloutState === 'FAILED') return `its last deployment failed (${primary.id})`;
  const running = deployments.reduce((sum, { runningCount }) => sum + runningCount, 0);
  const pending = deployments.reduce((sum, { pendingCount }) => sum + pendingCount, 0);
  const failed = primary?.failedTasks ?? 0;
  if (primary && desiredCount > 0 && running === 0 && (failed > 0 || pending === 0)) {
    const stopped = failed > 0 ? `; ${failed} failed to start` : '';
    return `none of its ${desiredCount} tasks is running${stopped}`;
  }
  // A first deployment has no tasks of another revision to roll back to, so ours may replace it.
  if (deployments.length > 1) return `a deployment is in progress (${primary?.id ?? 'unknown'})`;
  return undefined;
}
