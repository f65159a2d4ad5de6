import type { Context, Result } from '../../cli.ts';
import { CliError, exitCodes } from '../../errors.ts';
import type { Consumer } from '../../operations/usage/find-consumers.ts';
import type { Holders } from '../../operations/rollout/find-holders.ts';
import {
  nothingRedeployed,
  type RedeployOutcome,
} from '../../operations/rollout/redeploy-outcome.ts';
import type { RotateOutcome } from '../../operations/rollout/rotate-secret.ts';
import { serviceName } from '../../operations/usage/service-name.ts';
import { tellPut } from '../secrets/put-one.ts';
import { scheduledData } from '../usage/scheduled-data.ts';
import type { RotateDocument } from './documents.ts';
import { tellOutcome } from './conclusion.ts';
import {
  failedServices,
  redeployData,
  redeployFailure,
  summaryOf,
  named,
  warnOfOthers,
  warnOfStandalone,
  withDiagnosis,
  withRefusal,
} from './redeploy-result.ts';
import type { PutOutcome } from '../../operations/secrets/put-request.ts';

/** How a rotation was requested. */
export interface RotateCall {
  /** As in messages. */
  ref: string;
  command: 'rotate' | 'rollback';
  /** A rotation function generated the value. */
  invoked: boolean;
}

/** The result of a rotation, for people and as JSON. */
export function rotateResult(
  { report, world }: Context,
  call: RotateCall,
  outcome: RotateOutcome,
): Result<RotateDocument> {
  const { holders, put, redeploy, rollback } = outcome;
  const { secret, consumers, standalone, scheduled } = holders;
  const failure = redeploy && failureOf(call, outcome, redeploy);
  if (redeploy) warnOfOthers(redeploy, report, failure);
  if (put && !put.compared) {
    report.note('the old value could not be read, so it was not compared with the new one');
  }
  if (redeploy && rollback?.redeploy) warnOfOthers(rollback.redeploy, report, failure);
  warnOfStandalone(standalone, report);
  for (const { scheduled: task } of scheduled) {
    report.note(`${task.kind} ${task.name} reads the current value at its next run`);
  }
  return {
    data: {
      ...(put ?? { store: secret.store, name: secret.name }),
      dryRun: put === undefined,
      arn: secret.arn,
      ...holdersData(holders),
      consumers: consumers.map(({ service, uses }) => ({
        cluster: service.cluster,
        service: service.name,
        taskDefinition: service.taskDefinition,
        uses,
      })),
      ...redeployData(redeploy ?? nothingRedeployed),
      overtakenBy: outcome.overtakenBy,
      rollback: rollback && {
        ...rollback.value,
        ...(rollback.redeploy && redeployData(rollback.redeploy)),
        left: rollback.left.map(({ cluster, name }) => ({ cluster, service: name })),
      },
    },
    text: [
      ...(redeploy ? tellOutcome(redeploy, rollback, world.stdout.size()) : []),
      // A value that was rolled back is no longer stored.
      ...(put && !rollback?.value.restored ? [tellPut(put)] : []),
      ...(redeploy ? [] : tellHolders(consumers, put)),
      ...(put?.action === 'updated' && !rollback?.value.restored ? tellUnselected(holders) : []),
    ].join('\n'),
    ...(redeploy && { summary: summaryOf(`${call.command} ${call.ref}`, redeploy) }),
    failure,
  };
}

// --- internal ---

function holdersData(holders: Holders) {
  const { unselected, searchedEverywhere, otherRegions, standalone, scheduled } = holders;
  return {
    notSelected: unselected.map(({ service }) => ({
      cluster: service.cluster,
      service: service.name,
    })),
    searchedEverywhere,
    otherRegions,
    standaloneTasks: standalone.map(({ task, uses }) => ({
      cluster: task.cluster,
      task: task.arn,
      taskDefinition: task.taskDefinition,
      uses,
    })),
    scheduled: scheduled.map(scheduledData),
  };
}

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

function tellUnselected({ unselected }: Holders): string[] {
  if (unselected.length === 0) return [];
  const names = unselected.map(({ service }) => serviceName(service));
  return [`not selected, with the old value: ${names.join(', ')}`];
}

function failureOf(
  call: RotateCall,
  { put, rollback, overtakenBy }: RotateOutcome,
  redeploy: RedeployOutcome,
): CliError | undefined {
  const goOn = `to continue: ecs-secrets redeploy ${call.ref} --stale`;
  if (overtakenBy !== undefined && !rollback?.value.restored) {
    return overtaken(goOn, put, overtakenBy, redeploy);
  }
  if (rollback) return rolledBack(goOn, rollback, redeploy);
  return redeployFailure(redeploy, {
    goOn: `the new value is stored; ${goOn}`,
    failed: call.invoked
      ? `the new value stays, as the rotation function has changed the credential itself; fix the cause, then run ecs-secrets redeploy ${call.ref} --stale`
      : `the new value is stored; fix the cause, then run ecs-secrets redeploy ${call.ref} --stale`,
  });
}

function overtaken(
  goOn: string,
  put: PutOutcome | undefined,
  version: number | string,
  redeploy: RedeployOutcome,
): CliError {
  const failed = failedServices(redeploy);
  const theirs = `someone else stored version ${version} while the services were redeployed for version ${put?.version ?? ''}`;
  if (failed.length === 0) {
    return new CliError('concurrent-write', theirs, {
      hint: `their value was not changed; ${goOn}`,
    });
  }
  return new CliError('rollout-failed', `deployment failed: ${named(failed)}; ${theirs}`, {
    exitCode: exitCodes.rolloutFailed,
    hint: withDiagnosis(redeploy, `their value was not changed; ${goOn}`),
  });
}

function rolledBack(
  goOn: string,
  { value, redeploy: back, left }: NonNullable<RotateOutcome['rollback']>,
  redeploy: RedeployOutcome,
): CliError {
  const make = (end: string, hint: string): CliError =>
    new CliError(
      'rollout-failed',
      `deployment failed: ${named(failedServices(redeploy))}. ${end}`,
      {
        exitCode: exitCodes.rolloutFailed,
        hint: withDiagnosis(redeploy, withRefusal(redeploy, hint)),
      },
    );
  if (!value.restored) return make(`The new value stays: ${value.why}`, `fix the cause; ${goOn}`);
  const names = named(left.map((service) => serviceName(service)));
  const parts = [
    'Old value restored',
    back?.interrupted && 'redeployment interrupted',
    left.length > 0 && `these services may still run tasks with the new one: ${names}`,
  ];
  if (left.length > 0) return make(parts.filter(Boolean).join('; '), goOn);
  const again = back ? failedServices(back) : [];
  return again.length > 0
    ? make(
        `Old value restored, and every task holds it; the redeployment failed too: ${named(again)}`,
        'fix the cause and rotate again',
      )
    : make('Old value restored, and every task holds it', 'fix the cause and rotate again');
}
