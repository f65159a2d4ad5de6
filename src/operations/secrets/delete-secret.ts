import type { Aws } from '../../aws/index.ts';
import { isAwsError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import type { SecretIdentity, Store } from '../../model/secrets/reference.ts';
import { checkWritableSecret } from './check-writable-secret.ts';

/** What was deleted. */
export interface DeletedSecret {
  store: Store;
  name: string;
  arn: string;
  /** Until when `restore` brings it back; undefined when it is gone for good. */
  recoverableUntil: Date | undefined;
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
  checkWritableSecret(stored);
  try {
    const { deletedAt } = await manager.delete(arn, recoveryDays);
    return { store, name, arn, recoverableUntil: recoveryDays === 0 ? undefined : deletedAt };
  } catch (error) {
    // Someone else deleted it for good since it was described.
    if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}
