import type { Aws } from '../../aws/index.ts';
import { isAwsError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import type { SecretIdentity, Store } from '../../model/secrets/reference.ts';
import { checkDeletableSecret } from './check-writable-secret.ts';

/** A deleted secret. */
export interface DeletedSecret {
  store: Store;
  name: string;
  arn: string;
  /** Until when `restore` can recover it; undefined if it is deleted permanently. */
  recoverableUntil: Date | undefined;
}

/**
 * Deletes a secret: a parameter permanently, a secret after `recoveryDays` (0: at once and
 * permanently). Idempotent: returns undefined if it is already gone.
 */
export async function deleteSecret(
  aws: Aws,
  { store, name, arn }: SecretIdentity,
  recoveryDays: number,
  onWarning: (text: string) => void = () => undefined,
): Promise<DeletedSecret | undefined> {
  const region = parseArn(arn)?.region;
  if (store === 'parameter-store') {
    const deleted = await (await aws.parameterStore(region)).delete([name]);
    return deleted.length === 0 ? undefined : { store, name, arn, recoverableUntil: undefined };
  }
  const manager = await aws.secretsManager(region);
  const stored = await manager.describe(arn);
  if (!stored) return undefined;
  checkDeletableSecret(stored);
  if (stored.partner !== undefined) {
    onWarning(`sm:${name} holds a credential of ${stored.partner}, which stays valid there`);
  }
  try {
    const { deletedAt } = await manager.delete(arn, recoveryDays);
    return { store, name, arn, recoverableUntil: recoveryDays === 0 ? undefined : deletedAt };
  } catch (error) {
    // Someone else deleted it permanently after it was described.
    if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}
