import type { Reporter } from '../cli.ts';
import { formatDuration } from '../model/duration.ts';
import { classifyFailure } from '../model/classify-failure.ts';
import type {
  FollowedDeployment,
  FollowEvent,
  StartedDeployment,
} from '../operations/follow-deployments.ts';
import { serviceName } from '../operations/service-name.ts';
import type { Style } from '../world.ts';

/**
 * Shows deployments while they are followed: on a terminal a line a service, drawn anew at every
 * look; elsewhere a line per event.
 */
export function rolloutView(report: Reporter, style: Style) {
  return {
    /** What a search has come to; only on a terminal. */
    onProgress: (text: string): void => {
      report.live([style.dim(text)]);
    },
    onStarted: ({ service, deploymentId }: StartedDeployment): void => {
      if (!report.isLive)
        report.event(`${serviceName(service)}: started deployment ${deploymentId}`);
    },
    onEvent: (event: FollowEvent): void => {
      if (event.kind === 'task-stopped') {
        report.event(
          `${serviceName(event.deployment.started.service)}: a task stopped: ${event.reason}`,
        );
        for (const { id, title, cause } of classifyFailure(event.reason)) {
          report.note(`${title}: ${cause}`);
          if (id !== 'role-not-assumable') continue;
          report.note(
            'IAM takes up to two minutes to spread a new role: ECS tries again meanwhile',
          );
        }
      } else if (event.kind === 'polled') {
        report.live(liveLines(event.deployments, style));
      } else if (!report.isLive) {
        const { started, state, reason } = event.deployment;
        report.event(
          `${serviceName(started.service)}: ${state}, ${tasks(event.deployment)}${reason === undefined ? '' : `: ${reason}`}`,
        );
      }
    },
  };
}

// --- internal ---

/** What fits on a small terminal with room for what happens above. */
const mostLines = 15;

/** Those in trouble first, then those under way; a total, and how many are not shown. */
function liveLines(deployments: readonly FollowedDeployment[], style: Style): string[] {
  const order = ['failed', 'in-progress', 'completed'];
  const rank = ({ state, stopReasons }: FollowedDeployment): number =>
    stopReasons.length > 0 && state !== 'completed' ? -1 : order.indexOf(state);
  const sorted = deployments.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      serviceName(a.started.service).localeCompare(serviceName(b.started.service)),
  );
  const shown = sorted.slice(0, mostLines);
  const width = Math.max(...shown.map(({ started }) => serviceName(started.service).length));
  const count = (state: string): number => deployments.filter((one) => one.state === state).length;
  const failed = count('failed');
  const total = `${count('completed')}/${deployments.length} completed${failed > 0 ? `, ${failed} failed` : ''}`;
  const hidden = sorted.length - shown.length;
  return [
    ...shown.map((deployment) => liveLine(deployment, width, style)),
    ...(deployments.length > 1
      ? [style.dim(hidden > 0 ? `${total}, ${hidden} not shown` : total)]
      : []),
  ];
}

function liveLine(deployment: FollowedDeployment, width: number, style: Style): string {
  const { started, state, elapsed } = deployment;
  const colour = { completed: style.green, failed: style.red }[state as string] ?? style.yellow;
  const name = serviceName(started.service).padEnd(width);
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
