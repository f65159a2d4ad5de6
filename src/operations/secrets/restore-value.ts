import type { Aws } from '../../aws/index.ts';
import type { ParameterStore } from '../../aws/parameter-store.ts';
import type { SecretsManager } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { describeParameter } from './describe-parameter.ts';
import { makeCurrent } from './make-current.ts';
import { putOverCurrent } from './put-over-current.ts';
import type { ResolvedSecret } from './resolve-references.ts';

/**
 * Whether an earlier value is current again; `version` is the version that holds it now.
 * `uncertain`: the answer of AWS was lost, and the caller may not check the result.
 */
export type RestoreOutcome =
  { restored: true; version: number | string } | { restored: false; why: string; uncertain?: true };

/**
 * Makes the value before ours current again, unless someone else has stored a value since. `ours`
 * is the version that we stored, `previous` the version that it replaced. Secrets Manager moves
 * AWSCURRENT back (see `makeCurrent`). With `jsonKey`, values that someone else stored on top of
 * ours are kept, and only that key is reset in them, unless they changed it too. Parameter Store
 * writes the earlier value again, with the current attributes of the parameter. Returns the reason
 * if it cannot be done.
 */
export async function restoreValue(
  aws: Aws,
  secret: ResolvedSecret,
  ours: number | string,
  previous: number | string,
  jsonKey?: string,
): Promise<RestoreOutcome> {
  const region = parseArn(secret.arn)?.region;
  try {
    if (secret.store === 'parameter-store') {
      const store = await aws.parameterStore(region);
      return await restoreParameter(store, secret.name, Number(ours), Number(previous));
    }
    const manager = await aws.secretsManager(region);
    const versions = { ours: String(ours), previous: String(previous) };
    const version = await restoreSecret(manager, secret.arn, versions);
    if (version !== undefined) return { restored: true, version };
    return jsonKey === undefined
      ? overtaken
      : await restoreKey(manager, secret.arn, versions, jsonKey);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.code === 'concurrent-write') return overtaken;
    return {
      restored: false,
      why: error.message,
      ...(error.code === 'uncertain-write' && { uncertain: true }),
    };
  }
}

/**
 * The current version; undefined if there is none. `atLeast` is a version of a parameter that is
 * known to be stored: a lower one in an answer is out of date. Calls GetParameter or, if that is
 * denied, DescribeParameters, which can lag behind.
 */
export async function currentVersion(
  aws: Aws,
  secret: ResolvedSecret,
  atLeast?: number | string,
): Promise<number | string | undefined> {
  const region = parseArn(secret.arn)?.region;
  if (secret.store === 'secrets-manager') {
    return (await (await aws.secretsManager(region)).describe(secret.arn))?.currentVersionId;
  }
  const store = await aws.parameterStore(region);
  const known = Number(atLeast ?? 0);
  const found = await store.read(secret.name).catch((error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    return describeParameter(store, secret.name, known);
  });
  return found && Math.max(found.version, known);
}

// --- internal ---

interface Versions {
  ours: string;
  previous: string;
}

const overtaken: RestoreOutcome = {
  restored: false,
  why: 'someone else has stored a value since, and it was not changed',
};

async function restoreParameter(
  store: ParameterStore,
  name: string,
  ours: number,
  previous: number,
): Promise<RestoreOutcome> {
  const now = await store.read(name);
  if (!now) return { restored: false, why: 'the parameter no longer exists' };
  if (now.version > ours) return overtaken;
  const old = await store.read(name, previous);
  if (!old) return notKept(previous);
  const description = await describeParameter(store, name, ours);
  if (!description) return { restored: false, why: 'the parameter cannot be described' };
  if (description.version > ours) return overtaken;
  const { version } = await store.overwrite(name, old.value, description, ours);
  return { restored: true, version };
}

/** The version that now holds the value before ours; undefined if ours is no longer current. */
async function restoreSecret(
  manager: SecretsManager,
  arn: string,
  { ours, previous }: Versions,
): Promise<string | undefined> {
  // Ours is the older one only after a rollback, whose caller may list versions.
  const versions = await manager.versions(arn, { all: true }).catch((error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    return [];
  });
  const to = versions.find(({ versionId }) => versionId === previous);
  const from = versions.find(({ versionId }) => versionId === ours);
  if (to && from) return (await makeCurrent(manager, arn, to, from))?.versionId;
  return (await manager.moveCurrent(arn, previous, ours)) ? previous : undefined;
}

/** Resets a key in a value that someone else stored, if the key still has our value there. */
async function restoreKey(
  manager: SecretsManager,
  arn: string,
  { ours, previous }: Versions,
  jsonKey: string,
): Promise<RestoreOutcome> {
  const [current, mine, before] = await Promise.all([
    manager.read(arn),
    manager.read(arn, { versionId: ours }),
    manager.read(arn, { versionId: previous }),
  ]);
  if (!mine?.value) return notKept(ours);
  const old = before?.value;
  if (!old) return notKept(previous);
  const value = mine.value.jsonMember(jsonKey);
  const written = await putOverCurrent(manager, arn, current, (found) => {
    const theirs = found?.value?.jsonMember(jsonKey);
    return found?.value && theirs && value && theirs.equals(value)
      ? found.value.withJsonKeyOf(jsonKey, old)
      : undefined;
  });
  return written ? { restored: true, version: written.versionId } : overtaken;
}

function notKept(version: number | string): RestoreOutcome {
  return { restored: false, why: `version ${version} is no longer kept` };
}
