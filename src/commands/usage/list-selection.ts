import type { Context } from '../../cli.ts';
import { parseAge } from '../../model/duration.ts';
import type { SecretDetails } from '../../operations/secrets/describe-secret.ts';
import { findReferences } from '../../operations/usage/find-references.ts';
import { withProgress } from '../progress.ts';

/** The orders of `--sort`. */
export const orders = ['name', 'newest', 'oldest'] as const;

/** Sorts secrets; those without a date come last. */
export function sorted(
  secrets: readonly SecretDetails[],
  order: (typeof orders)[number],
): SecretDetails[] {
  if (order === 'name') return [...secrets];
  const sign = order === 'newest' ? -1 : 1;
  const time = ({ changedAt }: SecretDetails): number =>
    changedAt ? sign * changedAt.getTime() : Number.POSITIVE_INFINITY;
  return secrets
    .map((secret) => ({ secret, at: time(secret) }))
    .sort((a, b) => (a.at === b.at ? 0 : a.at - b.at))
    .map(({ secret }) => secret);
}

/** The test for `--older-than`: not changed for so long. Throws InvalidInput. */
export function olderThan(age: string, now: number): (secret: SecretDetails) => boolean {
  const latest = now - parseAge(age);
  return ({ changedAt }) => changedAt !== undefined && changedAt.getTime() < latest;
}

/**
 * Those secrets that no service, running task, rule or schedule of the region refers to, and what
 * could not be looked at. Throws CliError `access-denied` if the caller may not look.
 */
export async function unusedOf(
  context: Context,
  secrets: readonly SecretDetails[],
): Promise<{ unused: SecretDetails[]; unchecked: string[] }> {
  if (secrets.length === 0) return { unused: [], unchecked: [] };
  const { users, unchecked, unknown } = await withProgress(context, (onProgress) =>
    findReferences(context.aws, secrets, undefined, onProgress),
  );
  return {
    unused: secrets.filter(({ arn }) => !users.get(arn)?.length),
    unchecked: [...unchecked, ...unknown],
  };
}
