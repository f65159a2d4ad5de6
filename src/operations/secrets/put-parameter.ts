import type {
  ParameterDescription,
  ParameterStore,
  ReadParameter,
} from '../../aws/parameter-store.ts';
import { CliError, isAccessDenied, isAwsError } from '../../errors.ts';
import { InvalidInput } from '../../model/problems.ts';
import {
  missingTags,
  sameKey,
  standardTierBytes,
  tooLarge,
  type Tag,
  type Tier,
} from '../../model/secrets/secret-rules.ts';
import { describeParameter } from './describe-parameter.ts';
import { ahead } from '../ahead.ts';
import { ifAllowed } from '../if-allowed.ts';
import type { PutOutcome, PutRequest } from './put-request.ts';
import type { ParameterAttributes } from '../../aws/parameter-writes.ts';

/** Stores a value as a SecureString parameter; see `putSecret`. */
export async function putParameter(
  store: ParameterStore,
  name: string,
  request: PutRequest,
): Promise<PutOutcome> {
  const describing = request.readsAhead ? ahead(describeParameter(store, name, 0)) : undefined;
  const read = await ifAllowed(store.read(name));
  const compared = read !== 'denied';
  const known = compared ? read : undefined;
  if (!known && request.only !== 'update') {
    // A write without overwrite is safe, even if the caller may not read.
    const created = await create(store, name, request);
    if (created) return { ...created, compared };
    // It exists: someone else created it meanwhile, or the caller may not read it.
  }
  const current = known ?? (compared ? await store.read(name) : undefined);
  if (request.only === 'create') throw exists(name);
  if (!current && compared) throw notFound(name);
  if (current && isUnchanged(current, request)) return unchanged(current);
  const description = await describe(store, name, current?.version ?? 0, describing);
  if (!description) throw notFound(name);
  return update(store, description, current, request);
}

// --- internal ---

/** Undefined if the parameter was created meanwhile. */
async function create(
  store: ParameterStore,
  name: string,
  request: PutRequest,
): Promise<PutOutcome | undefined> {
  const { value, tier, dryRun } = request;
  if (tier === undefined && value.byteLength > standardTierBytes) {
    throw new InvalidInput(tooLarge(value.byteLength));
  }
  const outcome = (version?: number): PutOutcome => ({
    action: 'created',
    store: 'parameter-store',
    name,
    arn: undefined,
    version,
    previousVersion: undefined,
    compared: true,
  });
  if (dryRun) return (await store.describe([name])).has(name) ? undefined : outcome();
  try {
    const { version } = await store.create(name, value, request, request.tags ?? []);
    return outcome(version);
  } catch (error) {
    if (isAwsError(error, 'ParameterAlreadyExists')) return undefined;
    throw error;
  }
}

/** Whether only the value is requested, and it equals the stored one. */
function isUnchanged(current: ReadParameter, request: PutRequest): boolean {
  const { value, kmsKeyId, tier, description, dataType, tags = [], force = false } = request;
  return (
    !force &&
    kmsKeyId === undefined &&
    tier === undefined &&
    description === undefined &&
    dataType === undefined &&
    tags.length === 0 &&
    current.type === 'SecureString' &&
    current.value.equals(value)
  );
}

function unchanged({ name, arn, version }: ReadParameter): PutOutcome {
  return {
    action: 'unchanged',
    store: 'parameter-store',
    name,
    arn,
    version: undefined,
    previousVersion: version,
    compared: true,
  };
}

/**
 * An update resends the described attributes, because AWS may reset omitted ones. Without a
 * description, nothing is written.
 */
async function describe(
  store: ParameterStore,
  name: string,
  version: number,
  describing: Promise<ParameterDescription | undefined> | undefined,
): Promise<ParameterDescription | undefined> {
  try {
    const early = await describing;
    if (early && early.version >= version) return early;
    return await describeParameter(store, name, version);
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    throw new CliError(
      'access-denied',
      `the KMS key, tier and description of ${name} cannot be read, and a new version must keep them: ${error.message}`,
      { hint: error.hint, cause: error },
    );
  }
}

async function update(
  store: ParameterStore,
  stored: ParameterDescription,
  current: ReadParameter | undefined,
  request: PutRequest,
): Promise<PutOutcome> {
  const { name } = stored;
  const { value, tags = [] } = request;
  checkUpdate(stored, request);
  const outcome = (action: PutOutcome['action'], version?: number): PutOutcome => ({
    action,
    store: 'parameter-store',
    name,
    arn: current?.arn ?? stored.arn,
    version,
    previousVersion: current?.version ?? stored.version,
    compared: current !== undefined,
  });
  const newTags = await missing(store, name, tags);
  const attributes: ParameterAttributes = {
    kmsKeyId: request.kmsKeyId ?? stored.kmsKeyId,
    tier: request.tier ?? stored.tier,
    description: request.description ?? stored.description,
    allowedPattern: stored.allowedPattern,
    policies: stored.policies,
    dataType: request.dataType ?? stored.dataType,
  };
  const sameValue = current?.value.equals(value) ?? false;
  const sameAttributes =
    sameKey(attributes.kmsKeyId, stored.kmsKeyId) &&
    sameTier(attributes.tier, stored.tier) &&
    (attributes.description ?? '') === (stored.description ?? '') &&
    (attributes.dataType ?? 'text') === (stored.dataType ?? 'text');
  const write = request.force === true || !sameValue || !sameAttributes;
  if (!write && newTags.length === 0) return outcome('unchanged');
  if (request.dryRun) return outcome('updated');
  const before = current?.version ?? stored.version;
  const { version } = write ? await store.overwrite(name, value, attributes, before) : stored;
  // Parameter Store rejects tags together with an overwrite.
  if (newTags.length > 0) await store.addTags(name, newTags);
  // The version before ours, even if someone else wrote meanwhile.
  return { ...outcome('updated', version), ...(write && { previousVersion: version - 1 }) };
}

function checkUpdate(stored: ParameterDescription, { value, tier }: PutRequest): void {
  const { name } = stored;
  if (stored.type !== 'SecureString') {
    throw new CliError(
      'not-secure-string',
      `${name} is a plain ${stored.type} parameter, and AWS cannot change a parameter's type`,
      { hint: 'delete it and put it again, or choose another name' },
    );
  }
  if (tier === 'Standard' && stored.tier === 'Advanced') {
    throw new InvalidInput(
      `${name} is an advanced parameter, which cannot become a standard one again`,
      'omit --tier, or delete the parameter and put it again',
    );
  }
  const inEffect = tier ?? stored.tier ?? 'Standard';
  if (inEffect === 'Standard' && value.byteLength > standardTierBytes) {
    throw new InvalidInput(tooLarge(value.byteLength));
  }
}

async function missing(store: ParameterStore, name: string, tags: readonly Tag[]): Promise<Tag[]> {
  return tags.length === 0 ? [] : missingTags(await store.tags(name), tags);
}

/** AWS describes the tier that Intelligent-Tiering chose, never Intelligent-Tiering itself. */
function sameTier(wanted: Tier | undefined, stored: Tier | undefined): boolean {
  return wanted === stored || wanted === 'Intelligent-Tiering';
}

function notFound(name: string): CliError {
  return new CliError('secret-not-found', `there is no parameter ${name}`, {
    hint: `ecs-secrets put ${name} creates it; a parameter belongs to one region and account`,
  });
}

function exists(name: string): CliError {
  return new CliError('already-exists', `the parameter ${name} exists already`, {
    hint: 'omit --no-overwrite to store a new version',
  });
}
