import type { Aws } from '../aws/index.ts';
import { parseArn } from '../model/partition.ts';
import type { ResolvedSecret } from './resolve-references.ts';

/** Whether an earlier value is current again. */
export type RestoreOutcome =
  { restored: true; version: number | string } | { restored: false; why: string };

/**
 * Makes the version before ours current again, unless somebody else has stored a value since.
 * Secrets Manager moves AWSCURRENT back; Parameter Store writes the earlier value once more, with
 * the attributes that the parameter has.
 */
export async function restoreValue(
  aws: Aws,
  secret: ResolvedSecret,
  ours: number | string,
  previous: number | string,
): Promise<RestoreOutcome> {
  const region = parseArn(secret.arn)?.region;
  if (secret.store === 'secrets-manager') {
    const manager = await aws.secretsManager(region);
    return (await manager.moveCurrent(secret.arn, String(previous), String(ours)))
      ? { restored: true, version: previous }
      : overtaken;
  }
  const store = await aws.parameterStore(region);
  const description = (await store.describe([secret.name])).get(secret.name);
  if (description?.version !== ours) return overtaken;
  const old = await store.read(secret.name, Number(previous));
  if (!old) return { restored: false, why: `version ${previous} is not kept any more` };
  const { version } = await store.overwrite(secret.name, old.value, description, ours);
  return { restored: true, version };
}

/** The version that is current now; undefined when there is none. */
export async function currentVersion(
  aws: Aws,
  secret: ResolvedSecret,
): Promise<number | string | undefined> {
  const region = parseArn(secret.arn)?.region;
  if (secret.store === 'secrets-manager') {
    return (await (await aws.secretsManager(region)).describe(secret.arn))?.currentVersionId;
  }
  const store = await aws.parameterStore(region);
  return (await store.describe([secret.name])).get(secret.name)?.version;
}

// --- internal ---

const overtaken: RestoreOutcome = {
  restored: false,
  why: 'somebody else has stored a value since, and it is left alone',
};
