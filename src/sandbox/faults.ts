import { isRead } from './history.ts';
import { ServiceError, type Service } from './service.ts';

/** Where a call comes from: over HTTP, or from another service of the sandbox, e.g. its ECS. */
export type Origin = 'http' | 'sandbox';

/** Which calls a fault meets. */
interface Target {
  /** `ssm`, `ecs`, …; `*` for all. */
  service: string;
  /** Name of the operation; all of the service's when left out or `*`. */
  operation?: string;
  /** Only calls that come from there; all when left out. */
  origin?: Origin;
  /** How many calls that fit pass before it meets the first one; 0 when left out. */
  skip?: number;
  /** How many calls it meets at most; without end when left out. */
  times?: number;
  /** The share of the calls that it meets, by chance, from 0 to 1; all when left out. */
  share?: number;
}

/** An error that the sandbox answers with instead of doing what is asked. */
export interface ErrorFault extends Target {
  code: string;
  message?: string;
  /** HTTP status; 400 when left out. */
  status?: number;
  lost?: never;
  late?: never;
  lagMs?: never;
}

/**
 * The sandbox does what is asked, then the connection breaks without an answer. Callers within the
 * sandbox, such as its ECS, get the error `ConnectionLost` instead.
 */
export interface LostAnswer extends Target {
  lost: true;
  /** With it the connection breaks at once, and what is asked is done after so many milliseconds. */
  delayMs?: number;
  code?: never;
  late?: never;
  lagMs?: never;
}

/** The sandbox does what is asked at once, and answers after so many milliseconds. */
export interface LateAnswer extends Target {
  late: true;
  delayMs: number;
  code?: never;
  lost?: never;
  lagMs?: never;
}

/**
 * A read answers what it would have answered so many milliseconds ago. It meets only calls that read
 * from a service that has changed since, and only changes after the fault was injected count.
 */
export interface LaggingRead extends Target {
  /** Infinity keeps the state from before the first change. */
  lagMs: number;
  code?: never;
  lost?: never;
  late?: never;
}

/** Something that goes wrong on purpose. */
export type Fault = ErrorFault | LostAnswer | LateAnswer | LaggingRead;

/** A fault that was injected, and what has come of it. */
export interface InjectedFault {
  /** How many calls it has met so far. */
  readonly met: number;
  /** Resolves once its first call has been refused, or done where it is to be done. */
  readonly first: Promise<void>;
}

/** A call, as far as faults are concerned. */
export interface FaultyCall {
  service: string;
  operation: string;
  origin: Origin;
}

/** A service's operations. */
type Operations = Service['operations'];

/** The faults that calls meet. */
export interface Faults {
  /**
   * Carries out a call, unless it meets a fault; throws what the fault asks for. A read that lags
   * behind is carried out by the service as it was, which `carryOut` gets.
   */
  around<T>(call: FaultyCall, carryOut: (asWas?: Operations) => Promise<T>): Promise<T>;
  /** The longest lag of reads from a service, in ms; undefined when none lag. */
  longestLag(service: string): number | undefined;
  add(fault: Fault): InjectedFault;
  /** Removes all. */
  clear(): void;
}

/** What a call ends with whose answer is lost; HTTP sends nothing then. */
export class AnswerLost extends ServiceError {
  constructor() {
    super('ConnectionLost', 'The sandbox lost the answer on purpose.', 500);
  }
}

/**
 * Keeps faults in their order: a call meets the first that fits. `random` answers 0 to below 1,
 * `asOf` a service's operations as of some milliseconds ago, if it has changed since.
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
    // Whether it succeeds is what the caller does not learn.
    const work = wait(fault.delayMs)
      .then(carryOut)
      .catch(() => undefined)
      .then(done);
    if (fault.delayMs === undefined) await work;
    throw new AnswerLost();
  }
  if (fault.late) {
    const work = carryOut().finally(done);
    // A failure is handed on below; until then nobody waits for it.
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
    // A sandbox that is closed meanwhile must not keep its process alive.
    setTimeout(resolve, ms).unref();
  });
}
