import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, fromEnv, fromProject, repeatable, type Result } from '../../cli.ts';
import { isCliError, UsageError } from '../../errors.ts';
import { parseDuration } from '../../model/duration.ts';
import { hidePlaintext } from '../../model/definitions/hidden-plaintext.ts';
import { Problems } from '../../model/problems.ts';
import { mutableImages } from '../../model/definitions/task-definition.ts';
import { parseTags } from '../../model/secrets/secret-rules.ts';
import {
  describeTaskDefinition,
  readTaskDefinitionFile,
} from '../../operations/definitions/read-task-definition.ts';
import { prepareRegistration } from '../../operations/register/register-task-definition.ts';
import { scan } from '../../operations/usage/scan.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import { checkServices, deployRevision } from './deploy-revision.ts';
import type { RegisterDocument } from './documents.ts';
import { editsOf, withEditOptions } from './edit-options.ts';
import { countedSecrets, checkOutputs, registeredResult, writeOutputs } from './register-result.ts';
import { notMoved, planSchedules, withSchedules } from './schedules.ts';
import { serviceNames } from '../usage/service-options.ts';
import { sourcesOf } from '../sources.ts';
import { variablesOf, withSubstitution } from '../substitution.ts';

/** `register [FILE|-]`: registers a task definition with references to secrets. */
export const register = defineCommand({
  handlesInterrupt: true,
  callerPolicy: ({ schedules }) => (schedules ? 'register --schedules' : undefined),

  declare: (command) =>
    withEditOptions(
      withSubstitution(command)
        .addArgument(
          fromProject(
            new Argument(
              '[file]',
              'JSON or YAML, register input or describe output; - for stdin; or FAMILY[:REVISION]',
            ),
            ['taskDefinitions'],
            ['family'],
          ),
        )
        .option('--family <family>', 'family; without FILE, start from this FAMILY[:REVISION]'),
    )
      .option('--tag <key=value>', 'tag the revision (repeatable)', repeatable)
      .option('--read-values', 'read JSON secrets to check that their keys exist')
      .option('--strict', 'treat warnings as errors')
      .option('--diff', 'show the differences from the latest revision, without values')
      .option('--show-plain', 'also print plain values that look like secrets')
      .option('--output-file <file>', 'write the task definition to this file')
      .option('--force', 'register even if the latest revision is the same')
      .option('--dry-run', 'print what would be registered, and register nothing')
      .optionsGroup('Deployment:')
      .option(
        '--service <cluster/service>',
        'deploy it to this service and follow the deployment (repeatable)',
        repeatable,
      )
      .option('--codedeploy', 'deploy services of the CODE_DEPLOY controller through CodeDeploy')
      .option('--no-wait', 'start the deployments without following them')
      .option('--no-rollback', 'leave a service whose deployment fails as it is')
      .option(
        '--schedules',
        'move EventBridge rules and schedules from older revisions to this one (asks)',
      )
      .addOption(
        fromEnv(
          new Option('--timeout <duration>', 'stop following after this time').default('15m'),
        ),
      )
      .addHelpText(
        'after',
        `
References become full ARNs. If a secret does not exist, nothing is registered. If the latest revision
has the same content, it is returned. --env, --env-file, --command, --docker-label and --log-option set
plain text that anyone with ecs:DescribeTaskDefinition can read: a warning names each value that looks
like a secret.

--secrets-from-declared sets the variables that .ecs-secrets.json declares for the environment, in the
containers that it names, or in the only essential one. An optional secret that does not exist is left out.

A service whose deployment fails is put back to the revision that it ran before, unless ECS does so by
itself. One that times out is not.

--schedules shows the rules of the default event bus and the schedules that name an older revision of the
family, and asks (--yes skips the question). They are moved after the deployments have succeeded. Only
the revision of the target changes. A target whose role does not allow the revision is not moved.

Examples:
  $ ecs-secrets register web.json --secret web:DATABASE_PASSWORD=/shop/prod/db-password --execution-role shop-execution
  $ ecs-secrets register --family web --image web=123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:2.1
  $ ecs-secrets register --family web --env LOG_LEVEL=debug --remove-env TRACE --command 'node server.js'
  $ ecs-secrets register web.yaml --secrets-from /shop/prod --diff --dry-run
  $ ecs-secrets register web.json --secrets-from-declared --environment prod
  $ ecs-secrets register web.json --image web:2.1 --service shop/web
  $ ecs-secrets register nightly.json --schedules`,
      ),

  async run(context, [file], options): Promise<Result<RegisterDocument>> {
    const { aws, world, report } = context;
    const problems = new Problems();
    const tags = problems.attempt(() => parseTags(options.tag ?? [])) ?? [];
    const services = serviceNames('--service', options.service, problems);
    const timeout = problems.attempt(() => parseDuration(options.timeout), '--timeout') ?? 0;
    if (options.schedules && services.length > 0 && !options.wait) {
      problems.add('--schedules waits for the deployments: omit --no-wait');
    }
    problems.throwIfAny();
    const variables = await variablesOf(options, world);
    // A nonexistent service is reported before anything is registered.
    const found =
      services.length > 0
        ? await untilInterrupted(
            scan(aws, { clusters: [], services }),
            world.interrupted,
            interruptedEarly,
          )
        : undefined;
    const codeDeploy = options.codedeploy ?? false;
    if (found) {
      const checking = checkServices(aws, found, codeDeploy);
      await untilInterrupted(checking, world.interrupted, interruptedEarly);
    }
    const base = await untilInterrupted(baseOf(), world.interrupted, interruptedEarly);
    const dryRun = options.dryRun ?? false;
    const editing = editsOf(context, options, {
      base,
      family: file === undefined ? undefined : options.family,
      tags,
    });
    const edits = await untilInterrupted(editing, world.interrupted, interruptedEarly);
    await checkOutputs(world, options.outputFile);
    const preparing = prepareRegistration(aws, {
      base,
      edits,
      executionRole: options.executionRole,
      store: options.store ?? 'parameter-store',
      force: options.force ?? false,
      dryRun,
      strict: options.strict ?? false,
      readValues: options.readValues ?? false,
      services: found?.services ?? [],
      onWarning: (text) => {
        report.warn(text);
      },
      clock: world.clock,
      interrupted: world.interrupted,
      onWait: () => {
        report.note(
          'ECS does not see the role yet: IAM takes up to two minutes to propagate a new one',
        );
      },
    });
    const { planned, register } = await untilInterrupted(
      preparing,
      world.interrupted,
      interruptedEarly,
    );
    const strict = options.strict ?? false;
    const plan = options.schedules
      ? await planSchedules(context, planned, { dryRun, strict })
      : undefined;
    const outcome = await untilInterrupted(
      register(),
      world.interrupted,
      'interrupted; the revision may have been registered',
    );
    const failure = await writeOutputs(context, outcome, options.outputFile);
    const images = mutableImages(outcome.definition);
    if (images.length > 0) report.note(`images with a mutable tag: ${images.join(', ')}`);
    const diff = options.diff ?? false;
    const { shown, hidden } = hidePlaintext(outcome.definition);
    if (hidden > 0 && !options.showPlain && (context.globals.json || (dryRun && !diff))) {
      report.note(`hidden: ${countedSecrets(hidden)} (see --show-plain)`);
    }
    const registered = registeredResult(outcome, options.showPlain ? outcome.definition : shown, {
      dryRun,
      diff,
    });
    const { arn } = outcome;
    if (dryRun || arn === undefined) {
      const schedules = plan && notMoved(plan, arn);
      return { ...registered, data: { ...registered.data, schedules }, failure };
    }
    const { wait, rollback } = options;
    const result =
      failure || !found
        ? { ...registered, failure }
        : await deployRevision(
            context,
            { arn, found, timeout, wait, codeDeploy, rollback },
            registered,
          );
    return plan ? withSchedules(context, plan, { ...outcome, arn }, result) : result;

    async function baseOf() {
      if (file !== undefined) {
        const reading = readTaskDefinitionFile(file, sourcesOf(world), {
          aws,
          choosable: true,
          family: options.family,
          variables,
          accepts: options.family === undefined ? [] : ['list of containers'],
        });
        return reading.catch(async (error: unknown) => {
          const isFamily = options.family === undefined && /^[\w-]+(:\d+)?$/.test(file);
          if (!isFamily || !isCliError(error, 'file-not-readable')) throw error;
          return (await describeTaskDefinition(file, aws)).definition;
        });
      }
      if (options.family === undefined) {
        throw new UsageError(
          'no task definition given',
          'give a FILE (- for stdin), or --family FAMILY[:REVISION] to start from a registered one',
        );
      }
      return (await describeTaskDefinition(options.family, aws)).definition;
    }
  },
});

// --- internal ---

const interruptedEarly = 'interrupted; nothing was registered';
