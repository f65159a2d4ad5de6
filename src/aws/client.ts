import { getSmithyContext } from '@smithy/core/transport';
import { AwsError, type CliError } from '../errors.ts';
import type { Pacer } from './pacer.ts';
import { checkAnswer } from './check-answer.ts';
import { createKnownValues, type KnownValues } from './known-values.ts';
import { nameOf, throttling, translateError } from './translate-error.ts';
import { rememberValues } from './values-in.ts';

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
  pacer?: Pacer | undefined;
  /** What no message may show; the run's, shared by all clients. */
  values?: KnownValues | undefined;
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
  { onCall, pacer, profile, values = createKnownValues() }: AwsConfig,
): Client {
  const stack = client.middlewareStack as unknown as MiddlewareStack;
  const actionOf = ({ commandName = '' }: { commandName?: string }): string =>
    `${service}:${commandName.replace(/Command$/, '')}`;
  stack.add(
    (next, context) => async (args) => {
      const action = actionOf(context);
      const started = performance.now();
      const record = (attempts: number, error?: string): void => {
        onCall?.({
          action,
          milliseconds: Math.round(performance.now() - started),
          attempts,
          error,
        });
      };
      const [, , , , input, output] = operationSchema(context);
      rememberValues(args.input, input, { values, plain: service === 'ecs' });
      let tries = 0;
      const attempt = async () => {
        await pacer?.wait(action);
        tries += 1;
        return next(args);
      };
      try {
        const result = await againWhileBusy(attempt, (throttled) => {
          pacer?.answered(action, throttled);
        });
        if (result.output) {
          rememberValues(result.output, output, { values });
          checkAnswer(action, result.output, output);
        }
        record(Math.max(tries, result.output?.$metadata?.attempts ?? 1));
        return result;
      } catch (error) {
        const { $metadata } = error as { $metadata?: Metadata };
        record(Math.max(tries, $metadata?.attempts ?? 1), nameOf(error, values));
        throw translateError(error, { action, profile, values });
      }
    },
    { step: 'initialize', priority: 'high', name: 'ecsSecretsSupervision' },
  );
  stack.add(
    (next, context) => async (args) => {
      const { request } = args as { request?: { headers: Record<string, string> } };
      values.add(request?.headers['x-amz-security-token'] ?? '');
      try {
        return await next(args);
      } catch (error) {
        throw notRepeatable.has(actionOf(context)) ? new Unrepeated(error) : error;
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'ecsSecretsNoRepeat' },
  );
  return client;
}

/**
 * The error for a write whose answer was lost, where nobody can look whether it was made. `what` says
 * what may have been done, `reference` names the secret as on the command line.
 */
export function uncertainWrite(what: string, reference: string, cause: CliError): AwsError {
  return new AwsError('uncertain-write', `${what}: ${cause.message}`, {
    hint: `ecs-secrets history ${reference} lists the versions; it is safe to run the command again`,
    cause,
  });
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
    options: { step: 'initialize' | 'finalizeRequest'; priority: 'high' | 'low'; name: string },
  ): void;
}

/**
 * Calls that have another effect each time they are made: PutParameter with Overwrite stores one more
 * version, and a whole policy written once more undoes what somebody else wrote after the first time.
 * The SDK would repeat them when an answer got lost.
 */
const notRepeatable = new Set([
  'ssm:PutParameter',
  'iam:PutRolePolicy',
  'iam:UpdateAssumeRolePolicy',
  'iam:CreatePolicyVersion',
]);

/** Hides an error from the SDK's retries, which look at its class, its members and its cause. */
class Unrepeated extends Error {
  readonly original: unknown;

  constructor(original: unknown) {
    super('not to be repeated');
    this.original = original;
  }
}

/**
 * Errors by which a service asks to come again because somebody else is changing the same thing; the
 * SDK does not try them again (PutParameter and IAM API references).
 */
const busy = new Set(['TooManyUpdates', 'ConcurrentModificationException']);

/** Tries again what was refused without being done; a throttled call waits for its turn anew. */
async function againWhileBusy<T>(
  call: () => Promise<T>,
  answered: (throttled: boolean) => void,
): Promise<T> {
  let conflicts = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await call();
      answered(false);
      return result;
    } catch (thrown) {
      const error = thrown instanceof Unrepeated ? thrown.original : thrown;
      const { name } = error as Error;
      const throttled = throttling.has(name) && !busy.has(name);
      answered(throttled);
      if (busy.has(name)) conflicts += 1;
      const again = busy.has(name) || (throttled && thrown instanceof Unrepeated);
      if (!again || conflicts === 5 || attempt === 20) throw error;
      const pause = busy.has(name) ? 200 * conflicts : 50 * attempt;
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
    }
  }
}

/** The SDK's description of an operation: the fifth member is its input, the sixth its output. */
function operationSchema(context: object): readonly unknown[] {
  const { operationSchema: schema } = getSmithyContext(context);
  return (schema ?? []) as readonly unknown[];
}
