import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Context, type Result } from '../cli.ts';
import { CliError, exitCodes, UsageError } from '../errors.ts';
import { Problems } from '../model/problems.ts';
import { formatReference, parseReference, type Reference } from '../model/reference.ts';
import type { Consumer } from '../operations/find-consumers.ts';
import { rotateSecret, type RotateOutcome } from '../operations/rotate-secret.ts';
import { serviceName } from '../operations/service-name.ts';
import { checkTarget, type PutOutcome } from '../operations/put-secret.ts';
import { nothingRedeployed } from '../operations/redeploy-services.ts';
import { tellPut } from './put.ts';
import {
  failedServices,
  redeployData,
  redeployFailure,
  summaryOf,
  tellDeployments,
  warnOfOthers,
  warnOfStandalone,
} from './redeploy-result.ts';
import { rolloutView } from './rollout-view.ts';
import {
  rolloutLimits,
  serviceFilter,
  serviceNames,
  wholeNumber,
  withRolloutOptions,
  withServiceOptions,
} from './service-options.ts';
import { storeOption } from './store-option.ts';
import { checkSources, readValue, withValueOptions } from './value-source.ts';

/** `rotate REF`: a new value, and new deployments of the services that use it. */
export const rotate = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    withValueOptions(
      withRolloutOptions(
        withServiceOptions(
          command
            .addArgument(
              new Argument('<ref>', 'NAME or /path/NAME, sm:NAME, sm:NAME:KEY, or an ARN'),
            )
            .addOption(storeOption())
            .option(
              '--redeploy',
              'force a new deployment of every service that refers to it, and follow',
            ),
        ),
      )
        .option(
          '--first <cluster/service>',
          'redeploy this one first, the others when it is completed (repeatable)',
          (name: string, previous: string[] | undefined) => [...(previous ?? []), name],
        )
        .option(
          '--max-failures <n>',
          'services that may fail before the old value is put back',
          '0',
        )
        .option('--no-rollback', 'on failure leave the new value and the services as they are')
        .option(
          '--force',
          'go on though a service is deploying, or a JSON object would be replaced',
        )
        .option('--invoke', 'have the rotation function of the secret make the value')
        .option('--dry-run', 'say which services would be redeployed, and store nothing'),
    ).addHelpText(
      'after',
      `
A container reads its secrets once, when it starts: without --redeploy the services are only listed.
When a deployment fails the old value becomes current again and the services are redeployed.
Exit code 4: a deployment failed. 5: time was up; the deployments go on.

Examples:
  $ ecs-secrets rotate /shop/prod/db-password --generate 40 --redeploy
  $ printf %s "$NEW" | ecs-secrets rotate sm:shop/prod/db:password --redeploy --first shop/canary`,
    ),

  async run(context, [ref], options) {
    const { aws, world, report } = context;
    const problems = new Problems();
    const reference = problems.attempt(() => parseReference(ref, options.store));
    const filter = serviceFilter(options, problems);
    const first = serviceNames('--first', options.first, problems);
    const limits = rolloutLimits(options, problems);
    const maxFailures = wholeNumber('--max-failures', options.maxFailures, 0, problems);
    problems.throwIfAny();
    if (!reference) throw new Error('a reference without problems is parsed');

    checkSources(options);
    checkTarget(reference, {});
    if (options.invoke) checkInvoke(reference, options);
    const view = rolloutView(report, world.stderr.style);
    const outcome = await rotateSecret(aws, {
      reference,
      value: options.invoke
        ? { invoke: { timeout: limits.timeout, clock: world.clock } }
        : () => readValue(context, options, formatReference(reference)),
      replaceJson: options.force ?? false,
      dryRun: options.dryRun ?? false,
      interrupted: world.interrupted,
      filter,
      redeploy: options.redeploy && {
        ...limits,
        first,
        maxFailures,
        rollback: options.rollback,
        force: options.force ?? false,
        wait: options.wait,
        codeDeploy: options.codedeploy ?? false,
        clock: world.clock,
        interrupted: world.interrupted,
        onStarted: view.onStarted,
        onEvent: view.onEvent,
      },
      onProgress: view.onProgress,
      onConsumers: (consumers, images) => {
        report.clearLive();
        if (consumers.length > 0) {
          report.event(
            consumers.length === 1 ? '1 service uses it' : `${consumers.length} services use it`,
          );
        }
        if (images.length > 0) {
          report.note(
            `a forced deployment fetches these anew, should their tag have moved: ${images.join(', ')}`,
          );
        }
      },
      onStored: (stored) => {
        report.event(
          stored.action === 'unchanged'
            ? 'the value is current already'
            : `stored version ${stored.version ?? ''}`,
        );
      },
      onRollback: () => {
        report.endLive();
        report.event('putting the old value back');
      },
    });
    report.endLive();
    return toResult(context, formatReference(reference), outcome);
  },
});

// --- internal ---

function checkInvoke(
  reference: Reference,
  { valueFile, fromEnv, generate }: { valueFile?: unknown; fromEnv?: unknown; generate?: unknown },
): void {
  if (reference.store === 'parameter-store') {
    throw new UsageError('--invoke is for Secrets Manager: parameters have no rotation function');
  }
  if (valueFile !== undefined || fromEnv !== undefined || generate !== undefined) {
    throw new UsageError('--invoke and a value exclude each other', 'give one of them');
  }
}

function toResult({ report }: Context, ref: string, outcome: RotateOutcome): Result {
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
    ...(redeploy && { summary: summaryOf(`rotate ${ref}`, redeploy) }),
    failure: redeploy && failureOf(ref, outcome, redeploy),
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
    new CliError('rollout-failed', message(end), { exitCode: exitCodes.rolloutFailed, hint });
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
