import type { Environment } from '../service.ts';
import { busOperations } from './buses.ts';
import { questionsOf } from './permissions.ts';
import { ruleOperations } from './rules.ts';
import { createEventsWorld } from './store.ts';
import { targetOperations } from './targets.ts';
import type { GuardedService } from '../access.ts';

/** Creates an EventBridge that stores rules and their targets; no rule ever fires. */
export function createEvents(environment: Environment): GuardedService {
  const world = createEventsWorld(environment);
  return {
    name: 'events',
    attempts: (...request) => questionsOf(environment, ...request),
    operations: { ...ruleOperations(world), ...targetOperations(world), ...busOperations(world) },
  };
}
