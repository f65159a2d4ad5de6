import { byRegion } from '../by-region.ts';
import type { GuardedService } from '../dispatch.ts';
import type { KeyRing } from '../kms-keys.ts';
import type { Environment } from '../service.ts';
import { getOperations } from './get.ts';
import { putOperation } from './put.ts';
import { resourcesOf, type ParameterStore, type SsmWorld } from './store.ts';
import { tagOperations } from './tags.ts';
import { versionOperations } from './versions.ts';

/** Makes an empty Parameter Store. */
export function createSsm(environment: Environment, keys: KeyRing): GuardedService {
  const world: SsmWorld = {
    environment,
    keys,
    region: byRegion((): ParameterStore => new Map()),
  };
  return {
    name: 'ssm',
    attempts(_, input, call) {
      const resources = resourcesOf(world, call, input);
      if (resources.length === 0) return [{ resource: '*' }];
      return resources.map(({ arn, parameter }) => ({
        resource: arn,
        context: Object.fromEntries(
          [...(parameter?.tags ?? [])].flatMap(([key, value]) => [
            [`aws:ResourceTag/${key}`, value],
            [`ssm:resourceTag/${key}`, value],
          ]),
        ),
      }));
    },
    operations: {
      PutParameter: putOperation(world),
      ...getOperations(world),
      ...versionOperations(world),
      ...tagOperations(world),
    },
  };
}
