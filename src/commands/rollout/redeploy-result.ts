import type { Reporter } from '../../cli.ts';
import { CliError, exitCodes, Interrupted } from '../../errors.ts';
import { classifyFailure } from '../../model/failures/classify-failure.ts';
import { formatDuration } from '../../model/duration.ts';
import { markdownText } from '../../model/markdown.ts';
import type { Consumer, StandaloneConsumer } from '../../operations/usage/find-consumers.ts';
import {
  oldValueHolders,
  type FollowedDeployment,
  type RedeployOutcome,
} from '../../operations/rollout/redeploy-outcome.ts';
import { daemonOfTask, daemonRestart } from '../../model/usage/daemon.ts';
import { runnerName, serviceName } from '../../operations/usage/service-name.ts';
import { lastPart } from '../../model/last-part.ts';
import type { DeploymentDocument, RedeployDocument } from './documents.ts';

/** The deployments of an outcome for `--json`. */
export function redeployData({
  deployments,
  skipped,
  refused,
  notStarted,
}: RedeployOutcome): RedeployDocument {
  const named = ({ service }: Consumer) => ({ cluster: service.cluster, service: service.name });
  return {
    deployments: deployments.map(deploymentData),
    skipped: skipped.map(({ consumer, why }) => ({ ...named(consumer), why })),
    refused: refused.map(({ consumer, error, uncertain }) => ({
      ...named(consumer),
      why: error.message,
      uncertain,
    })),
    notStarted: notStarted.map(named),
  };
}

