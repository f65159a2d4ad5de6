import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import type { ResolvedSecret } from '../secrets/resolve-references.ts';
import { currentVersion } from '../secrets/restore-value.ts';

/**
 * The version that someone else has stored since `ours`; undefined while our value is current. With
 * `jsonKey`, only that key of the secret counts. Expired credentials must not prevent the report:
 * undefined then too.
 */
export async function overtaking(
  aws: Aws,
  secret: ResolvedSecret,
  ours: number | string | undefined,
  jsonKey: string | undefined,
): Promise<number | string | undefined> {
  try {
    const now = await currentVersion(aws, secret, ours);
    if (now === ours) return undefined;
    return jsonKey !== undefined && (await isSameKey(aws, secret, String(ours), jsonKey))
      ? undefined
      : now;
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

// --- internal ---

/** Whether a key has the same value in the current version and in ours. */
async function isSameKey(
  aws: Aws,
  { arn }: ResolvedSecret,
  versionId: string,
  key: string,
): Promise<boolean> {
  const manager = await aws.secretsManager(parseArn(arn)?.region);
  const [current, mine] = await Promise.all([manager.read(arn), manager.read(arn, { versionId })]);
  const value = mine?.value?.jsonMember(key);
  return value !== undefined && (current?.value?.jsonMember(key)?.equals(value) ?? false);
}
