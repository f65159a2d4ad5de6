import type { Environment } from '../service.ts';
import { reconcile } from './deployments/rollout.ts';
import type { Service, World } from './state.ts';
import { advanceTask } from './tasks/task-life.ts';
import { createTicker } from './ticker.ts';
import type { Timing } from './timing.ts';

/** An empty world, whose tasks and services are advanced by a ticker. */
export function createWorld(environment: Environment, timing: Timing): World {
  const world: World = {
    environment,
    timing,
    regions: new Map(),
    busy: new Set(),
    moving: new Set(),
    ticker: createTicker(timing.tickMs, () => tick(world)),
  };
  return world;
}

/** A copy of the present world, in which nothing progresses. */
export function stillWorld(world: World): World {
  const nothing = (): void => undefined;
  return {
    ...world,
    regions: structuredClone(world.regions),
    busy: new Set(),
    moving: new Set(),
    ticker: { wake: nothing, close: nothing },
  };
}

/** Lets a service act on what has changed, now and as long as there is something to do. */
export function touch(world: World, service: Service): void {
  if (!reconcile(world, service)) return;
  world.busy.add(service);
  world.ticker.wake();
}

function tick(world: World): boolean {
  const now = world.environment.now();
  for (const task of world.moving) advanceTask(world, task, now);
  for (const service of world.busy) {
    if (!reconcile(world, service)) world.busy.delete(service);
  }
  return world.busy.size > 0 || world.moving.size > 0;
}
