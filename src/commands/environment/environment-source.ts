import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { fromProject, repeatable, type Context } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { formatPrefix, parsePrefix, type Prefix } from '../../model/secrets/prefix.ts';
import { Problems } from '../../model/problems.ts';
import type { Store } from '../../model/secrets/reference.ts';
import { variableName } from '../../model/secrets/variable-name.ts';
import type { NamedValue } from '../../operations/environment/format-secrets.ts';
import { readPrefix, type Environment } from '../../operations/environment/read-prefix.ts';
import { sourcesOf } from '../sources.ts';
import { placeOf } from './place.ts';
import { variablesOf, withSubstitution, type SubstitutionOptions } from '../substitution.ts';
import { storeOption } from '../secrets/store-option.ts';

/**
 * The source of a command's values: the secrets below a prefix, or the environment of a container.
 */
export interface SourceOptions extends SubstitutionOptions {
  /** In the given order; if a name occurs twice, the last prefix counts. */
  prefix?: string[] | undefined;
  taskDefinition?: string | undefined;
  container?: string | undefined;
  store?: Store | undefined;
}

/** Adds the options of `SourceOptions` to a command. */
export function withSourceOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return withSubstitution(command)
    .addOption(
      fromProject(
        new Option(
          '--prefix <prefix>',
          'the secrets below /path or sm:NAME (repeatable: later ones overwrite)',
        ),
        ['prefix'],
        ['store', 'source', 'taskDefinition', 'container'],
      ).argParser(repeatable),
    )
    .addOption(storeOption())
    .option('--task-definition <file|family>', "a container's environment, as ECS would inject it")
    .option('--container <name>', 'container, if there are several');
}

/**
 * The options, with a source given as an argument added to them. Throws UsageError for two sources.
 */
export function withSource(options: SourceOptions, source: string | undefined): SourceOptions {
  if (source === undefined) return options;
  if (options.prefix !== undefined || options.taskDefinition !== undefined) {
    throw new UsageError('two sources are given', 'give SOURCE, --prefix or --task-definition');
  }
  return placeOf(source, options.store).kind === 'prefix'
    ? { ...options, prefix: [source] }
    : { ...options, taskDefinition: source };
}

/**
 * Reads the environment of a source. `variables`: convert names below a prefix to variable names.
 * `example` is a command with a source, for the hint if there is none. Throws InvalidInput for
 * names that cannot be converted, or that become equal.
 */
export async function readEnvironment(
  { aws, world, report }: Context,
  options: SourceOptions,
  variables: boolean,
  example = 'ecs-secrets export --prefix PREFIX',
): Promise<NamedValue[]> {
  const { prefix, taskDefinition, container, store } = options;
  if ((prefix === undefined) === (taskDefinition === undefined)) {
    throw new UsageError('give either --prefix or --task-definition', example);
  }
  let environment: Environment;
  if (taskDefinition !== undefined) {
    // Loaded only if there is one, for a quick start.
    const [{ readTaskDefinition }, { readContainer }] = await Promise.all([
      import('../../operations/definitions/read-task-definition.ts'),
      import('../../operations/environment/read-container.ts'),
    ]);
    const definition = await readTaskDefinition(taskDefinition, aws, sourcesOf(world), {
      variables: await variablesOf(options, world),
    });
    environment = await readContainer(aws, definition, container);
  } else {
    if (container !== undefined) throw new UsageError('--container requires --task-definition');
    environment = await readPrefixes({ aws, report }, prefixes(prefix ?? [], store), variables);
  }
  for (const warning of environment.warnings) report.warn(warning);
  return environment.values;
}

/** The values with variable names; see `variableName`. */
export function asVariables(values: readonly NamedValue[], place: string): NamedValue[] {
  const problems = new Problems();
  const taken = new Map<string, string>();
  const named = values.flatMap(({ name, value }): NamedValue[] => {
    const variable = variableName(name);
    if (variable === undefined) {
      problems.add(`${name} (below ${place}) cannot be turned into a variable name`);
      return [];
    }
    const other = taken.get(variable);
    if (other !== undefined)
      problems.add(`${other} and ${name} both become the variable ${variable}`);
    taken.set(variable, name);
    return [{ name: variable, value }];
  });
  problems.throwIfAny();
  return named;
}

// --- internal ---

function prefixes(written: readonly string[], store: Store | undefined): Prefix[] {
  const problems = new Problems();
  const parsed = written.flatMap((text) => {
    if (text === '') throw new UsageError('--prefix is empty', '/ stands for the whole store');
    return problems.attempt(() => parsePrefix(text, store)) ?? [];
  });
  problems.throwIfAny();
  return parsed;
}

/** Reads several prefixes in order, and records the names that a later one overwrites. */
async function readPrefixes(
  { aws, report }: Pick<Context, 'aws' | 'report'>,
  places: readonly Prefix[],
  variables: boolean,
): Promise<Environment> {
  const merged = new Map<string, NamedValue>();
  const warnings: string[] = [];
  for (const place of places) {
    const read = await readPrefix(aws, place);
    warnings.push(...read.warnings);
    const values = variables ? asVariables(read.values, formatPrefix(place)) : read.values;
    const taken = values.filter(({ name }) => merged.has(name)).map(({ name }) => name);
    if (taken.length > 0) report.note(`${formatPrefix(place)} overwrites ${taken.join(', ')}`);
    for (const one of values) merged.set(one.name, one);
  }
  return { values: [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), warnings };
}
