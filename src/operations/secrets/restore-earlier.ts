import type { Aws } from '../../aws/index.ts';
import type { ParameterStore, ParameterVersion } from '../../aws/parameter-store.ts';
import type { SecretsManager, StoredVersion } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { ahead } from '../ahead.ts';
import { describeParameter } from './describe-parameter.ts';
import { shownPlace } from './missing-value.ts';
import { isNewer, makeCurrent } from './make-current.ts';
import { checkWritableSecret } from './check-writable-secret.ts';
import type { ResolvedSecret } from './resolve-references.ts';
import type { PutOutcome } from './put-request.ts';

/** The version to make current. */
export interface EarlierVersion {
  /**
   * Version number or label of a parameter; version ID (or its beginning) or staging label of a
   * secret. Default: the version before the current one.
   */
  to?: string | undefined;
  /** Report what would be done, without doing it. */
  dryRun?: boolean;
  /** Called with notes about how it was done. */
  onNote?: (text: string) => void;
}

/** A put with the value of an earlier version. */
export interface RestoredVersion extends PutOutcome {
  /** The version that the value comes from. */
  restored: number | string;
}

/**
 * Makes another version current. In Secrets Manager, AWSCURRENT is moved back to an older version,
 * and the value of a newer one is stored again (see `makeCurrent`). In Parameter Store, the current
 * version is always the last, so the value is always written again. Throws CliError
 * `no-earlier-version`, `version-not-found`, `no-value` or, if someone else stores a value
 * meanwhile, `concurrent-write`. `reading`: a read of a parameter's versions that began already.
 */
export async function restoreEarlier(
  aws: Aws,
  secret: ResolvedSecret,
  wanted: EarlierVersion,
  reading?: Promise<ParameterVersion[] | undefined>,
): Promise<RestoredVersion> {
  const region = parseArn(secret.arn)?.region;
  if (secret.store === 'secrets-manager') {
    return restoreSecret(await aws.secretsManager(region), secret, wanted);
  }
  const store = await aws.parameterStore(region);
  const versions = (await (reading ?? store.history(secret.name))) ?? [];
  return restoreParameter(store, secret, versions, wanted);
}

// --- internal ---

async function restoreParameter(
  store: ParameterStore,
  { name, arn }: ResolvedSecret,
  versions: readonly ParameterVersion[],
  { to, dryRun }: EarlierVersion,
): Promise<RestoredVersion> {
  const current = versions.at(-1);
  if (!current) throw gone(name, arn);
  const target =
    to === undefined
      ? versions.at(-2)
      : versions.find(({ version, labels }) => String(version) === to || labels.includes(to));
  if (!target) {
    if (to === undefined) throw noEarlier(name, name);
    const kept = versions.map(({ version, labels }) => [version, ...labels].join(' '));
    throw notFound(name, to, kept);
  }
  const outcome: RestoredVersion = {
    action: 'unchanged',
    restored: target.version,
    store: 'parameter-store',
    name,
    arn,
    version: undefined,
    previousVersion: current.version,
    compared: true,
  };
  // After the versions: what someone else stores meanwhile shows here.
  const reading = ahead(Promise.all([store.read(name, target.version), store.read(name)]));
  const description = await describeParameter(store, name, current.version);
  if (!description) throw gone(name, arn);
  if (description.type !== 'SecureString') {
    throw new CliError(
      'not-secure-string',
      `${name} is a plain ${description.type} parameter, and this tool stores SecureString only`,
    );
  }
  const [earlier, now] = await reading;
  if (!earlier) throw notFound(name, String(target.version), []);
  // The description may be out of date.
  const latest = Math.max(now?.version ?? 0, description.version);
  if (latest > current.version) throw overtaken(name, name);
  if (now?.value.equals(earlier.value)) return outcome;
  if (dryRun) return { ...outcome, action: 'updated' };
  const { version } = await store.overwrite(name, earlier.value, description, current.version);
  // The version before ours, even if someone else wrote meanwhile.
  return { ...outcome, action: 'updated', version, previousVersion: version - 1 };
}

async function restoreSecret(
  manager: SecretsManager,
  { name, arn }: ResolvedSecret,
  { to, dryRun, onNote }: EarlierVersion,
): Promise<RestoredVersion> {
  const listing = ahead(manager.versions(arn, { all: true }));
  const description = await manager.describe(arn);
  if (description) checkWritableSecret(description);
  const versions = await listing;
  const current = versions.find(({ stages }) => stages.includes('AWSCURRENT'));
  if (!current) throw new CliError('no-value', `the secret ${name} has no value`);
  const target = findVersion(versions, to ?? 'AWSPREVIOUS');
  if (!target) {
    if (to === undefined) throw noEarlier(name, `sm:${name}`);
    throw notFound(
      name,
      to,
      versions.map(({ versionId, stages }) => [versionId, ...stages].join(' ')),
    );
  }
  const from = current.versionId;
  const outcome: RestoredVersion = {
    action: 'updated',
    restored: target.versionId,
    store: 'secrets-manager',
    name,
    arn,
    version: isNewer(target, current) ? undefined : target.versionId,
    previousVersion: from,
    compared: true,
  };
  if (target.versionId === from) return { ...outcome, action: 'unchanged', version: undefined };
  if (dryRun) return outcome;
  const made = await makeCurrent(manager, arn, target, current);
  if (!made) throw overtaken(name, `sm:${name}`);
  if (made.why) {
    const cannot = made.why === 'denied' ? 'its value cannot be read' : 'its value is binary';
    onNote?.(
      `AWSCURRENT was moved to version ${target.versionId}, because ${cannot}; stale cannot tell when that happened`,
    );
  }
  return { ...outcome, version: made.versionId };
}

/** By staging label, by ID, or by the beginning of an ID if it is long enough to be unique. */
function findVersion(versions: readonly StoredVersion[], to: string): StoredVersion | undefined {
  const exact = versions.find(({ versionId, stages }) => versionId === to || stages.includes(to));
  if (exact || to.length < 4) return exact;
  const matches = versions.filter(({ versionId }) => versionId.startsWith(to));
  return matches.length === 1 ? matches[0] : undefined;
}

/** The error for a parameter that was deleted after it was looked up. */
function gone(name: string, arn: string): CliError {
  const where = shownPlace(parseArn(arn));
  return new CliError('secret-not-found', `there is no parameter ${name}${where}`);
}

function noEarlier(name: string, ref: string): CliError {
  return new CliError('no-earlier-version', `${name} has no version before the current one`, {
    hint: `ecs-secrets history ${ref} lists the versions; --to names one`,
  });
}

function notFound(name: string, to: string, kept: readonly string[]): CliError {
  return new CliError('version-not-found', `${name} has no version ${to}`, {
    hint: kept.length > 0 ? `it has: ${kept.slice(-10).join(', ')}` : 'it is no longer kept',
  });
}

function overtaken(name: string, ref: string): CliError {
  return new CliError(
    'concurrent-write',
    `someone else has stored a value of ${name} at the same time; it was not changed`,
    { hint: `ecs-secrets history ${ref} shows what there is; then run the command again` },
  );
}
