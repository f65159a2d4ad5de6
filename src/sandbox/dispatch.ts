import type { Access, GuardedService } from './access.ts';
import { createFaults, type Fault, type InjectedFault, type Origin } from './faults.ts';
import { createHistory, isRead } from './history.ts';
import { ServiceError, type Call, type Service } from './service.ts';

/** Passes calls to the services. */
export interface Dispatcher {
  /** Calls an operation that is available over HTTP. Throws ServiceError. */
  call(
    service: string,
    operation: string,
    input: Record<string, unknown>,
    call: Call,
  ): Promise<unknown>;
  /** The same, including internal operations. */
  invoke: Dispatcher['call'];
  /** Adds a fault for later calls. Throws for a lag of a service that does not support it. */
  inject(fault: Fault): InjectedFault;
  /** Removes all faults. */
  heal(): void;
}

/**
 * Finds the operation, then applies in this order: injected faults, rates, the form of the request,
 * the caller's policies, the operation.
 */
export function createDispatcher(options: {
  services: ReadonlyMap<string, GuardedService>;
  access: Access;
  throttle: (service: string, operation: string, region: string) => void;
  faults: readonly Fault[];
  /** Random numbers for faults that affect a share of the calls: 0 to below 1. */
  random: () => number;
  /** Milliseconds since the epoch. */
  now: () => number;
}): Dispatcher {
  const { services, access, throttle } = options;
  const history = createHistory(options.now);
  for (const fault of options.faults) checkLag(fault);
  const faults = createFaults(options.faults, options.random, (...state) => history.asOf(...state));

  async function run(
    known: Service['operations'],
    service: GuardedService,
    name: string,
    input: Record<string, unknown>,
    call: Call,
    origin: Origin,
  ): Promise<unknown> {
    const operation = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!operation) throw notInSandbox(service.name, name);
    return faults.around({ service: service.name, operation: name, origin }, async (asWas) => {
      throttle(service.name, name, call.region);
      service.checkRequest?.(name, input);
      if (call.principal.kind === 'role' && known === service.operations) {
        const attempts = service.attempts?.(name, input, call) ?? [{ resource: '*' }];
        for (const attempt of attempts)
          access(call, { action: `${service.name}:${name}`, ...attempt });
      }
      const lag = faults.longestLag(service.name);
      if (lag !== undefined && !isRead(name)) history.remember(service, lag);
      return await (asWas?.[name] ?? operation)(input as never, call);
    });
  }

  function checkLag({ service, lagMs }: Fault): void {
    if (lagMs === undefined || service === '*' || services.get(service)?.fork) return;
    throw new Error(`${service} cannot lag in the sandbox`);
  }

  function serviceOf(name: string, operation: string): GuardedService {
    const service = services.get(name);
    if (!service) throw notInSandbox(name, operation);
    return service;
  }

  return {
    async call(name, operation, input, call) {
      const service = serviceOf(name, operation);
      return run(service.operations, service, operation, input, call, 'http');
    },
    inject(fault) {
      checkLag(fault);
      return faults.add(fault);
    },
    heal() {
      faults.clear();
      history.forget();
    },

    async invoke(name, operation, input, call) {
      const service = serviceOf(name, operation);
      const internal = service.internal ?? {};
      const known = Object.hasOwn(internal, operation) ? internal : service.operations;
      return run(known, service, operation, input, call, 'sandbox');
    },
  };
}

// --- internal ---

function notInSandbox(service: string, operation: string): ServiceError {
  return new ServiceError(
    'NotInSandbox',
    `${service}:${operation} is not supported by the sandbox`,
  );
}
