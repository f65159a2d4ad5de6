import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { onlyEnvironment, type DeclaredSet } from '../../model/environment/declared.ts';
import type { NamedValue } from './format-secrets.ts';
import type { Environment } from './read-prefix.ts';
import { readReferences } from './read-references.ts';

/**
 * Reads the declared secrets of an environment, as the ECS agent would resolve them; with `time`, as it
 * would have then. An optional one without a value is left out, with a note. Throws CliError
 * `declared-missing`, and AwsError for what may not be read.
 */
export async function readDeclared(
  aws: Aws,
  { environment, secrets }: DeclaredSet,
  time?: Date,
): Promise<Environment> {
  const { resolve, notes } = await readReferences(
    aws,
    secrets.map(({ reference }) => reference),
    time,
  );
  const warnings: string[] = [];
  const missing: string[] = [];
  const values = secrets.flatMap(({ variable, reference, required }): NamedValue[] => {
    const { value, warning, failure } = resolve(reference);
    if (warning !== undefined) warnings.push(`${variable}: ${warning}`);
    if (failure === undefined) return [{ name: variable, value }];
    if (required) missing.push(`${variable}: ${failure}`);
    else notes.push(leftOut(variable, failure));
    return [];
  });
  if (missing.length > 0) throw missingDeclared(missing, environment, time);
  return { values, notes, warnings };
}

/** The note on an optional secret that is not there. */
export function leftOut(variable: string, why: string): string {
  return `${variable} is optional and left out: ${why}`;
}

/** The error `declared-missing` for required secrets that are not there; a sentence for each. */
export function missingDeclared(
  missing: readonly string[],
  environment: string,
  time?: Date,
): CliError {
  if (time) {
    const hint = 'choose a later time with --at';
    return new CliError('declared-missing', missing.join('\n'), { hint });
  }
  const check = 'ecs-secrets check';
  const own = environment === onlyEnvironment ? check : `${check} --environment ${environment}`;
  return new CliError('declared-missing', missing.join('\n'), {
    hint: `to see the commands that store them: ${own}`,
  });
}
