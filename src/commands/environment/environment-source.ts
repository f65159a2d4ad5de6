import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { fromProject, repeatable, type Context } from '../../cli.ts';
import { CliError, UsageError } from '../../errors.ts';
import { parseAt, timeWords } from '../../model/environment/version-at.ts';
import { namesIn } from '../../model/secrets/name-pattern.ts';
import { Problems } from '../../model/problems.ts';
import type { Store } from '../../model/secrets/reference.ts';
import type { NamedValue } from '../../operations/environment/format-secrets.ts';
import {
  readEach,
  readEnvironment,
  type ReadOptions,
  type SourcedValue,
} from '../../operations/environment/read-environment.ts';
import {
  isFromStore,
  parseSource,
  prefixSource,
  sourceAt,
  type Source,
} from '../../operations/environment/source.ts';
import type { Naming } from '../../operations/environment/variable-names.ts';
import { secretFileFormats, type SecretFileFormat } from '../../operations/secrets/files/format.ts';
import { storeOption } from '../secrets/store-option.ts';
import { sourcesOf } from '../sources.ts';
import { variablesOf, withSubstitution, type SubstitutionOptions } from '../substitution.ts';
import { chosenSet, environmentOption, refuseUnused } from './declared-options.ts';

/** How sources are read; see `withReadingOptions`. */
export interface ReadingOptions extends Omit<Naming, 'variables'>, SubstitutionOptions {
  at?: string | undefined;
  container?: string | undefined;
  store?: Store | undefined;
  fileFormat?: SecretFileFormat | undefined;
  allowEmpty?: boolean | undefined;
}

/** The sources of a command's values, in order; if a name occurs twice, the last one counts. */
export interface SourceOptions extends ReadingOptions {
  prefix?: string[] | undefined;
  taskDefinition?: string | undefined;
  declared?: boolean | undefined;
  environment?: string | undefined;
  strict?: boolean | undefined;
  only?: string[] | undefined;
}

/** What a source is, for the descriptions of arguments. */
export const sourceWords =
  '/path, sm:NAME, task definition (FILE or FAMILY[:REV]), .env or other file, or -';

/** Adds the options of `ReadingOptions` to a command. */
export function withReadingOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
  atText: string,
) {
  return withSubstitution(command)
    .addOption(storeOption())
    .option('--at <version|time>', atText)
    .option('--container <name>', 'container, if the task definition has several')
    .addOption(
      new Option(
        '--file-format <format>',
        'format of a file of secrets (default: detected)',
      ).choices(secretFileFormats),
    )
    .option('--allow-empty', 'a prefix below which there is nothing is no error')
    .option('--strip-prefix <text>', 'remove this text from the start of variable names')
    .option('--upper-case', 'change variable names to upper case')
    .option('--add-prefix <text>', 'put this text before variable names');
}

/** Adds the options of `SourceOptions` to a command. */
export function withSourceOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return withReadingOptions(
    command
      .addOption(
        fromProject(
          new Option(
            '--prefix <prefix>',
            'the secrets below /path or sm:NAME (repeatable: later ones overwrite)',
          ),
          ['prefix'],
          ['store', 'source', 'taskDefinition', 'container', 'declared'],
        ).argParser(repeatable),
      )
      .option(
        '--task-definition <file|family>',
        "a container's environment, as ECS would inject it",
      )
      .option('--declared', 'the secrets that .ecs-secrets.json declares for the environment')
      .addOption(
        environmentOption('environment of --declared (default: the only one that is declared)'),
      )
      .option('--strict', 'fail if a source overwrites a variable of another one')
      .option(
        '--only <names>',
        'only these variables, which must exist: A,B (repeatable)',
        repeatable,
      ),
    'the values of a time (2026-11-30T14:05Z), an age (2h) or a label, stage, version',
  );
}

/**
 * Reads the values of a command's sources, given as arguments or options, and tells what is
 * overwritten. `example` is a command with a source, for the hint if there is none. `select` has the
 * names to return instead of `--only`; all must exist. Throws UsageError, InvalidInput and CliError.
 */
