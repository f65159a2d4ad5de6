import type { Environment, Service } from '../service.ts';
import { groupOperations } from './groups.ts';
import { scheduleOperations } from './schedules.ts';
import { createSchedulerWorld } from './store.ts';

/** Makes an EventBridge Scheduler that keeps schedules; none ever fires. */
export function createScheduler(environment: Environment): Service {
  const world = createSchedulerWorld(environment);
  return {
    name: 'scheduler',
    operations: { ...scheduleOperations(world), ...groupOperations(world) },
  };
}
