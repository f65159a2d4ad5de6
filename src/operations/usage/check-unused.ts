import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import type { SecretIdentity } from '../../model/secrets/reference.ts';
import type { OnProgress } from '../progress.ts';
import { findReferences } from './find-references.ts';
import { withRegions } from '../secrets/secret-regions.ts';

/**
 * Throws CliError `in-use`, naming everybody who refers to one of these secrets, and `use-unknown`
 * for what runs and cannot be described, and for credential specs that could name a secret and were
 * not read. Answers what could not be looked at, e.g. `EventBridge rules`. `override` is the option that deletes without this check.
 */
export async function checkUnused(
  aws: Aws,
  secrets: readonly SecretIdentity[],
  override: '--force' | '--prune-in-use',
  onProgress: OnProgress,
): Promise<string[]> {
  const everywhere = await Promise.all(secrets.map((secret) => withRegions(aws, secret)));
  const found = await findReferences(aws, everywhere, override, onProgress);
  const { users } = found;
  // A credential spec names the secret with a password in Secrets Manager, never a parameter.
  const mayBeNamed = secrets.some(({ store }) => store === 'secrets-manager');
  const unknown = [...found.unknown, ...(mayBeNamed ? found.unread : [])];
  const unchecked = [...found.unchecked, ...(mayBeNamed ? [] : found.unread)];
  const used = secrets.filter(({ arn }) => users.get(arn)?.length);
  if (used.length === 0 && unknown.length > 0) {
    throw new CliError(
      'use-unknown',
      unknown.map((what) => `it is not known what this uses: ${what}`).join('\n'),
      { hint: `allow it to be described, or stop it; ${override} deletes without this check` },
    );
  }
  if (used.length === 0) return unchecked;
  throw new CliError(
    'in-use',
    used
      .map(({ name, arn }) => `${name} is used by ${users.get(arn)?.join(', ') ?? ''}`)
      .join('\n'),
    {
      hint: `remove the reference from the task definitions first; ${override} deletes it anyway`,
    },
  );
}
