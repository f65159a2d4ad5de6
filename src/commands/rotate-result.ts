import type { Context, Result } from '../cli.ts';
import { CliError, exitCodes } from '../errors.ts';
import type { Consumer } from '../operations/find-consumers.ts';
import type { PutOutcome } from '../operations/put-secret.ts';
import { nothingRedeployed } from '../operations/redeploy-services.ts';
import type { RotateOutcome } from '../operations/rotate-secret.ts';
import { serviceName } from '../operations/service-name.ts';
import { tellPut } from './put.ts';
import {
  failedServices,
  redeployData,
  redeployFailure,
  summaryOf,
  tellDeployments,
  warnOfOthers,
  warnOfStandalone,
  withDiagnosis,
  withRefusal,
} from './redeploy-result.ts';

/** What a rotation is told as; `ref` as in messages, `command` as the user called it. */
export function rotateResult(
  { report }: Context,
  { ref, command }: { ref: string; command: 'rotate' | 'rollback' },
  outcome: RotateOutcome,
): Result {
  const { secret, put, consumers, standalone, scheduled, redeploy, rollback } = outcome;
  const dryRun = put === undefined;
  if (redeploy) warnOfOthers(redeploy, report);
  if (put && !put.compared) report.note('the old value may not be read, so it was not compared');
  if (redeploy && rollback?.redeploy) warnOfOthers(rollback.redeploy, report);
  warnOfStandalone(standalone, report);
  for (const { scheduled: task } of scheduled) {
    report.note(`${task.kind} ${task.name} reads the current value at its next run`);
  }
  return {
    data: {
      ...(put ?? { store: secret.store, name: secret.name }),
      dryRun,
      arn: secret.arn,
      consumers: consumers.map(({ service, uses }) => ({
        cluster: service.cluster,
        service: service.name,
        taskDefinition: service.taskDefinition,
        uses,
      })),
      standaloneTasks: standalone.map(({ task, uses }) => ({
        cluster: task.cluster,
        task: task.arn,
        taskDefinition: task.taskDefinition,
        uses,
      })),
      scheduled: scheduled.map((one) => ({ ...one.scheduled, uses: one.uses })),
      ...redeployData(redeploy ?? nothingRedeployed),
      rollback: rollback && {
        ...rollback.value,
        ...(rollback.redeploy && redeployData(rollback.redeploy)),
      },
    },
    text: [
      ...(put ? [tellPut(put)] : []),
      ...(redeploy ? tellDeployments(redeploy) : tellHolders(consumers, put)),
      ...(rollback ? tellRollback(rollback) : []),
    ].join('\n'),
    ...(redeploy && { summary: summaryOf(`${command} ${ref}`, redeploy) }),
    failure: redeploy && failureOf(ref, outcome, redeploy),
  };
}

// --- internal ---

function tellHolders(consumers: readonly Consumer[], put: PutOutcome | undefined): string[] {
  if (consumers.length === 0) return ['no service refers to it'];
  return [
    put?.action === 'updated'
      ? 'these services hold the old value until they are redeployed (--redeploy):'
      : 'these services use it:',
    ...consumers.map(({ service, uses }) => {
      const places = uses.map(
        ({ container, name, pinned }) =>
          `${[container, name].filter(Boolean).join(':')}${pinned ? ' (pinned to a version)' : ''}`,
      );
      return `  ${serviceName(service)}  ${places.join(', ')}`;
    }),
  ];
}

function tellRollback({ value, redeploy }: NonNullable<RotateOutcome['rollback']>): string[] {
  if (!value.restored) return [`the old value was not put back: ${value.why}`];
  return [
    `the old value is current again (version ${value.version})`,
    ...(redeploy ? tellDeployments(redeploy) : []),
  ];
}

function failureOf(
  ref: string,
  { put, rollback, overtakenBy }: RotateOutcome,
  redeploy: NonNullable<RotateOutcome['redeploy']>,
): CliError | undefined {
  const goOn = `ecs-secrets redeploy ${ref} --stale takes it up again`;
  if (overtakenBy !== undefined) {
    return new CliError(
      'concurrent-write',
      `somebody else stored version ${overtakenBy} while the services were redeployed for version ${put?.version ?? ''}`,
      { hint: `it is left alone; ${goOn} with theirs` },
    );
  }
  if (!rollback) {
    return redeployFailure(redeploy, {
      goOn: `the new value is stored; ${goOn}`,
      failed: `the new value is stored; mend the cause, then ${goOn}`,
    });
  }
  const failed = failedServices(redeploy).join(', ');
  const message = (end: string): string => `the deployment failed of: ${failed}; ${end}`;
  const make = (end: string, hint: string): CliError =>
    new CliError('rollout-failed', message(end), {
      exitCode: exitCodes.rolloutFailed,
      hint: withDiagnosis(redeploy, withRefusal(redeploy, hint)),
    });
  if (!rollback.value.restored) {
    return make(`the new value stays: ${rollback.value.why}`, `mend the cause, then ${goOn}`);
  }
  const back = rollback.redeploy && redeployFailure(rollback.redeploy, { goOn, failed: goOn });
  return back
    ? make(`the old value is current again, but ${back.message}`, goOn)
    : make(
        'the old value is current again, and the services run with it',
        'mend the cause and rotate again',
      );
}
