import { denialsIn, grantsIn } from './policy.ts';
import { matchesWildcard } from './wildcard.ts';

/** What policies allow and deny from now on, against what they did. */
export interface PolicyDifference {
  /** What is allowed from now on, as `grantsIn` writes it. */
  grants: string[];
  /** What is allowed no longer. */
  revokes: string[];
  /** What was denied and is not any more. */
  denials: string[];
}

/**
 * Compares policy documents, taken together, with the old ones. What a pattern stands for from now on
 * is not revoked.
 */
export function policyDifference(
  old: readonly unknown[],
  wanted: readonly unknown[],
): PolicyDifference {
  const before = new Set(old.flatMap(grantsIn));
  const after = new Set(wanted.flatMap(grantsIn));
  const patterns = [...after].filter((grant) => /[*?]/.test(grant));
  const isCovered = (grant: string): boolean =>
    after.has(grant) || patterns.some((pattern) => matchesWildcard(pattern, grant));
  const denied = new Set(wanted.flatMap(denialsIn));
  return {
    grants: [...after].filter((grant) => !before.has(grant)).sort(),
    revokes: [...before].filter((grant) => !isCovered(grant)).sort(),
    denials: [...new Set(old.flatMap(denialsIn))].filter((one) => !denied.has(one)).sort(),
  };
}

/** Grants of policies that grant nothing of what is wanted, not as a pattern either. */
export function unneededGrants(old: readonly unknown[], wanted: readonly unknown[]): string[] {
  const needed = wanted.flatMap(grantsIn);
  return policyDifference(old, wanted).revokes.filter(
    (grant) => !needed.some((one) => matchesWildcard(grant, one)),
  );
}
