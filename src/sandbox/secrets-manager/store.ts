import { randomBytes } from 'node:crypto';
import { parseArn } from '../../model/secrets/partition.ts';
import type { Key } from '../kms/keys.ts';
import { ServiceError, type Call, type Environment } from '../service.ts';
import { follow } from './replicas.ts';
import { goOn } from './rotation-progress.ts';
import type { Secret, SecretStore, SecretsWorld } from './state.ts';

/** ARN of a new secret. */
export function newArn(environment: Environment, region: string, name: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const suffix = [...randomBytes(6)].map((byte) => alphabet.charAt(byte % 62)).join('');
  return `arn:${environment.partition}:secretsmanager:${region}:${environment.account}:secret:${name}-${suffix}`;
}

/**
 * The current secrets of a call's region: rotations advance, recovery windows end, replicas are
 * updated from their primaries.
 */
export function secretsOf(world: SecretsWorld, call: Call): SecretStore {
  const store = world.region(call.region);
  for (const secret of store.values()) {
    goOn(world.environment, secret.primary ?? secret);
    follow(secret);
    if (secret.deletion && secret.deletion.due.getTime() <= world.environment.now()) {
      store.delete(secret.name);
    }
  }
  return store;
}

/** Finds a secret by name, ARN or ARN without its six characters. */
export function find(world: SecretsWorld, call: Call, secretId: string): Secret | undefined {
  const store = secretsOf(world, call);
  if (!secretId.startsWith('arn:')) return store.get(secretId);
  const arn = parseArn(secretId);
  const { account, partition } = world.environment;
  if (
    arn?.service !== 'secretsmanager' ||
    arn.region !== call.region ||
    arn.account !== account ||
    arn.partition !== partition
  ) {
    return undefined;
  }
  const name = arn.resource.replace(/^secret:/, '');
  const full = store.get(name.slice(0, -7));
  return full?.arn === secretId ? full : store.get(name);
}

/**
 * The name in an ID, which is a name or an ARN; for an ARN, with its 6 characters. Throws
 * ValidationException for an invalid ID.
 */
export function nameIn(secretId: string): string {
  const name = secretId.startsWith('arn:') ? secretId.split(':').slice(6).join(':') : secretId;
  if (!isName(name)) throw invalidName();
  return name;
}

/** Finds a secret; throws ResourceNotFoundException, or ValidationException for an invalid ID. */
export function get(world: SecretsWorld, call: Call, secretId: string): Secret {
  nameIn(secretId);
  const secret = find(world, call, secretId);
  if (!secret) {
    throw new ServiceError(
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret.",
    );
  }
  return secret;
}

/**
 * Finds a secret that is not scheduled for deletion; throws as `get` and InvalidRequestException.
 */
export function getLive(world: SecretsWorld, call: Call, secretId: string): Secret {
  const secret = get(world, call, secretId);
  if (secret.deletion) {
    throw new ServiceError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }
  return secret;
}

/** Finds a secret that may be changed: throws as `getLive` and `refuseReplica`. */
export function getPrimary(world: SecretsWorld, call: Call, secretId: string): Secret {
  const secret = getLive(world, call, secretId);
  refuseReplica(secret);
  return secret;
}

/** Throws InvalidParameterException for a replica (github.com/gruntwork-io/cloud-nuke/issues/435). */
export function refuseReplica({ primary, crossAccountPrimary }: Secret): void {
  if (!primary && crossAccountPrimary === undefined) return;
  throw new ServiceError(
    'InvalidParameterException',
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
  );
}

/** Whether a name has only characters that Secrets Manager allows. */
export function isName(name: string): boolean {
  return /^[A-Za-z0-9/_+=.@!-]+$/.test(name);
}

/** The error for a name with invalid characters. */
export function invalidName(): ServiceError {
  return new ServiceError(
    'ValidationException',
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
}

/** The key that encrypts a secret's version. Throws DecryptionFailure if it is gone. */
export function keyOf(world: SecretsWorld, call: Call, keyId: string | undefined): Key {
  const key = world.keys.find(call.region, keyId ?? 'alias/aws/secretsmanager');
  if (!key) {
    throw new ServiceError(
      'DecryptionFailure',
      "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    );
  }
  return key;
}

/** Checks a key for encryption; throws InvalidParameterException or EncryptionFailure. */
export function checkKey(world: SecretsWorld, call: Call, keyId: string | undefined): void {
  if (keyId === undefined) return;
  const key = world.keys.find(call.region, keyId);
  if (!key) {
    const arn = keyId.startsWith('arn:') ? parseArn(keyId) : undefined;
    throw new ServiceError(
      'InvalidParameterException',
      arn && arn.region !== call.region
        ? `The operation failed because of an invalid KMS key: Invalid arn ${arn.region}`
        : `The operation failed because of an invalid KMS key: ${keyId} does not exist`,
    );
  }
  const hindrance = world.keys.hindrance(key);
  if (hindrance !== undefined) throw new ServiceError('EncryptionFailure', hindrance);
}
