import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, fromEnv, repeatable, type Context, type Result } from '../cli.ts';
import { CliError, exitCodes, Interrupted } from '../errors.ts';
import { formatDuration, parseDuration } from '../model/duration.ts';
import { InvalidInput, Problems } from '../model/problems.ts';
import { parseReference } from '../model/reference.ts';
import type { Consumer, ServiceName } from '../operations/find-consumers.ts';
import { rotateSecret, type RotateOutcome } from '../operations/rotate-secret.ts';
import type { RedeployOutcome } from '../operations/redeploy-services.ts';
import { tellPut } from './put.ts';
import { deploymentData, rolloutView, serviceName } from './rollout-view.ts';
import { storeOption } from './store-option.ts';
import { readValue, withValueOptions } from './value-source.ts';

/** `rotate REF`: a new value, and new deployments of the services that use it. */
export const rotate = defineCommand({
  handlesInterrupt: true,
  declare: (command) =>
    withValueOptions(
      command
        .addArgument(new Argument('<ref>', 'NAME or /path/NAME, sm:NAME, sm:NAME:KEY, or an ARN'))
        .addOption(storeOption())
        .option(
          '--redeploy',
          'force a new deployment of every service that refers to it, and follow',
        )
        .addOption(
          fromEnv(
            new Option('--cluster <cluster>', 'only services of this cluster (repeatable)'),
          ).argParser(repeatable),
        )
        .option('--service <cluster/service>', 'only this service (repeatable)', repeatable)
        .option('--no-wait', 'start the deployments and do not follow them')
        .addOption(
          fromEnv(
            new Option('--timeout <duration>', 'stop following after this time').default('15m'),
          ),
        )
        .addOption(
          fromEnv(
            new Option('--max-parallel <n>', 'deployments started at the same time').default('10'),
          ),
        ),
    ).addHelpText(
      'after',
      `
A container reads its secrets once, when it starts: without --redeploy the services are only listed.
Exit code 4: a deployment failed or was rolled back. 5: time was up; the deployments go on.

Examples:
  $ ecs-secrets rotate /shop/prod/db-password --generate 40 --redeploy
  $ printf %s "$NEW" | ecs-secrets rotate sm:shop/prod/db:password --redeploy --service shop/web --timeout 30m`,
    ),

  async run(context, [ref], options) {
    const { aws, world, report } = context;
    const problems = new Problems();
    const reference = problems.attempt(() => parseReference(ref, options.store));
    const services = (options.service ?? []).flatMap(
      (written) => problems.attempt(() => parseServiceName(written)) ?? [],
    );
    const timeout = problems.attempt(() => parseDuration(options.timeout), '--timeout') ?? 0;
    const maxParallel = Number(options.maxParallel);
    if (!Number.isInteger(maxParallel) || maxParallel < 1) {
      problems.add(`--max-parallel: "${options.maxParallel}" is not a whole number from 1`);
    }
    problems.throwIfAny();
    if (!reference) throw new Error('a reference without problems is parsed');

    const value = await readValue(context, options);
    const view = rolloutView(report, world.stderr.style);
    const outcome = await rotateSecret(aws, {
      reference,
      put: { value },
      interrupted: world.interrupted,
      filter: { clusters: options.cluster ?? [], services },
      redeploy: options.redeploy && {
        wait: options.wait,
        maxParallel,
        timeout,
        clock: world.clock,
        interrupted: world.interrupted,
        onStarted: view.onStarted,
        onEvent: view.onEvent,
      },
      onConsumers: (consumers) => {
        report.event(
          consumers.length === 1 ? '1 service uses it' : `${consumers.length} services use it`,
        );
      },
      onStored: (stored) => {
        report.event(
          stored.action === 'unchanged'
            ? 'the value is current already'
            : `stored version ${stored.version ?? ''}`,
        );
      },
    });
    report.endLive();
    return toResult(context, outcome);
  },
});

// --- internal ---

