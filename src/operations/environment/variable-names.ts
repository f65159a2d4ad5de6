import { Problems } from '../../model/problems.ts';
import { variableName } from '../../model/secrets/variable-name.ts';
import type { NamedValue } from './format-secrets.ts';

/** How values are named. */
export interface Naming {
  /** Turn names into variable names (`variableName`). */
  variables: boolean;
  /** Remove this text from the start of names; others stay. */
  stripPrefix?: string | undefined;
  upperCase?: boolean | undefined;
  /** Put this text before each name. */
  addPrefix?: string | undefined;
}

/**
 * The values with their names changed, in the order of the members of `Naming`. `place` is their
 * source, for messages. Throws InvalidInput for names that make no variable, or that become equal.
 */
export function rename(
  values: readonly NamedValue[],
  { variables, stripPrefix = '', upperCase = false, addPrefix = '' }: Naming,
  place: string,
): NamedValue[] {
  const problems = new Problems();
  const taken = new Map<string, string>();
  const renamed = values.flatMap(({ name, value }): NamedValue[] => {
    const plain = variables ? name.replace(/[/.-]/g, '_') : name;
    const own = plain.startsWith(stripPrefix) ? plain.slice(stripPrefix.length) : plain;
    const whole = addPrefix + (upperCase ? own.toUpperCase() : own);
    const changed = variables ? variableName(whole) : whole || undefined;
    if (changed === undefined) {
      problems.add(`${name} (below ${place}) cannot be turned into a variable name`);
      return [];
    }
    const other = taken.get(changed);
    if (other !== undefined) {
      problems.add(`${other} and ${name} both become the variable ${changed}`);
    }
    taken.set(changed, name);
    return [{ name: changed, value }];
  });
  problems.throwIfAny();
  return renamed;
}
