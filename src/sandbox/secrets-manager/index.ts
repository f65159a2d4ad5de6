import type { Access } from '../access.ts';
import { byRegion } from '../by-region.ts';
import type { GuardedService } from '../dispatch.ts';
import type { KeyRing } from '../kms-keys.ts';
import type { Environment } from '../service.ts';
import { lifecycleOperations } from './lifecycle.ts';
import { questionsOf } from './permissions.ts';
import { readOperations } from './read.ts';
import { replicationOperations } from './replication.ts';
import { rotationOperations } from './rotation.ts';
import type { SecretStore, SecretsWorld } from './store.ts';
import { tagOperations } from './tags.ts';
import { writeOperations } from './write.ts';

/** Makes an empty Secrets Manager. */
export function createSecretsManager(
  environment: Environment,
  keys: KeyRing,
  access: Access,
  rotationMs: number,
): GuardedService {
  const region = byRegion((): SecretStore => new Map());
  const world: SecretsWorld = { environment, keys, region, rotationMs };
  return {
    name: 'secretsmanager',
    attempts: (...request) => questionsOf(world, ...request),
    operations: operationsOf(world, access),
    fork: () => operationsOf({ ...world, region: region.copy() }, access),
  };
}

// --- internal ---

function operationsOf(world: SecretsWorld, access: Access): GuardedService['operations'] {
  return {
    ...writeOperations(world),
    ...readOperations(world, access),
    ...lifecycleOperations(world),
    ...rotationOperations(world),
    ...replicationOperations(world),
    ...tagOperations(world),
  };
}
