import type { Context } from '../../cli.ts';
import { CliError } from '../../errors.ts';
import { formatPrefix, type Prefix } from '../../model/secrets/prefix.ts';
import type { SecretIdentity } from '../../model/secrets/reference.ts';
import { checkUnused } from '../../operations/usage/check-unused.ts';
import { deleteSecret } from '../../operations/secrets/delete-secret.ts';
import { listSecrets } from '../../operations/secrets/list-secrets.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import { confirmed } from '../confirm.ts';
import { withProgress } from '../progress.ts';

/** The result for secrets that the file does not contain. */
export interface Pruned {
  deleted: SecretIdentity[];
  failed: { name: string; error: CliError }[];
  interrupted: boolean;
}

/** Nothing had to be deleted. */
export const nothingPruned: Pruned = { deleted: [], failed: [], interrupted: false };

/**
 * Finds the secrets below a prefix that are not among `keep` (full names), and asks to confirm their deletion,
 * before anything is written. Throws CliError `in-use` for secrets that are in use, unless `inUse`.
 */
export async function planPrune(
  context: Context,
  prefix: Prefix,
  keep: readonly string[],
  { inUse, dryRun }: { inUse: boolean; dryRun: boolean },
): Promise<SecretIdentity[]> {
  const { aws, report, world } = context;
  const kept = new Set(keep);
  const listed = await withProgress(context, (onProgress) => {
    onProgress({ step: `listing ${formatPrefix(prefix)}` });
    return untilInterrupted(listSecrets(aws, prefix), world.interrupted);
  });
  const extra = listed.filter(({ name }) => !kept.has(name));
  if (extra.length === 0) return [];
  if (!inUse) {
    const unchecked = await withProgress(context, (onProgress) =>
      untilInterrupted(checkUnused(aws, extra, '--prune-in-use', onProgress), world.interrupted),
    );
    for (const what of unchecked) {
      report.warn(`not checked: ${what}`);
    }
  }
  if (!dryRun) await confirmed(context, `${question(extra)} (below ${formatPrefix(prefix)})?`);
  return extra;
}

/** Deletes the planned secrets; a failed deletion does not stop the others. */
export async function prune(context: Context, extra: readonly SecretIdentity[]): Promise<Pruned> {
  const { aws, world } = context;
  const pruned: Pruned = { deleted: [], failed: [], interrupted: false };
  return withProgress(context, async (onProgress) => {
    for (const [index, secret] of extra.entries()) {
      if (world.interrupted.aborted) return { ...pruned, interrupted: true };
      onProgress({ step: 'deleting secrets', done: index, total: extra.length });
      try {
        if (await deleteSecret(aws, secret, 30)) pruned.deleted.push(secret);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        pruned.failed.push({ name: secret.name, error });
      }
    }
    return pruned;
  });
}

// --- internal ---

/** Names a readable number of them. */
function question(extra: readonly SecretIdentity[]): string {
  const names = extra.slice(0, 10).map(({ name }) => name);
  const more = extra.length - names.length;
  return `Delete ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
