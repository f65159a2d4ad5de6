import { isRead } from './history.ts';
import { ServiceError, type Service } from './service.ts';

/** The origin of a call: HTTP, or another service of the sandbox, e.g. its ECS. */
export type Origin = 'http' | 'sandbox';

/** Which calls a fault affects. */
interface Target {
  /** `ssm`, `ecs`, …; `*` for all. */
  service: string;
  /** Name of the operation; default (and `*`): all operations of the service. */
  operation?: string;
  /** Only calls from this origin; default: all. */
  origin?: Origin;
  /** Number of matching calls before the first affected one; default: 0. */
  skip?: number;
  /** Maximum number of affected calls; default: unlimited. */
  times?: number;
  /** The random share of affected calls, from 0 to 1; default: all. */
  share?: number;
}

/** An error that the sandbox returns instead of performing the call. */
export interface ErrorFault extends Target {
  code: string;
  message?: string;
  /** HTTP status; default: 400. */
  status?: number;
  lost?: never;
  late?: never;
  lagMs?: never;
}

/**
 * The sandbox performs the call, then the connection breaks without an answer. Callers within the
 * sandbox, such as its ECS, get the error `ConnectionLost` instead.
 */
export interface LostAnswer extends Target {
  lost: true;
  /** If set, the connection breaks at once, and the call is performed after this delay. */
  delayMs?: number;
  code?: never;
  late?: never;
  lagMs?: never;
}

/** The sandbox performs the call at once, and answers after a delay in milliseconds. */
export interface LateAnswer extends Target {
  late: true;
  delayMs: number;
  code?: never;
  lost?: never;
  lagMs?: never;
}

/**
 * A read returns what it would have returned the given milliseconds ago. It affects only reads from
 * a service that has changed since, and only changes after the injection of the fault count.
 */
export interface LaggingRead extends Target {
  /** Infinity keeps the state before the first change. */
  lagMs: number;
  code?: never;
  lost?: never;
  late?: never;
}

/** A deliberate fault. */
export type Fault = ErrorFault | LostAnswer | LateAnswer | LaggingRead;

/** An injected fault, and its effects so far. */
export interface InjectedFault {
  /** Number of calls affected so far. */
  readonly met: number;
  /** Resolves once its first call has been refused or, if it is to be performed, performed. */
  readonly first: Promise<void>;
}

/** The members of a call that matter for faults. */
export interface FaultyCall {
  service: string;
  operation: string;
  origin: Origin;
}

/** A service's operations. */
type Operations = Service['operations'];

/** The faults that affect calls. */
export interface Faults {
  /**
   * Performs a call, unless a fault affects it; throws the error of the fault. A lagging read is
   * performed on the earlier state of the service, which `carryOut` gets.
   */
  around<T>(call: FaultyCall, carryOut: (asWas?: Operations) => Promise<T>): Promise<T>;
  /** The longest lag of reads from a service, in ms; undefined if none lag. */
  longestLag(service: string): number | undefined;
  add(fault: Fault): InjectedFault;
  /** Removes all faults. */
  clear(): void;
}

/** The result of a call whose answer is lost; HTTP sends nothing then. */
export class AnswerLost extends ServiceError {
  constructor() {
    super('ConnectionLost', 'The sandbox lost the answer on purpose.', 500);
  }
}

/**
 * Keeps faults in order: the first matching fault affects a call. `random` returns 0 to below 1,
 * `asOf` the operations of a service as of some milliseconds ago, if it has changed since.
 */
export function createFaults(
  initial: readonly Fault[],
  random: () => number,
  asOf: (service: string, agoMs: number) => Operations | undefined = () => undefined,
): Faults {
  const entries = initial.map(entryOf);

  function asWas(fault: Fault, { service, operation }: FaultyCall): Operations | undefined {
    if (fault.lagMs === undefined || !isRead(operation)) return undefined;
    return asOf(service, fault.lagMs);
  }

  function meet(call: FaultyCall): Entry | undefined {
    return entries.find((entry) => {
      const { fault, left } = entry;
      if (left === 0 || !fits(fault, call)) return false;
      if (fault.lagMs !== undefined && !asWas(fault, call)) return false;
      if (entry.toSkip > 0) {
        entry.toSkip -= 1;
        return false;
      }
      return fault.share === undefined || random() < fault.share;
    });
  }

  return {
    async around(call, carryOut) {
      const entry = meet(call);
      if (!entry) return carryOut();
      entry.left -= 1;
      entry.met += 1;
      return suffer(entry, () => carryOut(asWas(entry.fault, call)));
    },
    longestLag(service) {
      const lags = entries.flatMap(({ fault }) =>
        fault.lagMs !== undefined && ['*', service].includes(fault.service) ? [fault.lagMs] : [],
      );
      return lags.length > 0 ? Math.max(...lags) : undefined;
    },
    add(fault) {
      const entry = entryOf(fault);
      entries.push(entry);
      return {
        get met() {
          return entry.met;
        },
        first: entry.first,
      };
    },
    clear() {
      entries.length = 0;
    },
  };
}

// --- internal ---

interface Entry {
  fault: Fault;
  toSkip: number;
  left: number;
  met: number;
  first: Promise<void>;
  /** Resolves `first`. */
  done: () => void;
}

function entryOf(fault: Fault): Entry {
  let done = (): void => undefined;
  const first = new Promise<void>((resolve) => {
    done = resolve;
  });
  return {
    fault: { ...fault },
    toSkip: fault.skip ?? 0,
    left: fault.times ?? Infinity,
    met: 0,
    first,
    done,
  };
}

function fits(fault: Fault, { service, operation, origin }: FaultyCall): boolean {
  const { operation: wanted = '*' } = fault;
  return (
    (fault.service === '*' || fault.service === service) &&
    (wanted === '*' || wanted === operation) &&
    (fault.origin === undefined || fault.origin === origin)
  );
}

async function suffer<T>({ fault, done }: Entry, carryOut: () => Promise<T>): Promise<T> {
  if (fault.lost) {
    // The caller does not learn whether it succeeds.
    const work = wait(fault.delayMs)
      .then(carryOut)
      .catch(() => undefined)
      .then(done);
    if (fault.delayMs === undefined) await work;
    throw new AnswerLost();
  }
  if (fault.late) {
    const work = carryOut().finally(done);
    // A failure is passed on below; until then nothing awaits it.
    await Promise.allSettled([work]);
    await wait(fault.delayMs);
    return work;
  }
  if (fault.lagMs !== undefined) return carryOut().finally(done);
  done();
  const { code, message = 'Injected by the sandbox', status } = fault;
  throw new ServiceError(code, message, status);
}

function wait(ms: number | undefined): Promise<void> {
  if (ms === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    // If the sandbox is closed meanwhile, the timer must not keep the process alive.
    setTimeout(resolve, ms).unref();
  });
}
