import { ServiceError } from './service.ts';

/** Which calls a fault meets. */
interface Target {
  service: string;
  /** Name of the operation; all of the service's when left out. */
  operation?: string;
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
}

/**
 * The sandbox does what is asked, then the connection breaks without an answer. Callers within the
 * sandbox, such as its ECS, get the error `ConnectionLost` instead.
 */
export interface LostAnswer extends Target {
  lost: true;
  code?: never;
  message?: never;
  status?: never;
}

/** Something that goes wrong on purpose. */
export type Fault = ErrorFault | LostAnswer;

/** The faults that calls meet. */
export interface Faults {
  /** Carries out a call, unless it meets a fault; throws what the fault asks for. */
  around<T>(service: string, operation: string, carryOut: () => Promise<T>): Promise<T>;
  add(fault: Fault): void;
  /** Removes all. */
  clear(): void;
}

/** What a call ends with whose answer is lost; HTTP sends nothing then. */
export class AnswerLost extends ServiceError {
  constructor() {
    super('ConnectionLost', 'The sandbox lost the answer on purpose.', 500);
  }
}

/** Keeps faults in their order: a call meets the first that fits. `random` answers 0 to below 1. */
export function createFaults(initial: readonly Fault[], random: () => number): Faults {
  const faults = initial.map(entry);

  function meet(service: string, operation: string): Fault | undefined {
    const met = faults.find(
      ({ fault, left }) =>
        left > 0 &&
        fault.service === service &&
        (fault.operation === undefined || fault.operation === operation) &&
        (fault.share === undefined || random() < fault.share),
    );
    if (met) met.left -= 1;
    return met?.fault;
  }

  return {
    async around(service, operation, carryOut) {
      const fault = meet(service, operation);
      if (!fault) return carryOut();
      if (!fault.lost) {
        const { code, message = 'Injected by the sandbox', status } = fault;
        throw new ServiceError(code, message, status);
      }
      // Whether it succeeded is what the caller does not learn.
      await carryOut().catch(() => undefined);
      throw new AnswerLost();
    },
    add(fault) {
      faults.push(entry(fault));
    },
    clear() {
      faults.length = 0;
    },
  };
}

// --- internal ---

function entry(fault: Fault): { fault: Fault; left: number } {
  return { fault: { ...fault }, left: fault.times ?? Infinity };
}
