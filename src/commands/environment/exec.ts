import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Context } from '../../cli.ts';
import { CliError, exitCodes, UsageError } from '../../errors.ts';
import { isUnsafeName } from '../../model/environment/unsafe-names.ts';
import { isFromStore } from '../../operations/environment/source.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import { readSources, withSourceOptions, type SourceOptions } from './environment-source.ts';
import { placeholdersIn } from './placeholders.ts';
import { mask } from '../secrets/mask.ts';
import { runProgram } from './run-program.ts';

/** `exec -- CMD`: runs a program with the environment that a container would get. */
export const exec = defineCommand({
  handlesInterrupt: true,
  callerPolicy: ({ at }) => (at === undefined ? undefined : 'exec --at'),

  declare: (command) =>
    withSourceOptions(
      command
        .usage('[options] [source...] -- <command...>')
        .addArgument(
          new Argument(
            '<command...>',
            'sources (see below), then -- and a program with its arguments',
          ),
        ),
    )
      .option('--pristine', 'pass only these variables, none of the current environment')
      .option('--preserve', 'keep variables that are already set')
      .option(
        '--strict-value <text>',
        'set exactly the variables that have this value now; all must exist',
      )
      .option(
        '--strict-file <file>',
        'set exactly the variables that this file has placeholders for',
      )
      .option('--allow-unsafe-names', 'also set variables that can run code (PATH, LD_PRELOAD, …)')
      .addHelpText(
        'after',
        `
Runs CMD with the secrets in its environment, resolved as ECS would, and exits with its code. Below a
prefix "/", "-" and "." of a name become "_". Values never appear in arguments or files. From a store,
names that make programs run other code (PATH, LD_PRELOAD, NODE_OPTIONS, BASH_ENV, ...) are refused.
For a container --pristine also sets AWS_REGION and AWS_DEFAULT_REGION, as ECS does.

A source is /path, sm:NAME (the keys of a JSON secret, or the secrets below it), a task definition
(FILE or FAMILY[:REV]), a .env or other file of secrets, or - (standard input). Several are merged in
order; a later one overwrites, with a note, or fails with --strict. --declared comes before the others,
and nothing runs if a required secret is missing. --strict-value chamberme does what
"chamber exec --strict" does. --at runs CMD with earlier values; see "export --help".

Examples:
  $ ecs-secrets exec /shop/common /shop/dev -- npm start
  $ ecs-secrets exec sm:shop/dev .env.local --upper-case -- npm start
  $ ecs-secrets exec /shop/prod --at 2h -- ./migrate.sh
  $ ecs-secrets exec --task-definition web --container app -- npm start
  $ ecs-secrets exec --declared --environment dev .env.local -- npm start
  $ ecs-secrets exec --prefix /shop/dev --pristine -- /usr/bin/env`,
      ),

  async run(context, [words], options) {
    const { world, report } = context;
    const { pristine = false, preserve = false, allowUnsafeNames = false } = options;
    if (pristine && preserve) throw new UsageError('--pristine and --preserve cannot be combined');
    const { sources, command } = split(words, context, options);
    // What the project file sets gives way to what is on the command line.
    const ofProject = sources.length > 0 && context.fromEnvironment.has('prefix');
    const values = await untilInterrupted(
      readSources(context, sources, ofProject ? { ...options, prefix: undefined } : options, {
        variables: true,
        example: 'ecs-secrets exec SOURCE -- COMMAND',
        select: await placeholdersIn(world, options),
      }),
      world.interrupted,
      'interrupted; nothing was run',
    );
    const nul = values.filter(({ value }) => value.matches(/\0/)).map(({ name }) => name);
    if (nul.length > 0) {
      throw new CliError(
        'not-a-variable',
        `a variable cannot hold a NUL character: ${nul.join(', ')}`,
      );
    }
    const kept = values.filter(({ name }) => preserve && world.env[name] !== undefined);
    if (kept.length > 0) {
      report.note(`already set, kept: ${kept.map(({ name }) => name).join(', ')}`);
    }
    const set = values.filter((entry) => !kept.includes(entry));
    const unsafe = set
      .filter(({ name, from }) => isFromStore(from) && isUnsafeName(name))
      .map(({ name }) => name);
    // The author of a task definition or file chose its names; anyone with write access chooses those
    // in a store.
    if (!allowUnsafeNames && unsafe.length > 0) {
      throw new CliError(
        'unsafe-name',
        `these variables make programs run other code: ${unsafe.join(', ')}`,
        {
          hint: 'delete or rename the secrets, or pass --allow-unsafe-names',
          exitCode: exitCodes.invalid,
        },
      );
    }
    for (const { value } of set) mask(world, value);
    const given = Object.fromEntries(set.map(({ name, value }) => [name, value.reveal()]));
    const around =
      pristine && values.some(({ from }) => from.kind === 'definition')
        ? await regionOf(context, given)
        : {};
    const environment = { ...(pristine ? around : world.env), ...given };
    return runProgram(world, command, environment);
  },
});

// --- internal ---

/**
 * The region as the ECS agent gives it to a container (agent/api/task/task.go, since 1.104.0): in both
 * variables, unless the container has one of them.
 */
async function regionOf(
  { aws }: Pick<Context, 'aws'>,
  given: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const names = ['AWS_REGION', 'AWS_DEFAULT_REGION'];
  const { region } = await aws.access();
  if (region === undefined || names.some((name) => Object.hasOwn(given, name))) return {};
  return Object.fromEntries(names.map((name) => [name, region.value]));
}

/** Splits the words of the command line into those before and after `--`. */
function split(
  words: readonly string[],
  { afterDashes }: Context,
  { prefix, taskDefinition }: Pick<SourceOptions, 'prefix' | 'taskDefinition'>,
): { sources: readonly string[]; command: readonly string[] } {
  const usage = 'ecs-secrets exec SOURCE -- COMMAND';
  if (afterDashes === undefined && prefix === undefined && taskDefinition === undefined) {
    throw new UsageError('no program is given: write -- and the program after the sources', usage);
  }
  const at = afterDashes === undefined ? 0 : words.length - afterDashes;
  const command = words.slice(at);
  if (command.length > 0) return { sources: words.slice(0, at), command };
  throw new UsageError('no program is given after --', usage);
}
