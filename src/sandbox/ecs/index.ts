import type { GuardedService } from '../dispatch.ts';
import type { Environment } from '../service.ts';
import { clusterOperations } from './clusters.ts';
import { containerInstanceOperations } from './container-instances.ts';
import { lastSegment } from './ids.ts';
import { questionsOf } from './permissions.ts';
import { withRequired } from './required.ts';
import { serviceDeploymentOperations } from './service-deployments.ts';
import { serviceOperations } from './services.ts';
import type { InjectedContainer, World } from './state.ts';
import { tagOperations } from './tags.ts';
import { taskDefinitionOperations } from './task-definitions.ts';
import { taskSetOperations } from './task-sets.ts';
import { taskOperations } from './tasks.ts';
import { defaultTiming, type Timing } from './timing.ts';
import { createWorld, stillWorld } from './world.ts';

/** The ECS of a sandbox. */
export interface EcsService extends GuardedService {
  /** What the containers of a task were started with; undefined until its secrets are fetched. */
  taskEnvironment(taskArnOrId: string): { containers: InjectedContainer[] } | undefined;
  /** Stops the clock: nothing changes by itself any more. */
  close(): void;
}

/** Makes an empty ECS whose tasks and deployments go on in time. */
export function createEcs(environment: Environment, options: Partial<Timing> = {}): EcsService {
  const world = createWorld(environment, { ...defaultTiming, ...options });
  return {
    name: 'ecs',
    attempts: (...request) => questionsOf(world, ...request),
    operations: operationsOf(world),
    fork: () => operationsOf(stillWorld(world)),
    internal: taskSetOperations(world),
    taskEnvironment(taskArnOrId) {
      const id = lastSegment(taskArnOrId);
      for (const region of world.regions.values()) {
        for (const cluster of region.clusters.values()) {
          const fetched = cluster.tasks.get(id)?.fetched;
          if (fetched?.ok) return { containers: structuredClone(fetched.containers) };
        }
      }
      return undefined;
    },
    close() {
      world.ticker.close();
    },
  };
}

// --- internal ---

function operationsOf(world: World): GuardedService['operations'] {
  return withRequired({
    ...clusterOperations(world),
    ...containerInstanceOperations(world),
    ...taskDefinitionOperations(world),
    ...serviceOperations(world),
    ...serviceDeploymentOperations(world),
    ...taskOperations(world),
    ...tagOperations(world),
  });
}
