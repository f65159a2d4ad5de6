import type { Access, GuardedService } from '../access.ts';
import { byRegion } from '../by-region.ts';
import type { KeyRing } from '../kms/keys.ts';
import type { Environment } from '../service.ts';
import { crossAccountOperations } from './cross-account.ts';
import { putForeign, refuseForeign, type ForeignSecret } from './foreign.ts';
import { lifecycleOperations } from './lifecycle.ts';
import { questionsOf } from './permissions.ts';
import { readOperations } from './read.ts';
import { replicationOperations } from './replication.ts';
import { rotationOperations } from './rotation.ts';
import { tagOperations } from './tags.ts';
import { writeOperations } from './write.ts';
import type { SecretStore, SecretsWorld } from './state.ts';

/** The Secrets Manager of a sandbox. */
export interface SecretsManagerService extends GuardedService {
  /** Adds a secret of another account, or stores a new value in it. Throws for an invalid ARN. */
  putForeign(secret: ForeignSecret): void;
}

/** Creates an empty Secrets Manager. */
export function createSecretsManager(
  environment: Environment,
  keys: KeyRing,
  access: Access,
  rotationMs: number,
): SecretsManagerService {
  const region = byRegion((): SecretStore => new Map());
  const world: SecretsWorld = { environment, keys, region, rotationMs, foreign: new Map() };
  return {
    name: 'secretsmanager',
    attempts: (...request) => questionsOf(world, ...request),
    operations: operationsOf(world, access),
    fork() {
      // What a copy does by itself has happened once already.
      const silent = { ...environment, emit: () => undefined };
      return operationsOf({ ...world, environment: silent, region: region.copy() }, access);
    },
    putForeign(secret) {
      putForeign(world, secret);
    },
  };
}

// --- internal ---

function operationsOf(world: SecretsWorld, access: Access): GuardedService['operations'] {
  return refuseForeign(world, {
    ...writeOperations(world),
    ...readOperations(world, access),
    ...lifecycleOperations(world),
    ...rotationOperations(world),
    ...replicationOperations(world),
    ...crossAccountOperations(world),
    ...tagOperations(world),
  });
}
