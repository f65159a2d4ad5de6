import type { SecretValue } from './secret-value.ts';

/** The differences between two sets of named values, by name. */
export interface ValueDifferences {
  /** Only in the first. */
  missing: string[];
  /** Only in the second. */
  extra: string[];
  different: string[];
  /** Number of values that are equal in both. */
  equal: number;
}

/** Compares named values. If a name occurs twice, the last value counts, as in an environment. */
export function diffValues(
  before: readonly { name: string; value: SecretValue }[],
  after: readonly { name: string; value: SecretValue }[],
): ValueDifferences {
  const a = new Map(before.map(({ name, value }) => [name, value]));
  const b = new Map(after.map(({ name, value }) => [name, value]));
  const both = [...a].flatMap(([name, value]) => {
    const other = b.get(name);
    return other ? [{ name, same: value.equals(other) }] : [];
  });
  return {
    missing: [...a.keys()].filter((name) => !b.has(name)).sort(),
    extra: [...b.keys()].filter((name) => !a.has(name)).sort(),
    different: both
      .filter(({ same }) => !same)
      .map(({ name }) => name)
      .sort(),
    equal: both.filter(({ same }) => same).length,
  };
}
