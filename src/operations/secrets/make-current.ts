import type { SecretsManager, StoredVersion } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import { ifAllowed } from '../if-allowed.ts';

/** A version that was made current. */
export interface MadeCurrent {
  /** The version that was asked for, or a new one with its value. */
  versionId: string;
  /** Set when AWSCURRENT was moved to a newer version, since its value cannot be stored again. */
  why?: 'denied' | 'binary';
}

/**
 * Makes a version of a secret current in place of version `from`, unless that is not current any more:
 * then the answer is undefined. To an older version AWSCURRENT is moved. The value of a newer one is
 * stored once more: moving a label leaves no date, and tasks that started in between, with the older
 * value, could not be told by time from those that hold the newer one. Throws CliError `no-value` for a
 * version that has none.
 */
export async function makeCurrent(
  manager: SecretsManager,
  arn: string,
  to: StoredVersion,
  from: StoredVersion,
): Promise<MadeCurrent | undefined> {
  const { versionId } = to;
  const move = async (more?: Pick<MadeCurrent, 'why'>): Promise<MadeCurrent | undefined> =>
    (await manager.moveCurrent(arn, versionId, from.versionId))
      ? { versionId, ...more }
      : undefined;
  if (!isNewer(to, from)) return move();
  const read = await ifAllowed(manager.read(arn, { versionId }));
  if (read === 'denied') return move({ why: 'denied' });
  if (!read) throw new CliError('no-value', `version ${versionId} has no value`);
  if (!read.value) return move({ why: 'binary' });
  return manager.putValueOver(arn, read.value, from.versionId);
}

/** Whether a version was stored after another. */
export function isNewer(one: StoredVersion, other: StoredVersion): boolean {
  return one.createdAt > other.createdAt;
}
