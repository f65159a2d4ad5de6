import { byRegion } from '../by-region.ts';
import type { KeyRing } from '../kms/keys.ts';
import type { Environment } from '../service.ts';
import { getOperations } from './get.ts';
import { questionsOf } from './permissions.ts';
import { dropExpired } from './policies.ts';
import { putOperation } from './put.ts';
import type { ParameterStore, SsmWorld } from './store.ts';
import { tagOperations } from './tags.ts';
import { versionOperations } from './versions.ts';
import type { GuardedService } from '../access.ts';

/** Creates an empty Parameter Store. */
export function createSsm(environment: Environment, keys: KeyRing): GuardedService {
  const region = byRegion((): ParameterStore => new Map());
  const world = worldOf(region);
  return {
    name: 'ssm',
    attempts: (...request) => questionsOf(world, ...request),
    operations: operationsOf(world),
    fork: () => operationsOf(worldOf(region.copy())),
  };

  function worldOf(stores: typeof region): SsmWorld {
    const current = (name: string) => dropExpired(stores(name), environment.now());
    return { environment, keys, region: current };
  }
}

// --- internal ---

function operationsOf(world: SsmWorld): GuardedService['operations'] {
  return {
    PutParameter: putOperation(world),
    ...getOperations(world),
    ...versionOperations(world),
    ...tagOperations(world),
  };
}
