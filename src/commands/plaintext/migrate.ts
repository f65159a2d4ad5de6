import { Argument, Option } from '@commander-js/extra-typings';
import { canAsk, defineCommand, fromEnv, fromProject, repeatable, type Result } from '../../cli.ts';
import { CliError, exitCodes, UsageError } from '../../errors.ts';
import { parseDuration } from '../../model/duration.ts';
import { parsePrefix } from '../../model/secrets/prefix.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import { formatReference } from '../../model/secrets/reference.ts';
import { parseTags } from '../../model/secrets/secret-rules.ts';
import { ahead } from '../../operations/ahead.ts';
import { checkMigration } from '../../operations/plaintext/check-migration.ts';
import {
  migrateSecrets,
  type MigrationOutcome,
} from '../../operations/plaintext/migrate-secrets.ts';
import {
  planMigration,
  type MigrationPlan,
  type Move,
} from '../../operations/plaintext/plan-migration.ts';
import { readTaskDefinition } from '../../operations/definitions/read-task-definition.ts';
import { checkNoExpress } from '../../operations/register/check-express.ts';
import { scan } from '../../operations/usage/scan.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import { noProgress } from '../../operations/progress.ts';
import { confirmed } from '../confirm.ts';
import { withProgress } from '../progress.ts';
import type { MigrateDocument } from './documents.ts';
import { withOldRevisions } from './migrate-old.ts';
import { deployRevision } from '../register/deploy-revision.ts';
import { checkOutputs, writeOutputs } from '../register/register-result.ts';
import { serviceNames } from '../usage/service-options.ts';
import { sourcesOf } from '../sources.ts';
import { variablesOf, withSubstitution } from '../substitution.ts';
import { storeOption } from '../secrets/store-option.ts';
import { table, withWide, type TableLayout } from '../table.ts';

/** `migrate FILE|FAMILY`: moves plaintext secrets of a task definition into the store. */
export const migrate = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    withSubstitution(withWide(command))
      .addArgument(new Argument('<file|family>', 'FILE (- for stdin) or FAMILY[:REVISION]'))
      .addOption(
        fromProject(
          new Option('--prefix <prefix>', '/path or sm:NAME to store the values below'),
          ['prefix'],
          ['store'],
        ).makeOptionMandatory(),
      )
      .addOption(storeOption())
      .option('--variable <name>', 'move this one too: [CONTAINER:]NAME (repeatable)', repeatable)
      .option('--except <name>', 'leave this one: [CONTAINER:]NAME (repeatable)', repeatable)
      .addOption(fromEnv(new Option('--kms-key <key>', 'encrypt with this key: id, ARN or alias')))
      .option('--tag <key=value>', 'tag each secret (repeatable)', repeatable)
      .addOption(
        fromEnv(new Option('--execution-role <role>', 'name or ARN, if there is none yet')),
      )
      .option('--no-role', 'leave the execution role as it is')
      .option(
        '--service <cluster/service>',
        'deploy the revision to this service (repeatable)',
        repeatable,
      )
      .option('--no-wait', 'start the deployments without following them')
      .option('--timeout <duration>', 'stop following after this time', '15m')
      .option('--deregister-old', 'deregister older revisions that hold the values (asks)')
      .option('--delete-old', 'deregister and delete them (asks)')
      .option('--force', 'retire old revisions even if not everything could be checked')
      .option('--output-file <file>', 'write the task definition without the values to this file')
      .option('--dry-run', 'show the plan, and do nothing')
      .addHelpText(
        'after',
        `
Finds plain variables that look like secrets, shows which secret each becomes, and asks (--yes
skips the question). Checks the role, the revision, the services and the output file before it stores the values,
grants them to the role, and registers the revision that refers to them. If it stops, run it again: it
completes what is left. A stored value is never overwritten with another one.
Old revisions are retired only if no service, task, rule or schedule runs them, and all could be checked.

Examples:
  $ ecs-secrets migrate web --prefix /shop/prod --dry-run
  $ ecs-secrets migrate web --prefix /shop/prod --service shop/web --deregister-old`,
      ),

  async run(context, [source], options): Promise<Result<MigrateDocument>> {
    const { aws, world, report } = context;
    const problems = new Problems();
    const prefix = problems.attempt(() => parsePrefix(options.prefix, options.store));
    const tags = problems.attempt(() => parseTags(options.tag ?? [])) ?? [];
    const services = serviceNames('--service', options.service, problems);
    const timeout = problems.attempt(() => parseDuration(options.timeout), '--timeout') ?? 0;
    problems.throwIfAny();
    if (!prefix?.path) throw new UsageError('--prefix is empty', 'give /path or sm:NAME');
    const { deregisterOld = false, deleteOld = false, dryRun = false } = options;
    if ((deregisterOld || deleteOld) && !dryRun && !context.globals.yes && !canAsk(world)) {
      throw new UsageError('old revisions are retired only after asking', 'pass --yes');
    }
    const untilStopped = <T>(reading: Promise<T>): Promise<T> =>
      untilInterrupted(reading, world.interrupted, 'interrupted; nothing was done');
    const read = async () => {
      const found = services.length > 0 ? await scan(aws, { clusters: [], services }) : undefined;
      const definition = await readTaskDefinition(source, aws, sourcesOf(world), {
        variables: await variablesOf(options, world),
      });
      if (found) checkNoExpress(found.services, 'nothing was done');
      const { variable: variables = [], except = [] } = options;
      void ahead(aws.caller());
      const plan = await planMigration(aws, definition, { prefix, variables, except });
      return { found, definition, plan };
    };
    const { found, definition, plan } = await untilStopped(read());
    for (const { container, place, kind } of plan.elsewhere) {
      report.warn(
        `${place} (${container}) looks like a secret (${kind}), and ECS injects none there`,
      );
    }
    const request = {
      definition,
      plan,
      kmsKeyId: options.kmsKey,
      tags,
      executionRole: options.executionRole,
      keepRole: !options.role,
      clock: world.clock,
      interrupted: world.interrupted,
      onProgress: noProgress,
      onWarning: (text: string) => {
        report.warn(text);
      },
    };
    const check = async (): Promise<void> => {
      await checkMigration(aws, request);
      await checkOutputs(world, options.outputFile);
    };
    if (dryRun) {
      const failure = await untilStopped(problemOf(check()));
      const text = tellPlan(plan, { output: world.stdout, wide: options.wide });
      return { data: { ...planData(plan), dryRun }, text, tabs: true, failure };
    }
    await untilStopped(check());
    if (plan.moves.length > 0) {
      const shown = tellPlan(plan, { output: world.stderr, wide: options.wide });
      for (const line of shown.split('\n')) report.event(line, { tabs: true });
      const many =
        plan.moves.length === 1 ? 'this variable' : `these ${plan.moves.length} variables`;
      await confirmed(
        context,
        `Move ${many} into the store, and register a revision without them?`,
      );
    }
    const outcome = await withProgress(context, (onProgress) =>
      migrateSecrets(aws, { ...request, onProgress }),
    );
    let result: Result<MigrateDocument> = migrated(plan, outcome);
    result.failure = await writeOutputs(context, outcome.registered, options.outputFile);
    const { arn } = outcome.registered;
    if (!result.failure && found && arn !== undefined) {
      const { wait } = options;
      result = await deployRevision(context, { arn, found, timeout, wait }, result);
    }
    if (result.failure) return result;
    if (plan.moves.length > 0) {
      report.note(
        'anyone who could describe the task definition has seen these values: rotate them (ecs-secrets rotate REF --redeploy)',
      );
    }
    const choice = {
      family: definition.family ?? '',
      latest: arn,
      deregister: deregisterOld,
      deletion: deleteOld,
      force: options.force ?? false,
    };
    return withOldRevisions(context, choice, result);
  },
});

