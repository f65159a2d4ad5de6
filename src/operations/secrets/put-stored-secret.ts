import type { ReadSecret, SecretDescription, SecretsManager } from '../../aws/secrets-manager.ts';
import { CliError, isAwsError } from '../../errors.ts';
import { formatReference, lookupId, type SecretReference } from '../../model/secrets/reference.ts';
import { checkValue, missingTags, sameKey } from '../../model/secrets/secret-rules.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { insteadOfKey, someKeys } from '../../model/secrets/missing-key.ts';
import { ahead } from '../ahead.ts';
import { ifAllowed } from '../if-allowed.ts';
import { checkWritableSecret } from './check-writable-secret.ts';
import { putOverCurrent } from './put-over-current.ts';
import { rotationWarnings } from './rotation-warnings.ts';
import type { PutOutcome, PutRequest } from './put-request.ts';

/** Stores a value in Secrets Manager, as a whole or under one JSON key; see `putSecret`. */
export async function putStoredSecret(
  manager: SecretsManager,
  reference: SecretReference,
  request: PutRequest,
): Promise<PutOutcome> {
  const id = lookupId(reference);
  const reading = request.readsAhead ? ahead(ifAllowed(manager.read(id))) : undefined;
  const found = await ifAllowed(manager.describe(id));
  const stored = found === 'denied' ? undefined : found;
  if (!stored && request.only !== 'update') {
    const created = await create(manager, reference, request, found === 'denied');
    if (created) return { ...created, compared: found !== 'denied' };
    // It exists: someone else created it meanwhile, or the caller may not read it.
  }
  if (request.only === 'create') throw exists(reference);
  if (!stored && found !== 'denied' && request.only === 'update') throw notFound(reference);
  if (stored) checkWritableSecret(stored);
  if (stored?.deletedAt) {
    if (!request.restore) throw pendingDeletion(formatReference(reference), stored.deletedAt);
    if (request.dryRun) return outcomeOf(reference, stored, { action: 'updated' });
    await manager.restore(id);
  }
  const early = stored && !stored.deletedAt ? reading : undefined;
  const current = await (early ?? ifAllowed(manager.read(stored?.arn ?? id)));
  return update(manager, reference, { stored, current }, request);
}

/** The error for a secret that is scheduled for deletion. */
export function pendingDeletion(written: string, at: Date | undefined): CliError {
  const when = at ? ` (${at.toISOString()})` : '';
  return new CliError(
    'pending-deletion',
    `the secret ${written} is scheduled for deletion${when}`,
    {
      hint: `ecs-secrets restore ${written} cancels the deletion; put --restore stores a value too`,
    },
  );
}

// --- internal ---

/** A secret as it is before the write. */
interface Stored {
  /** Undefined if the caller may not see it. */
  stored: SecretDescription | undefined;
  /** Its current version; undefined if it has none. */
  current: ReadSecret | 'denied' | undefined;
}

/** Undefined if the secret was created meanwhile. */
async function create(
  manager: SecretsManager,
  reference: SecretReference,
  request: PutRequest,
  mayExist: boolean,
): Promise<PutOutcome | undefined> {
  const { name, scope, jsonKey } = reference;
  if (scope) {
    if (mayExist) return undefined;
    throw new CliError('secret-not-found', `there is no secret ${lookupId(reference)}`, {
      hint: 'AWS gives a new secret its ARN: put it by name (sm:NAME) to create it',
    });
  }
  const value =
    jsonKey === undefined ? request.value : merged(new SecretValue('{}'), jsonKey, request.value);
  if (request.dryRun) {
    return mayExist ? undefined : outcomeOf(reference, undefined, { action: 'created' });
  }
  try {
    const { arn, versionId } = await manager.create(name, value, request, request.tags ?? []);
    return { ...outcomeOf(reference, undefined, { action: 'created', version: versionId }), arn };
  } catch (error) {
    if (isAwsError(error, 'ResourceExistsException')) return undefined;
    // Without permission to describe secrets, only this error shows the scheduled deletion.
    if (!isAwsError(error, 'InvalidRequestException') || !error.message.includes('for deletion')) {
      throw error;
    }
    if (!request.restore) throw pendingDeletion(formatReference(reference), undefined);
    await manager.restore(lookupId(reference));
    return undefined;
  }
}

