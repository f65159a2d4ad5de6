import type { createPacer } from './pacer.ts';
import { translateError } from './translate-error.ts';

/** One call as seen by `--debug`: no inputs, no outputs. */
export interface CallRecord {
  /** e.g. `ssm:PutParameter` */
  action: string;
  milliseconds: number;
  attempts: number;
  /** The error's name, when it failed. */
  error: string | undefined;
}

/** How the clients are made; what is undefined falls through to the SDK's own chain. */
export interface AwsConfig {
  region?: string | undefined;
  profile?: string | undefined;
  endpoint?: string | undefined;
  onCall?: ((call: CallRecord) => void) | undefined;
  /** Waits until an action may be called; see `createPacer`. */
  pace?: ReturnType<typeof createPacer> | undefined;
}

/**
 * Settings common to all clients. Adaptive retry slows down when AWS throttles; five attempts span
 * a few seconds.
 */
export function clientSettings({ region, profile, endpoint }: AwsConfig, otherRegion?: string) {
  return {
    retryMode: 'adaptive',
    maxAttempts: 5,
    ...((otherRegion ?? region) !== undefined && { region: otherRegion ?? region }),
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint }),
  };
}

/**
 * Makes every call of a client keep to the published rates, report to `onCall` and throw translated
 * errors only. `service` is the prefix of its IAM actions.
 */
export function supervised<Client extends { middlewareStack: { add: unknown } }>(
  client: Client,
  service: string,
  { onCall, pace, profile }: AwsConfig,
): Client {
  const stack = client.middlewareStack as unknown as MiddlewareStack;
  stack.add(
    (next, context) => async (args) => {
      const action = `${service}:${(context.commandName ?? '').replace(/Command$/, '')}`;
      await pace?.(action);
      const started = performance.now();
      const record = (attempts: number, error?: string): void => {
        onCall?.({
          action,
          milliseconds: Math.round(performance.now() - started),
          attempts,
          error,
        });
      };
      try {
        const result = await againWhileBusy(() => next(args));
        record(result.output?.$metadata?.attempts ?? 1);
        return result;
      } catch (error) {
        const { name, $metadata } = error as { name?: string; $metadata?: Metadata };
        record($metadata?.attempts ?? 1, name);
        throw translateError(error, { action, profile, secrets: valuesIn(args.input) });
      }
    },
    { step: 'initialize', priority: 'high', name: 'ecsSecretsSupervision' },
  );
  return client;
}

// --- internal ---

interface Metadata {
  attempts?: number;
}

interface MiddlewareStack {
  add(
    middleware: (
      next: (args: { input: object }) => Promise<{ output?: { $metadata?: Metadata } }>,
      context: { commandName?: string },
    ) => (args: { input: object }) => Promise<{ output?: { $metadata?: Metadata } }>,
    options: { step: 'initialize'; priority: 'high'; name: string },
  ): void;
}

/**
 * Errors by which a service asks to come again because somebody else is changing the same thing; the
 * SDK does not try them again (PutParameter and IAM API references).
 */
const busy = new Set(['TooManyUpdates', 'ConcurrentModificationException']);

async function againWhileBusy<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt === 5 || !busy.has((error as Error).name)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200 * attempt * (0.5 + Math.random())));
    }
  }
}

/** The secret values in a request: the members of that meaning in SSM and Secrets Manager. */
function valuesIn(input: object): string[] {
  const { Value, SecretString } = input as { Value?: unknown; SecretString?: unknown };
  return [Value, SecretString].filter((value): value is string => typeof value === 'string');
}
