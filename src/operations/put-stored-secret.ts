import type { ReadSecret, SecretDescription, SecretsManager } from '../aws/secrets-manager.ts';
import { CliError, isAccessDenied, isAwsError } from '../errors.ts';
import { InvalidInput } from '../model/problems.ts';
import { formatReference, lookupId, type SecretReference } from '../model/reference.ts';
import { checkValue, type Tag } from '../model/secret-rules.ts';
import { SecretValue } from '../model/secret-value.ts';
import type { PutOutcome, PutRequest } from './put-secret.ts';

/** Stores a value in Secrets Manager, whole or under one JSON key; see `putSecret`. */
export async function putStoredSecret(
  manager: SecretsManager,
  reference: SecretReference,
  request: PutRequest,
): Promise<PutOutcome> {
  const id = lookupId(reference);
  const stored = await describeIfAllowed(manager, id);
  if (stored === undefined) {
    if (request.only === 'update') throw notFound(reference);
    const created = await create(manager, reference, request);
    if (created) return created;
    // Somebody else created it since we looked; what follows sees theirs.
    return putStoredSecret(manager, reference, { ...request, only: request.only ?? 'update' });
  }
  if (request.only === 'create') throw exists(reference);
  if (stored !== 'denied' && stored.deletedAt) {
    if (!request.restore) throw pendingDeletion(reference, stored.deletedAt);
    if (request.dryRun) return outcomeOf(reference, stored, { action: 'updated' });
    await manager.restore(id);
  }
  return update(manager, reference, stored === 'denied' ? undefined : stored, request);
}

// --- internal ---

async function describeIfAllowed(
  manager: SecretsManager,
  id: string,
): Promise<SecretDescription | undefined | 'denied'> {
  try {
    return await manager.describe(id);
  } catch (error) {
    if (isAccessDenied(error)) return 'denied';
    throw error;
  }
}

/** Undefined when the secret came to exist meanwhile. */
async function create(
  manager: SecretsManager,
  reference: SecretReference,
  request: PutRequest,
): Promise<PutOutcome | undefined> {
  const { name, scope, jsonKey } = reference;
  if (scope) {
    throw new CliError('secret-not-found', `there is no secret ${lookupId(reference)}`, {
      hint: 'AWS gives a new secret its ARN: put it by name (sm:NAME) to create it',
    });
  }
  if (/-[A-Za-z0-9]{6}$/.test(name)) {
    throw new InvalidInput(
      `secret name "${name}" ends in a hyphen and six characters, which AWS takes for the random end of an ARN`,
      'choose a name that ends otherwise (Secrets Manager guide, "ARN of a secret")',
    );
  }
  const value =
    jsonKey === undefined ? request.value : merged(new SecretValue('{}'), jsonKey, request.value);
  if (request.dryRun) return outcomeOf(reference, undefined, { action: 'created' });
  try {
    const { arn, versionId } = await manager.create(name, value, request, request.tags ?? []);
    return { ...outcomeOf(reference, undefined, { action: 'created', version: versionId }), arn };
  } catch (error) {
    if (isAwsError(error, 'ResourceExistsException')) return undefined;
    throw error;
  }
}

async function update(
  manager: SecretsManager,
  reference: SecretReference,
  stored: SecretDescription | undefined,
  request: PutRequest,
): Promise<PutOutcome> {
  const id = stored?.arn ?? lookupId(reference);
  const { jsonKey } = reference;
  const current = await readCurrent(manager, id);
  if (jsonKey !== undefined && current === 'denied') {
    throw new CliError(
      'access-denied',
      `one key of ${formatReference(reference)} cannot be set without reading the others`,
      { hint: 'allow secretsmanager:GetSecretValue, or write the whole secret (sm:NAME)' },
    );
  }
  const old = current === 'denied' ? undefined : current;
  if (jsonKey !== undefined && old && !old.value) {
    throw new CliError(
      'binary-secret',
      `${formatReference(reference)} is binary, so it has no keys`,
    );
  }
  const oldValue = jsonKey === undefined ? old?.value : old?.value?.jsonKey(jsonKey);
  const missingTags = missing(stored?.tags ?? [], request.tags ?? []);
  const newAttributes = {
    kmsKeyId: changed(request.kmsKeyId, stored?.kmsKeyId),
    description: changed(request.description, stored?.description),
  };
  const change = Object.values(newAttributes).some((attribute) => attribute !== undefined);
  const write = request.force === true || !(oldValue?.equals(request.value) ?? false);
  const outcome = (action: PutOutcome['action'], version?: string): PutOutcome => ({
    ...outcomeOf(reference, stored, { action, version }),
    previousVersion: old?.versionId ?? stored?.currentVersionId,
    compared: current !== 'denied',
  });
  if (!write && !change && missingTags.length === 0) return outcome('unchanged');
  if (request.dryRun) return outcome('updated');
  // The key first: the new version is then encrypted with it from the start.
  if (change) await manager.update(id, newAttributes);
  if (missingTags.length > 0) await manager.addTags(id, missingTags);
  if (!write) return outcome('updated', old?.versionId);
  const { versionId } =
    jsonKey === undefined
      ? await manager.putValue(id, request.value)
      : await putKey(manager, id, jsonKey, request.value, old);
  return outcome('updated', versionId);
}

/** 'denied': the caller may not read. Undefined: there is no value yet. */
async function readCurrent(manager: SecretsManager, id: string) {
  try {
    return await manager.read(id);
  } catch (error) {
    if (isAccessDenied(error)) return 'denied' as const;
    throw error;
  }
}

/**
 * Sets one key of a JSON secret on top of the value that is current at that moment, so that a key
 * that somebody else sets meanwhile is not lost.
 */
async function putKey(
  manager: SecretsManager,
  id: string,
  key: string,
  value: SecretValue,
  read: ReadSecret | undefined,
): Promise<{ versionId: string }> {
  let current = read;
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const next = merged(current?.value ?? new SecretValue('{}'), key, value);
    const written = current
      ? await manager.putValueOver(id, next, current.versionId)
      : await manager.putValue(id, next);
    if (written) return written;
    current = await manager.read(id);
  }
  throw new CliError('concurrent-write', `others keep writing ${id}; the key was not set`, {
    hint: 'run the command again',
  });
}

function merged(base: SecretValue, key: string, value: SecretValue): SecretValue {
  const result = base.withJsonKey(key, value);
  checkValue(result, 'secrets-manager');
  return result;
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

function changed(wanted: string | undefined, stored: string | undefined): string | undefined {
  return wanted === stored ? undefined : wanted;
}

function missing(stored: readonly Tag[], wanted: readonly Tag[]): Tag[] {
  return wanted.filter(
    ({ key, value }) => !stored.some((tag) => tag.key === key && tag.value === value),
  );
}

function notFound(reference: SecretReference): CliError {
  return new CliError('secret-not-found', `there is no secret ${formatReference(reference)}`, {
    hint: `ecs-secrets put ${formatReference(reference)} creates it; a secret belongs to one region and account`,
  });
}

function exists(reference: SecretReference): CliError {
  return new CliError('already-exists', `the secret ${formatReference(reference)} exists already`, {
    hint: 'leave --no-overwrite out to store a new version',
  });
}

function pendingDeletion(reference: SecretReference, at: Date): CliError {
  return new CliError(
    'pending-deletion',
    `the secret ${formatReference(reference)} is scheduled for deletion (${at.toISOString()})`,
    { hint: 'give --restore to take the deletion back and store the value' },
  );
}
