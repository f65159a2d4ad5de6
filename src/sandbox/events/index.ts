import type { Environment, Service } from '../service.ts';
import { busOperations } from './buses.ts';
import { ruleOperations } from './rules.ts';
import { createEventsWorld } from './store.ts';
import { targetOperations } from './targets.ts';

/** Makes an EventBridge that keeps rules and their targets; no rule ever fires. */
export function createEvents(environment: Environment): Service {
  const world = createEventsWorld(environment);
  return {
    name: 'events',
    operations: { ...ruleOperations(world), ...targetOperations(world), ...busOperations(world) },
  };
}
