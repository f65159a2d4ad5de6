import type { Reporter } from '../cli.ts';
import type { Service } from '../aws/ecs.ts';
import { formatDuration } from '../model/duration.ts';
import type {
  FollowedDeployment,
  FollowEvent,
  StartedDeployment,
} from '../operations/follow-deployments.ts';
import type { Style } from '../world.ts';

/** `CLUSTER/SERVICE`, as `--service` takes it. */
export function serviceName({ cluster, name }: Service): string {
  return `${cluster.replace(/^.*\//, '')}/${name}`;
}

/** A followed deployment as `--json` shows it. */
export function deploymentData({
  started,
  state,
  reason,
  stopReasons,
  rollout,
  elapsed,
}: FollowedDeployment) {
  return {
    cluster: started.service.cluster,
    service: started.service.name,
    deploymentId: started.deploymentId,
    state,
    reason,
    stopReasons,
    runningTasks: rollout?.deployment?.runningCount,
    oldTasks: rollout?.oldTasks,
    failedTasks: rollout?.deployment?.failedTasks,
    seconds: Math.round(elapsed / 1_000),
  };
}

/**
 * Shows deployments while they are followed: on a terminal a line a service, drawn anew at every
 * look; elsewhere a line per event.
 */
export function rolloutView(report: Reporter, style: Style) {
  return {
    onStarted: ({ service, deploymentId }: StartedDeployment): void => {
      report.event(`${serviceName(service)}: started deployment ${deploymentId}`);
    },
    onEvent: (event: FollowEvent): void => {
      if (event.kind === 'task-stopped') {
        report.event(
          `${serviceName(event.deployment.started.service)}: a task stopped: ${event.reason}`,
        );
      } else if (event.kind === 'polled') {
        report.live(event.deployments.map((deployment) => liveLine(deployment, style)));
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

function liveLine(deployment: FollowedDeployment, style: Style): string {
  const { started, state, elapsed } = deployment;
  const colour = { completed: style.green, failed: style.red }[state as string] ?? style.yellow;
  return `${serviceName(started.service)}  ${colour(state)}  ${tasks(deployment)}  ${style.dim(formatDuration(elapsed))}`;
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
  return parts.join(', ');
}
