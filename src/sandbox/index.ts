import { createAccount, type AccountOptions } from './account.ts';
import type { Interruption } from './ecs/tasks/interruptions.ts';
import type { Fault, InjectedFault } from './faults.ts';
import type { ForeignSecret } from './secrets-manager/foreign.ts';
import { startServer } from './server.ts';

export { publishedRates } from './throttle.ts';

/** The settings of a sandbox. Everything has a default. */
export interface SandboxOptions extends AccountOptions {
  /** TCP port; default: 0, for any free port. */
  port?: number | undefined;
  /** Called with one line per call: service, operation, HTTP status. */
  log?: ((line: string) => void) | undefined;
}

/** A running sandbox. */
export interface RunningSandbox {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  /** Environment variables that direct the AWS CLI and SDKs here. */
  environment: Record<string, string>;
  /** Adds a fault for later calls. */
  inject(fault: Fault): InjectedFault;
  /** Removes all faults, including those of the options. */
  heal(): void;
  /**
   * Adds a secret of another account, or stores a new value in it: roles may read it if their
   * policies allow it, everything else is denied. Throws for an invalid ARN.
   */
  putForeignSecret(secret: ForeignSecret): void;
  /** Stops a task as AWS does for its own reasons. Throws if the task is not running. */
  interruptTask(taskArnOrId: string, stopCode: Interruption): void;
  /** Closes all connections and drops all state. */
  close(): Promise<void>;
}

/** Starts a local AWS on the loopback interface. Rejects if the port is in use. */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const { dispatcher, ecs, environment, region, secrets, sessions } = createAccount(options);
  const server = await startServer({
    port: options.port ?? 0,
    defaultRegion: region,
    dispatcher,
    now: () => environment.now(),
    principalOf: (accessKeyId) => sessions.principalOf(accessKeyId),
    log: options.log ?? (() => undefined),
    taskEnvironment: (task) => ecs.taskEnvironment(task),
  });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: 'AKIASANDBOXEXAMPLE00',
      AWS_SECRET_ACCESS_KEY: 'sandbox-only-not-a-secret',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    inject: (fault) => dispatcher.inject(fault),
    heal: () => {
      dispatcher.heal();
    },
    putForeignSecret(secret) {
      secrets.putForeign(secret);
    },
    interruptTask(taskArnOrId, stopCode) {
      ecs.interruptTask(taskArnOrId, stopCode);
    },
    async close() {
      ecs.close();
      await server.close();
    },
  };
}
