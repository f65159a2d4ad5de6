import type { Environment, Service } from '../service.ts';
import { deploymentOperations } from './deployments.ts';
import { groupOperations } from './groups.ts';
import { createCodeDeployWorld } from './store.ts';

/** Makes an empty CodeDeploy, which deploys to the ECS of the same sandbox. */
export function createCodeDeploy(environment: Environment): Service {
  const world = createCodeDeployWorld(environment);
  return {
    name: 'codedeploy',
    operations: { ...groupOperations(world), ...deploymentOperations(world) },
  };
}
