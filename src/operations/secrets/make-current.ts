import type { SecretsManager, StoredVersion } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import { ifAllowed } from '../if-allowed.ts';

/** A version that was made current. */
export interface MadeCurrent {
  /** The requested version, or a new version with its value. */
  versionId: string;
  /** Set if AWSCURRENT was moved to a newer version because its value cannot be stored again. */
  why?: 'denied' | 'binary';
}

/**
 * Makes a version of a secret current in place of version `from`. Returns undefined if `from` is no
 * longer current. For an older version, AWSCURRENT is moved to it. For a newer version, its value
 * is stored again: moving a label sets no date, so tasks started meanwhile with the older value
 * could not be distinguished by time from tasks with the newer value. Throws CliError `no-value`
 * for a version without a value.
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
