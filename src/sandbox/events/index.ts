import type { Environment, SentEvent } from '../service.ts';
import { busOperations } from './buses.ts';
import { deliver, type WriteLog } from './delivery.ts';
import { questionsOf } from './permissions.ts';
import { eventOperations } from './put-events.ts';
import { ruleOperations } from './rules.ts';
import { createEventsWorld } from './store.ts';
import { targetOperations } from './targets.ts';
import type { GuardedService } from '../access.ts';

/** The EventBridge of a sandbox. */
export interface EventsService extends GuardedService {
  /** Delivers an event of an AWS service to the rules of the default bus. */
  deliver(region: string, event: SentEvent): void;
}

/**
 * Creates an EventBridge that stores rules and their targets. Rules match the events of Secrets
 * Manager and Parameter Store, and of PutEvents; schedules never fire.
 */
export function createEvents(environment: Environment, writeLog: WriteLog): EventsService {
  const world = createEventsWorld(environment);
  return {
    name: 'events',
    attempts: (...request) => questionsOf(environment, ...request),
    operations: {
      ...ruleOperations(world),
      ...targetOperations(world),
      ...busOperations(world),
      ...eventOperations(world, writeLog),
    },
    deliver(region, event) {
      deliver(world, { region, bus: 'default' }, event, writeLog);
    },
  };
}
