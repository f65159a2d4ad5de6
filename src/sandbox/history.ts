import type { Service } from './service.ts';
import type { GuardedService } from './access.ts';

/** What services were like before their latest changes, for reads that lag behind. */
export interface History {
  /** Call right before a call that changes a service; older states than `forMs` are forgotten. */
  remember(service: GuardedService, forMs: number): void;
  /** A service's operations as of so many milliseconds ago; undefined if nothing has changed since. */
  asOf(service: string, agoMs: number): Service['operations'] | undefined;
  forget(): void;
}

/** Remembers nothing yet. `now` answers milliseconds. */
export function createHistory(now: () => number): History {
  const states = new Map<string, State[]>();
  return {
    remember(service, forMs) {
      if (!service.fork) return;
      const kept = (states.get(service.name) ?? []).filter(({ until }) => until > now() - forMs);
      states.set(service.name, [...kept, { until: now(), operations: service.fork() }]);
    },
    asOf: (service, agoMs) =>
      states.get(service)?.find(({ until }) => until > now() - agoMs)?.operations,
    forget() {
      states.clear();
    },
  };
}

/** Whether an operation only reads, by its name. */
export function isRead(operation: string): boolean {
  return /^(BatchGet|Describe|Get|List|Simulate)/.test(operation);
}

// --- internal ---

/** A state that a service was in until a change. */
interface State {
  until: number;
  operations: Service['operations'];
}
