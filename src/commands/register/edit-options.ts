import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { fromEnv, repeatable, type Context } from '../../cli.ts';
import type { Store } from '../../model/secrets/reference.ts';
import type { Tag } from '../../model/secrets/secret-rules.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { ahead } from '../../operations/ahead.ts';
import { expandSecrets } from '../../operations/definitions/expand-secrets.ts';
import { declaredAssignments } from '../../operations/register/declared-assignments.ts';
import { readEnvFile } from '../../operations/register/read-env-file.ts';
import type { RegisterRequest } from '../../operations/register/register-task-definition.ts';
import { chosenSet, environmentOption, refuseUnused } from '../environment/declared-options.ts';
import { storeOption } from '../secrets/store-option.ts';
import { sourcesOf } from '../sources.ts';

/** Adds the options that change a task definition before it is registered. */
export function withEditOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return command
    .option(
      '--secret <env=ref>',
      'set a variable from a secret: [CONTAINER:]ENV=REF (repeatable)',
      repeatable,
    )
    .option(
      '--secret-option <option=ref>',
      'set a log option from a secret: [CONTAINER:]OPTION=REF (repeatable)',
      repeatable,
    )
    .option(
      '--secrets-from <prefix>',
      'set a variable from each secret below: [CONTAINER=]PREFIX (repeatable)',
      repeatable,
    )
    .option(
      '--all-keys <secret>',
      'set a variable from each key of a JSON secret: [CONTAINER=]SECRET (repeatable)',
      repeatable,
    )
    .option(
      '--secrets-from-declared',
      'set the variables that .ecs-secrets.json declares for the environment',
    )
    .addOption(
      environmentOption(
        'environment of --secrets-from-declared (default: the only one that is declared)',
      ),
    )
    .option(
      '--remove-secret <env>',
      'remove a secret variable: [CONTAINER:]ENV (repeatable)',
      repeatable,
    )
    .option('--exclusive-secrets', 'remove every secret variable that is not given here')
    .addOption(storeOption())
    .option(
      '--env <setting>',
      'set a plain variable: [CONTAINER:]NAME=VALUE (repeatable)',
      repeatable,
    )
    .option(
      '--env-file <env-file>',
      'set plain variables from a dotenv file: [CONTAINER=]FILE (repeatable)',
      repeatable,
    )
    .option(
      '--remove-env <env>',
      'remove a plain variable: [CONTAINER:]NAME (repeatable)',
      repeatable,
    )
    .option(
      '--command <words>',
      'set the command, quoted as in a shell or as a JSON list: [CONTAINER=]COMMAND (repeatable)',
      repeatable,
    )
    .option(
      '--docker-label <setting>',
      'set a Docker label: [CONTAINER:]NAME=VALUE (repeatable)',
      repeatable,
    )
    .option(
      '--log-option <setting>',
      'set a plain log option: [CONTAINER:]OPTION=VALUE (repeatable)',
      repeatable,
    )
    .option('--image <uri>', 'set an image: [CONTAINER=]URI (repeatable)', repeatable)
    .addOption(fromEnv(new Option('--execution-role <role>', 'name or ARN of the execution role')))
    .option('--task-role <arn>', 'ARN of the task role')
    .option('--cpu <units>', 'CPU of the task')
    .option('--memory <mib>', 'memory of the task');
}

/** The values of these options. */
export interface EditOptions {
  secret?: string[] | undefined;
  secretOption?: string[] | undefined;
  secretsFrom?: string[] | undefined;
  allKeys?: string[] | undefined;
  secretsFromDeclared?: true | undefined;
  environment?: string | undefined;
  removeSecret?: string[] | undefined;
  exclusiveSecrets?: true | undefined;
  store?: Store | undefined;
  env?: string[] | undefined;
  envFile?: string[] | undefined;
  removeEnv?: string[] | undefined;
  command?: string[] | undefined;
  dockerLabel?: string[] | undefined;
  logOption?: string[] | undefined;
  image?: string[] | undefined;
  taskRole?: string | undefined;
  cpu?: string | undefined;
  memory?: string | undefined;
}

/**
 * The changes that they ask for, of the definition `base`. Reads files, and the stores for sets of
 * secrets. Throws InvalidInput, and CliError for a set that is not there.
 */
export async function editsOf(
  context: Pick<Context, 'aws' | 'world' | 'report' | 'project' | 'fromEnvironment'>,
  options: EditOptions & { readValues?: boolean | undefined },
  {
    base,
    family,
    tags,
  }: { base: TaskDefinition; family: string | undefined; tags: readonly Tag[] },
): Promise<RegisterRequest['edits']> {
  const { aws, world } = context;
  const declaring = ahead(declaredIn(context, options, base));
  const envFiles = await Promise.all(
    (options.envFile ?? []).map((one) => readEnvFile(one, sourcesOf(world))),
  );
  const sources = { prefixes: options.secretsFrom ?? [], jsonSecrets: options.allKeys ?? [] };
  const expanded = await expandSecrets(aws, sources, options.store ?? 'parameter-store');
  return {
    family,
    images: options.image ?? [],
    secrets: [...(await declaring), ...expanded, ...(options.secret ?? [])],
    secretOptions: options.secretOption ?? [],
    env: options.env,
    envFiles,
    removeEnv: options.removeEnv,
    commands: options.command,
    dockerLabels: options.dockerLabel,
    logOptions: options.logOption,
    removeSecrets: options.removeSecret ?? [],
    exclusiveSecrets: options.exclusiveSecrets ?? false,
    taskRoleArn: options.taskRole,
    cpu: options.cpu,
    memory: options.memory,
    tags,
  };
}

// --- internal ---

/** The assignments of `--secrets-from-declared`; prints what is left out. */
async function declaredIn(
  context: Pick<Context, 'aws' | 'report' | 'project' | 'fromEnvironment'>,
  {
    secretsFromDeclared,
    environment,
    readValues = false,
  }: EditOptions & { readValues?: boolean | undefined },
  base: TaskDefinition,
): Promise<string[]> {
  if (!secretsFromDeclared) {
    refuseUnused(context, environment, '--secrets-from-declared');
    return [];
  }
  const set = chosenSet(context, environment);
  const found = await declaredAssignments(context.aws, set, base, readValues);
  for (const note of found.notes) context.report.note(note);
  for (const warning of found.warnings) context.report.warn(warning);
  return found.assignments;
}