async function update(
  manager: SecretsManager,
  reference: SecretReference,
  { stored, current }: Stored,
  request: PutRequest,
): Promise<PutOutcome> {
  const id = stored?.arn ?? lookupId(reference);
  const { jsonKey } = reference;
  if (jsonKey !== undefined && current === 'denied') {
    throw new CliError(
      'access-denied',
      `one key of ${formatReference(reference)} cannot be set without reading the others`,
      { hint: 'allow secretsmanager:GetSecretValue, or write the whole secret (sm:NAME)' },
    );
  }
  const old = current === 'denied' ? undefined : current;
  if (jsonKey !== undefined && old && !old.value) {
    throw binary(reference);
  }
  const oldValue = jsonKey === undefined ? old?.value : old?.value?.jsonKey(jsonKey);
  const keys = old?.value?.jsonKeys();
  if (jsonKey === undefined) {
    if (keys && keys.length > 0 && !request.value.jsonKeys() && !request.replaceJson) {
      throw losesKeys(reference, keys);
    }
  } else {
    merged(old?.value ?? new SecretValue('{}'), jsonKey, request.value);
    if (request.only === 'update' && keys && !keys.includes(jsonKey)) {
      throw unknownKey(reference, jsonKey, keys);
    }
  }
  const newTags = missingTags(stored?.tags ?? [], request.tags ?? []);
  const sameDescription = (request.description ?? '') === (stored?.description ?? '');
  const newAttributes = {
    kmsKeyId: sameKey(request.kmsKeyId, stored?.kmsKeyId ?? defaultKey)
      ? undefined
      : request.kmsKeyId,
    description: sameDescription ? undefined : request.description,
  };
  const change = Object.values(newAttributes).some((attribute) => attribute !== undefined);
  const differs = request.force === true || !(oldValue?.equals(request.value) ?? false);
  const outcome = (action: PutOutcome['action'], version?: string): PutOutcome => ({
    ...outcomeOf(reference, stored, { action, version }),
    previousVersion: old?.versionId ?? stored?.currentVersionId,
    compared: current !== 'denied',
  });
  if (!differs && !change && newTags.length === 0) return outcome('unchanged');
  if (stored && differs) {
    for (const warning of rotationWarnings(stored)) request.onWarning?.(warning);
  }
  if (request.dryRun) return outcome('updated');
  // Update the key first, so that the new version is encrypted with it.
  if (change) await manager.update(id, newAttributes);
  if (newTags.length > 0) await manager.addTags(id, newTags);
  if (!differs) return outcome('updated', old?.versionId);
  // A value that may not be read cannot be compared.
  const exclusive = request.exclusive === true && current !== 'denied';
  const written = await write(manager, id, reference, { ...request, exclusive }, old);
  return { ...outcome('updated'), ...written };
}

/** Stores the value; returns its version, and the version it replaced if that was not `old`. */
async function write(
  manager: SecretsManager,
  id: string,
  reference: SecretReference,
  { value, exclusive }: PutRequest,
  old: ReadSecret | undefined,
): Promise<{ version: string; previousVersion?: string | undefined }> {
  const { jsonKey } = reference;
  if (jsonKey !== undefined) {
    const before = old?.value?.jsonMember(jsonKey);
    // Based on the value that is current at that moment, so that a key set by someone else is kept.
    const written = await putOverCurrent(manager, id, old, (current) => {
      if (current && !current.value) throw binary(reference);
      const base = current?.value ?? new SecretValue('{}');
      if (exclusive && !same(base.jsonMember(jsonKey), before)) return undefined;
      return merged(base, jsonKey, value);
    });
    if (!written) throw overtaken(reference);
    return { version: written.versionId, previousVersion: written.previousVersionId };
  }
  if (!exclusive) return { version: (await manager.putValue(id, value)).versionId };
  const written = await manager.putValueOver(id, value, old?.versionId);
  if (!written) throw overtaken(reference);
  return { version: written.versionId };
}

function merged(base: SecretValue, key: string, value: SecretValue): SecretValue {
  const result = base.withJsonKey(key, value);
  checkValue(result, 'secrets-manager');
  return result;
}

function same(one: SecretValue | undefined, other: SecretValue | undefined): boolean {
  return one && other ? one.equals(other) : one === other;
}

function outcomeOf(
  reference: SecretReference,
  stored: SecretDescription | undefined,
  { action, version }: Pick<PutOutcome, 'action'> & { version?: string | undefined },
): PutOutcome {
  return {
    action,
    store: 'secrets-manager',
    name: stored?.name ?? reference.name,
    arn: stored?.arn,
    version,
    previousVersion: stored?.currentVersionId,
    compared: true,
  };
}

/** The key that DescribeSecret omits (API reference, DescribeSecret). */
const defaultKey = 'alias/aws/secretsmanager';

function overtaken(reference: SecretReference): CliError {
  return new CliError(
    'concurrent-write',
    `someone else stored a value of ${formatReference(reference)} at the same time; your value was not stored`,
    { hint: 'see what they stored, then run the command again if it is still wanted' },
  );
}

function binary(reference: SecretReference): CliError {
  return new CliError(
    'binary-secret',
    `${formatReference(reference)} is binary, so it has no keys`,
  );
}

function losesKeys(reference: SecretReference, keys: readonly string[]): CliError {
  const written = formatReference(reference);
  return new CliError(
    'json-secret',
    `${written} is a JSON object with the keys ${someKeys(keys)}, and the new value is not: references to its keys would fail`,
    { hint: `${written}:KEY sets one key; --replace-json replaces the whole value` },
  );
}

function unknownKey(reference: SecretReference, key: string, keys: readonly string[]): CliError {
  return new CliError(
    'key-not-found',
    `${formatReference({ ...reference, jsonKey: undefined })} has no key "${key}"; ${insteadOfKey(key, keys)}`,
    { hint: 'ecs-secrets put adds a key' },
  );
}

function notFound(reference: SecretReference): CliError {
  return new CliError('secret-not-found', `there is no secret ${formatReference(reference)}`, {
    hint: `ecs-secrets put ${formatReference(reference)} creates it; a secret belongs to one region and account`,
  });
}

function exists(reference: SecretReference): CliError {
  return new CliError('already-exists', `the secret ${formatReference(reference)} exists already`, {
    hint: 'omit --no-overwrite to store a new version',
  });
}
