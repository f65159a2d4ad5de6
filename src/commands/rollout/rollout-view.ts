import type { Reporter } from '../../cli.ts';
import { classifyFailure } from '../../model/failures/classify-failure.ts';
import { outlookOf } from '../../model/failures/outlook.ts';
import { cutAtEnd, shortened } from '../../model/fit-text.ts';
import type { FollowEvent } from '../../operations/rollout/look-at-deployments.ts';
import { serviceName } from '../../operations/usage/service-name.ts';
import type { World } from '../../world.ts';
import { progressOf } from '../progress.ts';
import { liveLines, taskCounts } from './live-lines.ts';

/**
 * Shows deployments while they are followed: on a terminal as one line per service, redrawn every
 * second; elsewhere as one line per event.
 */
export function rolloutView(report: Reporter, world: World) {
  const { stderr, clock } = world;
  const noted = new Set<string>();
  /** A note about one service is not repeated for the next. */
  const noteOnce = (text: string): void => {
    if (noted.has(text)) return;
    noted.add(text);
    report.note(text);
  };
  /** On a terminal, an event is one line above the live lines; the result has the full text. */
  const tell = (name: string, text: string): void => {
    const { columns } = stderr.size();
    report.event(
      report.isLive
        ? cutAtEnd(`${shortened(name, Math.ceil(columns / 2))}: ${text}`, columns - 1)
        : `${name}: ${text}`,
    );
  };
  return {
    onProgress: progressOf({ report, world }),
    onEvent: (event: FollowEvent): void => {
      if (event.kind === 'polled') {
        const { deployments, waiting } = event;
        report.live(() =>
          liveLines({ deployments, waiting, now: clock.now() }, stderr.size(), stderr.style),
        );
        return;
      }
      const { deployment } = event;
      const name = serviceName(deployment.service);
      if (event.kind === 'started') {
        if (!report.isLive) tell(name, `started deployment ${deployment.deploymentId ?? ''}`);
      } else if (event.kind === 'task-stopped') {
        tell(name, `a task stopped: ${event.reason}`);
        for (const { title, cause } of classifyFailure(event.reason)) {
          noteOnce(`${title}: ${cause}`);
        }
        if (outlookOf(event.reason) === 'maybe-role') {
          noteOnce(
            'IAM takes up to 2 minutes to apply a new role or policy; ECS retries in the meantime',
          );
        }
      } else if (event.kind === 'starting-again') {
        tell(name, `deploying again after a temporary failure: ${event.reason}`);
      } else {
        const { state, reason, rollout, serviceDeployment } = deployment;
        if (!report.isLive) {
          const why = reason ?? (rollout?.state === 'in-progress' ? rollout.reason : undefined);
          tell(name, [`${state}, ${taskCounts(deployment)}`, why].filter(Boolean).join(': '));
        }
        const hookId = rollout?.pause?.hookId;
        if (hookId === undefined || serviceDeployment === undefined) return;
        noteOnce(
          `${name} waits for approval: aws ecs continue-service-deployment --service-deployment-arn ${serviceDeployment} --hook-id ${hookId} --action CONTINUE (or ROLLBACK)`,
        );
      }
    },
  };
}
