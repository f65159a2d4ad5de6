import type { Aws } from '../aws/index.ts';
import { CliError } from '../errors.ts';
import { parseArn } from '../model/partition.ts';
import type { SecretIdentity, Store } from '../model/reference.ts';
import { findUsers } from './find-users.ts';
import { checkOwnSecret } from './own-secret.ts';
import { withRegions } from './secret-regions.ts';

/** What was deleted. */
export interface DeletedSecret {
  store: Store;
  name: string;
  arn: string;
  /** Until when `restore` brings it back; undefined when it is gone for good. */
  recoverableUntil: Date | undefined;
}

/**
 * Throws CliError `in-use`, naming everybody who refers to one of these secrets. Answers what could
 * not be looked at, e.g. `EventBridge rules`. `override` is the option that deletes without looking.
 */
export async function checkUnused(
  aws: Aws,
  secrets: readonly SecretIdentity[],
  override: '--force' | '--prune-in-use',
  onProgress: (text: string) => void = () => undefined,
): Promise<string[]> {
  const everywhere = await Promise.all(secrets.map((secret) => withRegions(aws, secret)));
  const { users, unchecked } = await findUsers(aws, everywhere, override, onProgress);
  const used = secrets.filter(({ arn }) => users.get(arn)?.length);
  if (used.length === 0) return unchecked;
  throw new CliError(
    'in-use',
    used
      .map(({ name, arn }) => `${name} is used by ${users.get(arn)?.join(', ') ?? ''}`)
      .join('\n'),
    {
      hint: `take the reference out of the task definitions first; ${override} deletes all the same`,
    },
  );
}

/**
 * Deletes a secret: a parameter for good, a secret after `recoveryDays` (0: at once and for good).
 * Safe to run twice: undefined for one that is gone already.
 */
export async function deleteSecret(
  aws: Aws,
  { store, name, arn }: SecretIdentity,
  recoveryDays: number,
): Promise<DeletedSecret | undefined> {
  const region = parseArn(arn)?.region;
  if (store === 'parameter-store') {
    const deleted = await (await aws.parameterStore(region)).delete([name]);
    return deleted.length === 0 ? undefined : { store, name, arn, recoverableUntil: undefined };
  }
  const manager = await aws.secretsManager(region);
  const stored = await manager.describe(arn);
  if (!stored) return undefined;
  checkOwnSecret(stored);
  const { deletedAt } = await manager.delete(arn, recoveryDays);
  return { store, name, arn, recoverableUntil: recoveryDays === 0 ? undefined : deletedAt };
}
