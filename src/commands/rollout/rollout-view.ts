import type { Reporter } from '../../cli.ts';
import { formatDuration } from '../../model/duration.ts';
import { classifyFailure } from '../../model/failures/classify-failure.ts';
import { outlookOf } from '../../model/failures/outlook.ts';
import type { FollowEvent } from '../../operations/rollout/look-at-deployments.ts';
import type { FollowedDeployment } from '../../operations/rollout/redeploy-outcome.ts';
import { serviceName } from '../../operations/usage/service-name.ts';
import type { Style } from '../../world.ts';
import { searchProgress } from '../search-progress.ts';

/**
 * Shows deployments while they are followed: on a terminal a line a service, redrawn at every
 * look; elsewhere a line per event.
 */
export function rolloutView(report: Reporter, style: Style) {
  const paused = new Set<string>();
  return {
    onProgress: searchProgress(report, style),
    onEvent: (event: FollowEvent): void => {
      if (event.kind === 'polled') {
        report.live(liveLines(event.deployments, event.waiting, style));
        return;
      }
      const { deployment } = event;
      const name = serviceName(deployment.service);
      if (event.kind === 'started') {
        if (!report.isLive) {
          report.event(`${name}: started deployment ${deployment.deploymentId ?? ''}`);
        }
      } else if (event.kind === 'task-stopped') {
        report.event(`${name}: a task stopped: ${event.reason}`);
        for (const { title, cause } of classifyFailure(event.reason)) {
          report.note(`${title}: ${cause}`);
        }
        if (outlookOf(event.reason) === 'maybe-role') {
          report.note(
            'IAM takes up to 2 minutes to apply a new role or policy; ECS retries in the meantime',
          );
        }
      } else if (event.kind === 'starting-again') {
        report.event(`${name}: deploying again after a failure that passes: ${event.reason}`);
      } else {
        const { state, reason, rollout, serviceDeployment } = deployment;
        if (!report.isLive) {
          report.event(
            `${name}: ${state}, ${tasks(deployment)}${reason === undefined ? '' : `: ${reason}`}`,
          );
        }
        const hookId = rollout?.pause?.hookId;
        if (hookId === undefined || serviceDeployment === undefined || paused.has(hookId)) return;
        paused.add(hookId);
        report.note(
          `${name} waits for approval: aws ecs continue-service-deployment --service-deployment-arn ${serviceDeployment} --hook-id ${hookId} --action CONTINUE (or ROLLBACK)`,
        );
      }
    },
  };
}

// --- internal ---

/** What fits on a small terminal with room for what happens above. */
const mostLines = 15;

/** Those in trouble first, then those under way; a total, and how many are not shown. */
function liveLines(
  deployments: readonly FollowedDeployment[],
  waiting: number,
  style: Style,
): string[] {
  const order = ['failed', 'in-progress', 'completed'];
  const rank = ({ state, stopReasons }: FollowedDeployment): number =>
    stopReasons.length > 0 && state !== 'completed' ? -1 : order.indexOf(state);
  const sorted = deployments.toSorted(
    (a, b) => rank(a) - rank(b) || serviceName(a.service).localeCompare(serviceName(b.service)),
  );
  const shown = sorted.slice(0, mostLines);
  const width = Math.max(...shown.map(({ service }) => serviceName(service).length));
  const count = (state: string): number => deployments.filter((one) => one.state === state).length;
  const hidden = sorted.length - shown.length;
  const total = [
    `${count('completed')}/${deployments.length + waiting} completed`,
    count('failed') > 0 && `${count('failed')} failed`,
    waiting > 0 && `${waiting} waiting`,
    hidden > 0 && `${hidden} not shown`,
  ];
  return [
    ...shown.map((deployment) => liveLine(deployment, width, style)),
    ...(deployments.length + waiting > 1 ? [style.dim(total.filter(Boolean).join(', '))] : []),
  ];
}

function liveLine(deployment: FollowedDeployment, width: number, style: Style): string {
  const { service, state, elapsed } = deployment;
  const colour = { completed: style.green, failed: style.red }[state as string] ?? style.yellow;
  const name = serviceName(service).padEnd(width);
  return `${name}  ${colour(state.padEnd('in-progress'.length))}  ${tasks(deployment)}  ${style.dim(formatDuration(elapsed))}`;
}

function tasks({ rollout }: FollowedDeployment): string {
  const { deployment } = rollout ?? {};
  if (!deployment) return 'waiting for the first task';
  const { runningCount, desiredCount, failedTasks } = deployment;
  const parts = [
    `${runningCount}/${desiredCount} new tasks running`,
    `${rollout?.oldTasks ?? 0} old`,
  ];
  if (failedTasks > 0) parts.push(`${failedTasks} failed`);
  if (rollout?.state === 'in-progress' && rollout.reason !== undefined) parts.push(rollout.reason);
  return parts.join(', ');
}
