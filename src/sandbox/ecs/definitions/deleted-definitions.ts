import { regionOf, type Service, type TaskDefinition, type World } from '../state.ts';

/** Whether a revision was deleted and nothing uses it any more. */
export function isGone(world: World, region: string, definition: TaskDefinition): boolean {
  return definition.status === 'DELETE_IN_PROGRESS' && !isUsed(world, region, definition);
}

/** Marks an INACTIVE revision as deleted; answers why not, if it cannot be. */
export function markDeleted(
  world: World,
  definition: TaskDefinition | undefined,
): string | undefined {
  if (!definition) {
    return 'The specified task definition does not exist. Specify a valid account, family, revision and try again.';
  }
  if (definition.status === 'ACTIVE') {
    return 'The specified task definition is still in ACTIVE status. Please deregister the target and try again.';
  }
  definition.status = 'DELETE_IN_PROGRESS';
  definition.deleteRequestedAt ??= new Date(world.environment.now());
  return undefined;
}

function isUsed(world: World, region: string, definition: TaskDefinition): boolean {
  for (const cluster of regionOf(world, region).clusters.values()) {
    for (const service of cluster.services.values()) {
      if (service.status !== 'INACTIVE' && uses(service, definition)) return true;
    }
    for (const task of cluster.tasks.values()) {
      if (task.definition === definition && task.lastStatus !== 'STOPPED') return true;
    }
  }
  return false;
}

function uses(service: Service, definition: TaskDefinition): boolean {
  return (
    service.definition === definition ||
    service.deployments.some((deployment) => deployment.definition === definition)
  );
}
