import type { Reporter } from '../cli.ts';
import { CliError, exitCodes, Interrupted } from '../errors.ts';
import { classifyFailure } from '../model/classify-failure.ts';
import { formatDuration } from '../model/duration.ts';
import type { Consumer, StandaloneConsumer } from '../operations/find-consumers.ts';
import type { FollowedDeployment } from '../operations/follow-deployments.ts';
import type { RedeployOutcome } from '../operations/redeploy-services.ts';
import { serviceName } from '../operations/service-name.ts';

/** The deployments of an outcome as `--json` shows them. */
export function redeployData({ deployments, skipped, refused, notStarted }: RedeployOutcome) {
  const named = ({ service }: Consumer) => ({ cluster: service.cluster, service: service.name });
  return {
    deployments: deployments.map(deploymentData),
    skipped: skipped.map(({ consumer, why }) => ({ ...named(consumer), why })),
    refused: refused.map(({ consumer, error }) => ({ ...named(consumer), why: error.message })),
    notStarted: notStarted.map(named),
  };
}

/** The deployments of an outcome, a line each. */
export function tellDeployments({ deployments }: RedeployOutcome): string[] {
  if (deployments.length === 0) return ['no service was redeployed'];
  return deployments.map(({ started, state, elapsed, reason }) => {
    const time = state === 'in-progress' ? '' : ` after ${formatDuration(elapsed)}`;
    const why = reason === undefined ? '' : `: ${reason}`;
    return `  ${serviceName(started.service)}  ${started.deploymentId}  ${state}${time}${why}`;
  });
}

/** The deployments of an outcome as a table in Markdown. */
export function summaryOf(title: string, outcome: RedeployOutcome): string {
  const rows = [
    ...outcome.deployments.map(({ started, state, elapsed, reason }) => [
      serviceName(started.service),
      state,
      formatDuration(elapsed),
      reason ?? '',
    ]),
    ...outcome.skipped.map(({ consumer, why }) => [
      serviceName(consumer.service),
      'skipped',
      '',
      why,
    ]),
    ...outcome.refused.map(({ consumer, error }) => [
      serviceName(consumer.service),
      'refused',
      '',
      error.message,
    ]),
    ...outcome.notStarted.map(({ service }) => [serviceName(service), 'not started', '', '']),
  ];
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/[|\n]/g, ' ')).join(' | ')} |`;
  return [
    `### ${title}`,
    '',
    row(['service', 'state', 'time', 'reason']),
    '|---|---|---|---|',
    ...rows.map(row),
  ].join('\n');
}

/** Warns of the running tasks of no service, which nobody replaces. */
export function warnOfStandalone(tasks: readonly StandaloneConsumer[], report: Reporter): void {
  for (const { task } of tasks) {
    const id = task.arn.replace(/^.*\//, '');
    report.warn(`task ${id} of no service keeps the old value: run it anew`);
  }
}

/** Warns of the services that keep their old tasks. */
export function warnOfOthers({ skipped, refused }: RedeployOutcome, report: Reporter): void {
  for (const { consumer, why } of skipped) {
    report.warn(`${serviceName(consumer.service)} still holds the old value: ${why}`);
  }
  for (const { consumer, error } of refused) {
    report.warn(`${serviceName(consumer.service)} was not redeployed: ${error.message}`);
  }
}

/** Names of the services whose deployment failed or was refused. */
export function failedServices({ deployments, refused }: RedeployOutcome): string[] {
  return [
    ...inState(deployments, 'failed'),
    ...refused.map(({ consumer }) => serviceName(consumer.service)),
  ];
}

/**
 * What did not end well, the worst first; undefined when all did. `goOn` says how to take it up
 * again, `failed` what to do about a failed deployment.
 */
export function redeployFailure(
  outcome: RedeployOutcome,
  hints: { goOn: string; failed: string },
): CliError | undefined {
  const { deployments } = outcome;
  const interrupted = inState(deployments, 'interrupted');
  const notStarted = outcome.notStarted.map(({ service }) => serviceName(service));
  if (interrupted.length + notStarted.length > 0) {
    const parts = [
      interrupted.length > 0 && `these deployments go on without us: ${interrupted.join(', ')}`,
      notStarted.length > 0 && `not redeployed: ${notStarted.join(', ')}`,
    ];
    return new Interrupted(`interrupted; ${parts.filter(Boolean).join('; ')}`, hints.goOn);
  }
  const failed = failedServices(outcome);
  if (failed.length > 0) {
    return new CliError('rollout-failed', `the deployment failed of: ${failed.join(', ')}`, {
      exitCode: exitCodes.rolloutFailed,
      hint: withDiagnosis(outcome, withRefusal(outcome, hints.failed)),
    });
  }
  const late = inState(deployments, 'timed-out');
  if (late.length > 0) {
    return new CliError(
      'timed-out',
      `time is up, and the deployments go on without us: ${late.join(', ')}`,
      { exitCode: exitCodes.timedOut, hint: hints.goOn },
    );
  }
  const lost = inState(deployments, 'not-followed');
  if (lost.length === 0) return undefined;
  return new CliError(
    'not-followed',
    `the deployments go on, but could not be followed to the end: ${lost.join(', ')}`,
    { hint: hints.goOn },
  );
}

/** A hint, behind that of AWS where it refused to deploy for want of a permission. */
export function withRefusal({ refused }: RedeployOutcome, hint: string): string {
  const denied = refused.map(({ error }) => error).find(({ code }) => code === 'access-denied');
  return denied?.hint === undefined ? hint : `${denied.hint}; ${hint}`;
}

/** A hint, and the command that says why the first of the failed deployments failed. */
export function withDiagnosis({ deployments }: RedeployOutcome, hint: string): string {
  const [name] = inState(deployments, 'failed');
  return name === undefined ? hint : `${hint}; ecs-secrets diagnose ${name} says why`;
}

// --- internal ---

function inState(deployments: readonly FollowedDeployment[], state: string): string[] {
  return deployments
    .filter((deployment) => deployment.state === state)
    .map(({ started }) => serviceName(started.service));
}

function deploymentData({
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
    failures: [
      ...new Set(stopReasons.flatMap((text) => classifyFailure(text).map(({ id }) => id))),
    ],
    runningTasks: rollout?.deployment?.runningCount,
    oldTasks: rollout?.oldTasks,
    failedTasks: rollout?.deployment?.failedTasks,
    seconds: Math.round(elapsed / 1_000),
  };
}