/** The deployments of an outcome as a Markdown table. */
export function summaryOf(title: string, outcome: RedeployOutcome): string {
  const rows = [
    ...outcome.deployments.map(({ service, state, elapsed, reason }) => [
      serviceName(service),
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
  const row = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(' | ')} |`;
  return [
    `### ecs-secrets ${markdownText(title)}`,
    '',
    '| service | deployment | time | reason |',
    '|---|---|---|---|',
    ...rows.map(row),
  ].join('\n');
}

/** Warns of running standalone tasks, which nothing replaces. */
export function warnOfStandalone(tasks: readonly StandaloneConsumer[], report: Reporter): void {
  const daemons = tasks.filter(({ task }) => daemonOfTask(task) !== undefined);
  for (const name of new Set(daemons.map(({ task }) => runnerName(task)))) {
    report.warn(`${name} keeps the old value; ${daemonRestart}`);
  }
  for (const { task } of tasks.filter((one) => !daemons.includes(one))) {
    const id = lastPart(task.arn);
    report.warn(
      `task ${id} belongs to no service and keeps the old value: stop it and run it again`,
    );
  }
}

/** Warns of services that keep their old tasks, unless the failure lists them anyway. */
export function warnOfOthers(
  { skipped, refused }: RedeployOutcome,
  report: Reporter,
  failure: CliError | undefined,
): void {
  if (failure?.code === oldValueHeld) return;
  for (const { consumer, why } of skipped) {
    report.warn(`${serviceName(consumer.service)} was not redeployed: ${why}`);
  }
  for (const { consumer, error } of refused) {
    report.warn(`${serviceName(consumer.service)} was not redeployed: ${error.message}`);
  }
}

/** The first of many names, limited to a readable number. */
export function named(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return more > 0 ? `${names.slice(0, mostNamed).join(', ')} and ${more} more` : names.join(', ');
}

/** Names of the services whose deployment failed or was refused. */
export function failedServices({ deployments, refused }: RedeployOutcome): string[] {
  return [
    ...inState(deployments, 'failed'),
    ...refused.map(({ consumer }) => serviceName(consumer.service)),
  ];
}

/**
 * The failures, worst first; undefined if there are none. `goOn` states how to continue, `failed`
 * what to do about a failed deployment.
 */
export function redeployFailure(
  outcome: RedeployOutcome,
  hints: { goOn: string; failed: string },
): CliError | undefined {
  const { deployments, skipped } = outcome;
  const notStarted = outcome.notStarted.map(({ service }) => serviceName(service));
  const rest = notStarted.length > 0 && `not started: ${named(notStarted)}`;
  const sentence = (...parts: (string | false)[]): string => parts.filter(Boolean).join('; ');
  if (outcome.interrupted) {
    const open = inState(deployments, 'interrupted');
    const going = open.length > 0 && `these deployments continue in ECS: ${named(open)}`;
    return new Interrupted(sentence('interrupted', going, rest), hints.goOn);
  }
  const failed = failedServices(outcome);
  if (failed.length > 0) {
    return new CliError('rollout-failed', sentence(`deployment failed: ${named(failed)}`, rest), {
      exitCode: exitCodes.rolloutFailed,
      hint: withDiagnosis(outcome, withRefusal(outcome, hints.failed)),
    });
  }
  const late = inState(deployments, 'timed-out');
  if (late.length > 0) {
    const message = `timed out; these deployments continue in ECS: ${named(late)}`;
    return new CliError('timed-out', sentence(message, rest), {
      exitCode: exitCodes.timedOut,
      hint: hints.goOn,
    });
  }
  const lost = inState(deployments, 'not-followed');
  if (lost.length > 0) {
    const message = `these deployments continue in ECS but could not be followed: ${named(lost)}`;
    return new CliError('not-followed', sentence(message, rest), { hint: hints.goOn });
  }
  const isFollowed = !inState(deployments, 'in-progress').length;
  const holders = oldValueHolders(isFollowed ? outcome : { ...outcome, deployments: [] });
  if (holders.length === 0 || (skipped.length === 0 && notStarted.length === 0)) return undefined;
  return new CliError(
    oldValueHeld,
    [
      holders.length === 1
        ? '1 service still holds the old value:'
        : `${holders.length} services still hold the old value:`,
      ...holders.map(({ service, why }) => `${serviceName(service)}: ${why}`),
    ].join('\n'),
    { exitCode: exitCodes.findings, hint: hints.goOn },
  );
}

/** A hint, after that of AWS if the deployment was refused because a permission is missing. */
export function withRefusal({ refused }: RedeployOutcome, hint: string): string {
  const denied = refused.map(({ error }) => error).find(({ code }) => code === 'access-denied');
  return denied?.hint === undefined ? hint : `${denied.hint}; ${hint}`;
}

/** A hint, and the command that diagnoses the first failed deployment. */
export function withDiagnosis({ deployments }: RedeployOutcome, hint: string): string {
  const [name] = inState(deployments, 'failed');
  return name === undefined ? hint : `${hint}; to see why: ecs-secrets diagnose ${name}`;
}

// --- internal ---

/** Maximum number of services named in one message; the result lists all unfinished ones. */
const mostNamed = 5;

/** Code of the error that lists the services with the old value. */
const oldValueHeld = 'old-value-held';

function inState(
  deployments: readonly FollowedDeployment[],
  state: FollowedDeployment['state'],
): string[] {
  return deployments
    .filter((deployment) => deployment.state === state)
    .map(({ service }) => serviceName(service));
}

function deploymentData({
  service,
  deploymentId,
  state,
  reason,
  superseded,
  stopReasons,
  rollout,
  elapsed,
}: FollowedDeployment): DeploymentDocument {
  return {
    cluster: service.cluster,
    service: service.name,
    deploymentId,
    state,
    reason,
    superseded,
    stopReasons,
    failures: [
      ...new Set(stopReasons.flatMap((text) => classifyFailure(text).map(({ id }) => id))),
    ],
    runningTasks: rollout?.deployment?.runningCount,
    oldTasks: rollout?.oldTasks,
    failedTasks: rollout?.deployment?.failedTasks,
    pause: rollout?.pause,
    seconds: Math.round(elapsed / 1_000),
  };
}
