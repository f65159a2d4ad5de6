import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Context } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { formatPrefix, parsePrefix } from '../model/prefix.ts';
import { Problems } from '../model/problems.ts';
import type { Store } from '../model/reference.ts';
import { variableName } from '../model/variable-name.ts';
import type { NamedValue } from '../operations/format-secrets.ts';
import { readContainer, readPrefix, type Environment } from '../operations/read-environment.ts';
import { readTaskDefinition } from '../operations/read-task-definition.ts';
import { sourcesOf } from './sources.ts';
import { storeOption } from './store-option.ts';

/** Where a command gets its values from: the secrets below a prefix, or what a container gets. */
export interface SourceOptions {
  prefix?: string | undefined;
  taskDefinition?: string | undefined;
  container?: string | undefined;
  store?: Store | undefined;
}

/** Adds the options of `SourceOptions` to a command. */
export function withSourceOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return command
    .option('--prefix <prefix>', 'the secrets below /path or sm:NAME')
    .addOption(storeOption())
    .option('--task-definition <file|family>', "a container's environment, as ECS would inject it")
    .option('--container <name>', 'which container, where there are several');
}

/**
 * Reads the environment of a source. `variables`: below a prefix the names become those of variables.
 * Throws InvalidInput for names that do not, or that become the same.
 */
export async function readEnvironment(
  { aws, world, report }: Context,
  { prefix, taskDefinition, container, store }: SourceOptions,
  variables: boolean,
): Promise<NamedValue[]> {
  if ((prefix === undefined) === (taskDefinition === undefined)) {
    throw new UsageError('give either --prefix or --task-definition');
  }
  let environment: Environment;
  if (taskDefinition !== undefined) {
    const definition = await readTaskDefinition(taskDefinition, aws, sourcesOf(world));
    environment = await readContainer(aws, definition, container);
  } else {
    if (prefix === '') throw new UsageError('--prefix is empty', '/ is the whole store');
    if (container !== undefined) throw new UsageError('--container goes with --task-definition');
    const place = parsePrefix(prefix ?? '', store);
    environment = await readPrefix(aws, place);
    if (variables) environment.values = asVariables(environment.values, formatPrefix(place));
  }
  for (const warning of environment.warnings) report.warn(warning);
  return environment.values;
}

/** The values under the names of variables; see `variableName`. */
export function asVariables(values: readonly NamedValue[], place: string): NamedValue[] {
  const problems = new Problems();
  const taken = new Map<string, string>();
  const named = values.flatMap(({ name, value }): NamedValue[] => {
    const variable = variableName(name);
    if (variable === undefined) {
      problems.add(`${name} (below ${place}) does not make the name of a variable`);
      return [];
    }
    const other = taken.get(variable);
    if (other !== undefined)
      problems.add(`${other} and ${name} both make the variable ${variable}`);
    taken.set(variable, name);
    return [{ name: variable, value }];
  });
  problems.throwIfAny();
  return named;
}
