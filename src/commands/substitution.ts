import type { Command, OptionValues } from '@commander-js/extra-typings';
import { repeatable } from '../cli.ts';
import { UsageError } from '../errors.ts';
import type { Variables } from '../model/definitions/substitute.ts';
import { shownName } from '../model/secrets/shown-text.ts';
import type { World } from '../world.ts';
import { sourcesOf } from './sources.ts';

/** Whether placeholders in files are replaced, and by what. */
export interface SubstitutionOptions {
  substitute?: true | undefined;
  set?: string[] | undefined;
  vars?: string | undefined;
}

/** Adds the options of `SubstitutionOptions` to a command that reads task definitions from files. */
export function withSubstitution<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return command
    .option('--substitute', 'replace ${NAME} in FILE by environment variables')
    .option('--set <name=value>', 'replace ${NAME} in FILE by this value (repeatable)', repeatable)
    .option('--vars <file>', 'replace ${NAME} in FILE by the variables of this file');
}

/**
 * The values of placeholders: --set comes before --vars, and that before the environment. Undefined if none of
 * the options is given. Throws UsageError, InvalidInput and CliError `file-not-readable`.
 */
export async function variablesOf(
  { substitute, set = [], vars }: SubstitutionOptions,
  world: World,
): Promise<Variables | undefined> {
  if (substitute === undefined && vars === undefined && set.length === 0) return undefined;
  const given = set.map((text): [string, string] => {
    const [, name, value] = /^([\w.:]+)=([^]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError(`--set: ${shownName(text.replace(/=[^]*$/, '=…'))} is not NAME=VALUE`);
    }
    return [name, value];
  });
  // Loaded only if there is one, for a quick start.
  const fromFile =
    vars === undefined
      ? {}
      : await (
          await import('../operations/definitions/read-variables.ts')
        ).readVariables(vars, sourcesOf(world));
  return { ...world.env, ...fromFile, ...Object.fromEntries(given) };
}

/** The same options for a printed command that reads the same file. */
export function substitutionArguments({
  substitute,
  set = [],
  vars,
}: SubstitutionOptions): string[] {
  return [
    ...(substitute ? ['--substitute'] : []),
    ...set.flatMap((text) => ['--set', text]),
    ...(vars === undefined ? [] : ['--vars', vars]),
  ];
}
