import { createAccount, type AccountOptions } from './account.ts';
import type { Interruption } from './ecs/tasks/interruptions.ts';
import type { Fault, InjectedFault } from './faults.ts';
import type { ForeignSecret } from './secrets-manager/foreign.ts';
import { startServer } from './server.ts';

export { publishedRates } from './throttle.ts';

/** How a sandbox is set up. Everything has a default. */
export interface SandboxOptions extends AccountOptions {
  /** TCP port; 0, the default, takes a free one. */
  port?: number | undefined;
  /** Told one line for each call: service, operation, HTTP status. */
  log?: ((line: string) => void) | undefined;
}

/** A sandbox that serves. */
export interface RunningSandbox {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  /** Environment variables that lead the AWS CLI and SDKs here. */
  environment: Record<string, string>;
  /** Lets calls go wrong from now on. */
  inject(fault: Fault): InjectedFault;
  /** Removes all faults, those of the options too. */
  heal(): void;
  /**
   * Adds a secret of another account, or gives it a new value: roles may read it where their
   * policies allow it, everything else is denied. Throws for an ARN that is none.
   */
  putForeignSecret(secret: ForeignSecret): void;
  /** Stops a task as AWS does for its own reasons. Throws for one that does not run. */
  interruptTask(taskArnOrId: string, stopCode: Interruption): void;
  /** Ends all connections and forgets everything. */
  close(): Promise<void>;
}

/** Starts an AWS of its own on the loopback interface. Rejects when the port is taken. */
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
