import type { Environment } from '../service.ts';
import { clusterOperations } from './clusters.ts';
import { daemonOperations } from './daemons.ts';
import { daemonDefinitionOperations } from './definitions/daemon-definitions.ts';
import { containerInstanceOperations } from './tasks/container-instances.ts';
import { findTask, interruptTask, type Interruption } from './tasks/interruptions.ts';
import { questionsOf } from './permissions.ts';
import { withRequired } from './required.ts';
import { serviceDeploymentOperations } from './deployments/service-deployments.ts';
import { serviceOperations } from './services/services.ts';
import type { InjectedContainer, World } from './state.ts';
import { checkRequest } from './shapes.ts';
import { tagOperations } from './tags.ts';
import { taskDefinitionOperations } from './definitions/task-definitions.ts';
import { taskSetOperations } from './deployments/task-sets.ts';
import { taskOperations } from './tasks/tasks.ts';
import { defaultTiming, type Timing } from './timing.ts';
import { createWorld, stillWorld } from './world.ts';
import type { GuardedService } from '../access.ts';

/** The ECS of a sandbox. */
export interface EcsService extends GuardedService {
  /** What the containers of a task were started with; undefined until its secrets are fetched. */
  taskEnvironment(taskArnOrId: string): { containers: InjectedContainer[] } | undefined;
  /** Stops a task as AWS does for its own reasons. Throws for one that does not run. */
  interruptTask(taskArnOrId: string, stopCode: Interruption): void;
  /** Stops the clock: nothing changes by itself any more. */
  close(): void;
}

/** Makes an empty ECS whose tasks and deployments progress with time. */
export function createEcs(environment: Environment, options: Partial<Timing> = {}): EcsService {
  const world = createWorld(environment, { ...defaultTiming, ...options });
  return {
    name: 'ecs',
    attempts: (...request) => questionsOf(world, ...request),
    checkRequest,
    operations: operationsOf(world),
    fork: () => operationsOf(stillWorld(world)),
    internal: taskSetOperations(world),
    taskEnvironment(taskArnOrId) {
      const fetched = findTask(world, taskArnOrId)?.fetched;
      return fetched?.ok ? { containers: structuredClone(fetched.containers) } : undefined;
    },
    interruptTask(taskArnOrId, stopCode) {
      interruptTask(world, taskArnOrId, stopCode);
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
    ...daemonDefinitionOperations(world),
    ...daemonOperations(world),
    ...tagOperations(world),
  });
}