export async function readSources(
  context: Context,
  written: readonly string[],
  options: SourceOptions,
  {
    variables,
    example,
    select,
  }: { variables: boolean; example: string; select?: readonly string[] | undefined },
): Promise<SourcedValue[]> {
  const { aws, world, report } = context;
  const declared = declaredIn(context, options);
  const named = [...declared, ...sourcesIn(written, options, example, declared.length > 0)];
  const from = sourcesAt(context, named, options.at);
  if (options.container !== undefined && from.every(isFromStore)) {
    throw new UsageError('--container requires a task definition');
  }
  const substitution = await variablesOf(options, world);
  const how = { ...readOptions(options, variables), substitution };
  const { values, overwritten, ...told } = await readEnvironment(aws, from, how, sourcesOf(world));
  tell(report, told);
  if (options.strict && overwritten.length > 0) {
    throw new CliError('overwritten', overwritten.join('\n'), {
      hint: 'leave out a source, or --strict',
    });
  }
  for (const line of overwritten) report.note(line);
  const only = select ?? (options.only === undefined ? undefined : namesIn(options.only));
  const missing = only?.filter((name) => !values.some((one) => one.name === name)) ?? [];
  if (missing.length > 0) throw missingVariables(missing, from);
  return only ? values.filter(({ name }) => only.includes(name)) : values;
}

/**
 * The sources with the versions that `--at` selects, if it is given. Notes what such a time does not
 * show. Throws InvalidInput.
 */
export function sourcesAt(
  { world, report }: Pick<Context, 'world' | 'report'>,
  from: readonly Source[],
  written: string | undefined,
): readonly Source[] {
  if (written === undefined) return from;
  const at = parseAt(written, world.clock.now());
  const problems = new Problems();
  const then = from.flatMap((source) => problems.attempt(() => sourceAt(source, at)) ?? []);
  problems.throwIfAny();
  if (at.kind === 'time' && then.some(({ kind }) => kind === 'prefix')) {
    report.note(`values as of ${timeWords(at.time)}; what was deleted since is not known`);
  }
  return then;
}

/** Reads two sources, to be compared; prints notes and warnings. */
export async function readTwo(
  { aws, world, report }: Context,
  from: readonly [Source, Source],
  options: ReadingOptions,
  variables: boolean,
): Promise<[before: NamedValue[], after: NamedValue[]]> {
  const substitution = await variablesOf(options, world);
  const how = { ...readOptions(options, variables), substitution, exact: true, needsAt: true };
  const [a, b] = await readEach(aws, from, how, sourcesOf(world));
  for (const { notes = [], warnings } of [a, b].filter((one) => one !== undefined)) {
    tell(report, { notes, warnings });
  }
  return [a?.values ?? [], b?.values ?? []];
}

/** The error for variables that are required and that no source has. */
function missingVariables(names: readonly string[], from: readonly Source[]): CliError {
  const where = from.map((one) => one.written).join(', ');
  return new CliError('nothing-found', `${where} has no value for ${names.join(', ')}`, {
    hint: 'names of variables are compared with their case; see --upper-case',
  });
}

// --- internal ---

function readOptions(
  { container, fileFormat, allowEmpty, stripPrefix, upperCase, addPrefix }: ReadingOptions,
  variables: boolean,
): ReadOptions {
  const naming = { variables, stripPrefix, upperCase, addPrefix };
  return { container, fileFormat, allowEmpty, naming };
}

function tell(
  report: Context['report'],
  { notes, warnings }: { notes: readonly string[]; warnings: readonly string[] },
): void {
  for (const note of notes) report.note(note);
  for (const warning of warnings) report.warn(warning);
}

/** The source of `--declared`, which the others are merged into. */
function declaredIn(context: Context, { declared, environment }: SourceOptions): Source[] {
  if (!declared) {
    refuseUnused(context, environment, '--declared');
    return [];
  }
  const set = chosenSet(context, environment);
  const { path = '' } = context.project ?? {};
  return [{ written: `${path} (${set.environment})`, kind: 'declared', set }];
}

function sourcesIn(
  written: readonly string[],
  options: SourceOptions,
  example: string,
  mayBeNone: boolean,
): Source[] {
  const { prefix = [], taskDefinition, store } = options;
  const ways = [written.length > 0, options.prefix !== undefined, taskDefinition !== undefined];
  const given = ways.filter(Boolean).length;
  if (given > 1) {
    throw new UsageError(
      'two sources are given',
      'give all as arguments, or --prefix or --task-definition',
    );
  }
  if (given === 0 && mayBeNone) return [];
  if (given === 0) throw new UsageError('no source is given', example);
  if (taskDefinition !== undefined) {
    return [{ written: taskDefinition, kind: 'definition', id: taskDefinition }];
  }
  const problems = new Problems();
  const parsed = [...written, ...prefix].flatMap((text): Source[] => {
    if (text === '') throw new UsageError('--prefix is empty', '/ stands for the whole store');
    const read = () => (written.length > 0 ? parseSource(text, store) : prefixSource(text, store));
    const source = problems.attempt(read);
    return source ? [source] : [];
  });
  problems.throwIfAny();
  return parsed;
}