function parseServiceName(written: string): ServiceName {
  const match = /^([^/]+)\/([^/]+)$/.exec(written);
  if (!match) throw new InvalidInput(`--service: "${written}" is not CLUSTER/SERVICE`);
  return { cluster: match[1] ?? '', service: match[2] ?? '' };
}

function toResult({ report }: Context, outcome: RotateOutcome): Result {
  const { put, consumers, redeploy } = outcome;
  const deployments = redeploy?.deployments ?? [];
  for (const { consumer, why } of redeploy?.skipped ?? []) {
    report.warn(`${serviceName(consumer.service)} still holds the old value: ${why}`);
  }
  for (const { consumer, error } of redeploy?.refused ?? []) {
    report.warn(`${serviceName(consumer.service)} was not redeployed: ${error.message}`);
  }
  return {
    data: {
      ...put,
      arn: outcome.secret.arn,
      consumers: consumers.map(({ service, uses }) => ({
        cluster: service.cluster,
        service: service.name,
        taskDefinition: service.taskDefinition,
        uses,
      })),
      deployments: deployments.map(deploymentData),
      skipped: (redeploy?.skipped ?? []).map(({ consumer, why }) => ({
        cluster: consumer.service.cluster,
        service: consumer.service.name,
        why,
      })),
      refused: (redeploy?.refused ?? []).map(({ consumer, error }) => ({
        cluster: consumer.service.cluster,
        service: consumer.service.name,
        why: error.message,
      })),
    },
    text: [tellPut(put), ...(redeploy ? tellDeployments(redeploy) : tellHolders(consumers))].join(
      '\n',
    ),
    failure: redeploy && failureOf(redeploy),
  };
}

function tellHolders(consumers: readonly Consumer[]): string[] {
  if (consumers.length === 0) return ['no service refers to it'];
  return [
    'these services hold the old value until they are redeployed (--redeploy):',
    ...consumers.map(({ service, uses }) => {
      const places = uses.map(({ container, name }) => [container, name].filter(Boolean).join(':'));
      return `  ${serviceName(service)}  ${places.join(', ')}`;
    }),
  ];
}

function tellDeployments({ deployments }: RedeployOutcome): string[] {
  if (deployments.length === 0) return ['no service was redeployed'];
  return deployments.map(({ started, state, elapsed, reason }) => {
    const time = state === 'in-progress' ? '' : ` after ${formatDuration(elapsed)}`;
    const why = reason === undefined ? '' : `: ${reason}`;
    return `  ${serviceName(started.service)}  ${started.deploymentId}  ${state}${time}${why}`;
  });
}

/** The worst of what happened decides the exit code. */
function failureOf({ deployments, refused }: RedeployOutcome): CliError | undefined {
  const named = (state: string): string[] =>
    deployments
      .filter((deployment) => deployment.state === state)
      .map(({ started }) => serviceName(started.service));
  const failed = [
    ...named('failed'),
    ...refused.map(({ consumer }) => serviceName(consumer.service)),
  ];
  const goOn = 'the deployments go on without us; aws ecs describe-services shows how they do';
  if (named('interrupted').length > 0) {
    return new Interrupted(
      `stopped waiting; the new value is stored, not yet finished: ${named('interrupted').join(', ')}`,
      goOn,
    );
  }
  if (failed.length > 0) {
    return new CliError(
      'rollout-failed',
      `the new value is stored, and the deployment failed of: ${failed.join(', ')}`,
      {
        exitCode: exitCodes.rolloutFailed,
        hint: 'mend the cause and run rotate --redeploy again, with the old value to go back to it',
      },
    );
  }
  if (named('timed-out').length > 0) {
    return new CliError(
      'timed-out',
      `time is up, not yet finished: ${named('timed-out').join(', ')}`,
      {
        exitCode: exitCodes.timedOut,
        hint: goOn,
      },
    );
  }
  if (named('not-followed').length > 0) {
    return new CliError(
      'not-followed',
      `the new value is stored, but these could not be followed to the end: ${named('not-followed').join(', ')}`,
      { hint: goOn },
    );
  }
  return undefined;
}
