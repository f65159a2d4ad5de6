import type { Environment } from '../service.ts';
import { deploymentOperations } from './deployments.ts';
import { groupOperations } from './groups.ts';
import { questionsOf } from './permissions.ts';
import { createCodeDeployWorld } from './store.ts';
import type { GuardedService } from '../access.ts';

/** Creates an empty CodeDeploy, which deploys to the ECS of the same sandbox. */
export function createCodeDeploy(environment: Environment): GuardedService {
  const world = createCodeDeployWorld(environment);
  return {
    name: 'codedeploy',
    attempts: (...request) => questionsOf(world, ...request),
    operations: { ...groupOperations(world), ...deploymentOperations(world) },
  };
}
