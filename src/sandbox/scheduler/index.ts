import type { Environment } from '../service.ts';
import { groupOperations } from './groups.ts';
import { questionsOf } from './permissions.ts';
import { scheduleOperations } from './schedules.ts';
import { createSchedulerWorld } from './store.ts';
import type { GuardedService } from '../access.ts';

/** Creates an EventBridge Scheduler that stores schedules; none ever fires. */
export function createScheduler(environment: Environment): GuardedService {
  const world = createSchedulerWorld(environment);
  return {
    name: 'scheduler',
    attempts: (...request) => questionsOf(environment, ...request),
    operations: { ...scheduleOperations(world), ...groupOperations(world) },
  };
}