// --- internal ---

/** The error of a check, so that it can be printed with the plan; undefined if none. */
async function problemOf(check: Promise<void>): Promise<CliError | undefined> {
  try {
    await check;
    return undefined;
  } catch (error) {
    if (error instanceof CliError) return error;
    if (!(error instanceof InvalidInput)) throw error;
    const { message, hint } = error;
    return new CliError('invalid-input', message, { hint, exitCode: exitCodes.invalid });
  }
}

function planData({
  moves,
  elsewhere,
}: MigrationPlan): Pick<MigrateDocument, 'variables' | 'elsewhere'> {
  return {
    variables: moves.map(({ container, name, reference, stored, kind }) => ({
      container,
      name,
      secret: formatReference(reference),
      stored,
      kind,
    })),
    elsewhere: elsewhere.map(({ container, place, kind }) => ({ container, place, kind })),
  };
}

function tellPlan({ moves }: MigrationPlan, layout: TableLayout): string {
  if (moves.length === 0) return 'no plain variable looks like a secret';
  const row = ({ container, name, reference, kind, stored }: Move): string[] => [
    `${container}:${name}`,
    formatReference(reference).replace(/^ssm:/, ''),
    stored ? 'stored already' : (kind ?? 'named'),
  ];
  return table(['VARIABLE', 'BECOMES', 'WHY'], moves.map(row), layout);
}

function migrated(
  plan: MigrationPlan,
  { stored, role, registered }: MigrationOutcome,
): Result<MigrateDocument> {
  const changes = (role?.changes ?? []).map(({ what, detail }) => `role: ${what}: ${detail}`);
  const { arn, action } = registered;
  return {
    data: {
      ...planData(plan),
      dryRun: false,
      stored,
      roleChanges: role?.changes ?? [],
      action,
      taskDefinitionArn: arn,
    },
    text: [
      `${stored} stored, ${plan.moves.length - stored} there already`,
      ...changes,
      `${arn ?? ''} ${action === 'registered' ? 'registered' : 'unchanged'}`,
    ].join('\n'),
  };
}
