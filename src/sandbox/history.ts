import type { Service } from './service.ts';
import type { GuardedService } from './access.ts';

/** The states of services before their latest changes, for lagging reads. */
export interface History {
  /** Call it right before a call that changes a service; drops states older than `forMs`. */
  remember(service: GuardedService, forMs: number): void;
  /** A service's operations as of `agoMs` ago; undefined if nothing has changed since. */
  asOf(service: string, agoMs: number): Service['operations'] | undefined;
  forget(): void;
}

/** Creates an empty history. `now` returns milliseconds. */
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

/** Whether an operation is read-only, by its name. */
export function isRead(operation: string): boolean {
  return /^(BatchGet|Describe|Get|List|Simulate)/.test(operation);
}

// --- internal ---

/** A state of a service before a change. */
interface State {
  until: number;
  operations: Service['operations'];
}
