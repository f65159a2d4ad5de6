import { NODE_REGION_CONFIG_OPTIONS, memoize } from '@smithy/core/config';
import { getSmithyContext } from '@smithy/core/transport';
import type { AwsCredentialIdentity } from '@smithy/types';
import { AwsError, type CliError, Interrupted, UsageError, isUncertain } from '../../errors.ts';
import { NotSent } from '../access/not-sent.ts';
import type { ServiceKey } from '../access/settings.ts';
import type { Setup } from '../access/setup.ts';
import type { Pacer } from './pacer.ts';
import { checkAnswer } from './check-answer.ts';
import { type KnownValues, createKnownValues } from './known-values.ts';
import { nameOf, translateError } from './translate-error.ts';
import { rememberValues } from './values-in.ts';
import { NoAnswer, defaultRequestTimeout, limitRequests } from './call-limit.ts';
import { type Journal, isWrite } from './journal.ts';
import { Unrepeated, again, isRepeatable, isThrottled } from './repeat.ts';
import { turn } from './turn.ts';
import { attemptsOf, retrySettings } from './retries.ts';

/** One call as logged by `--debug`: no inputs, no outputs. */
export interface CallRecord {
  /** For example `ssm:PutParameter`. */
  action: string;
  milliseconds: number;
  attempts: number;
  /** The name of the error, if it failed. */
  error: string | undefined;
}

/** The configuration of the clients. */
export interface AwsConfig {
  /** Profiles, settings and connections for AWS. */
  access: Setup;
  /** A region other than that of `access`. */
  region?: string | undefined;
  credentials?: (() => Promise<AwsCredentialIdentity>) | undefined;
  /** Runs before each call; if it rejects (with one of our errors), the call is not made. */
  before?: (() => Promise<void>) | undefined;
  onCall?: ((call: CallRecord) => void) | undefined;
  pacer?: Pacer | undefined;
  /** Values that no message may show; one per run, shared by all clients. */
  values?: KnownValues | undefined;
  /** Milliseconds for one request and its complete response; default: 30 seconds. */
  requestTimeout?: number | undefined;
  /** Aborts all calls in progress. */
  cutOff?: AbortSignal | undefined;
  journal?: Journal | undefined;
}

/**
 * Settings common to all clients; the SDK looks up nothing itself. Throws UsageError for
 * conflicting endpoint settings.
 */
export function clientSettings(
  { access: { profiles, settings, connections }, region: given, credentials, cutOff }: AwsConfig,
  service: ServiceKey,
  otherRegion?: string,
) {
  const { fips, dualstack } = settings;
  const endpoint = settings.endpoint(service);
  const variant = [fips, dualstack].find((one) => one?.value);
  if (endpoint && variant) {
    throw new UsageError(
      `the endpoint of ${endpoint.source} has no FIPS or dual-stack form (${variant.source})`,
      'unset one of them',
    );
  }
  const region = otherRegion ?? given ?? settings.region?.value ?? instanceRegion;
  return {
    requestHandler: connections.handlerOptions,
    ...retrySettings(settings, cutOff),
    ignoreConfiguredEndpointUrls: true,
    useFipsEndpoint: fips?.value ?? false,
    useDualstackEndpoint: dualstack?.value ?? false,
    region,
    ...(profiles.given && { profile: profiles.name }),
    ...(endpoint && { endpoint: endpoint.value }),
    ...(credentials && { credentials }),
  };
}

/**
 * Makes every call of a client keep the published rates, report to `onCall` and throw only
 * translated errors. `service` is the prefix of its IAM actions.
 */
export function supervised<Client extends { middlewareStack: object }>(
  client: Client,
  service: string,
  {
    access,
    before,
    onCall,
    pacer,
    cutOff,
    journal,
    requestTimeout = defaultRequestTimeout,
    values = createKnownValues(),
  }: AwsConfig,
): Client {
  limitRequests(client, { requestTimeout, cutOff, connections: access.connections });
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
      const translate = (error: unknown): CliError =>
        error instanceof NoAnswer
          ? noAnswer(error, action)
          : translateError(error, { action, values });
      let tries = 0;
      const attempt = async () => {
        tries += 1;
        const result = await next(args);
        if (result.output) {
          rememberValues(result.output, output, { values });
          checkAnswer(action, result.output, output);
        }
        return result;
      };
      await before?.();
      const noted = isWrite(action) ? journal?.begin(action) : undefined;
      try {
        const result = await again(action, attempt, {
          attempts: attemptsOf(access.settings),
          codeOf: (error) => translate(error).code,
        });
        noted?.('done');
        record(Math.max(tries, result.output?.$metadata?.attempts ?? 1));
        return result;
      } catch (error) {
        const { $metadata } = error as { $metadata?: Metadata };
        record(Math.max(tries, $metadata?.attempts ?? 1), nameOf(error, values));
        const told = translate(error);
        const isOpen = isUncertain(told) && !isNotSent(error);
        if (noted && isOpen) told.mayBeDone = action;
        noted?.(isOpen ? 'unknown' : 'refused');
        throw told;
      }
    },
    { step: 'initialize', priority: 'high', name: 'ecsSecretsSupervision' },
  );
  // Each attempt waits for its turn, including those of the SDK, and is signed after that.
  stack.addRelativeTo(
    (next, context) => async (args) => {
      const action = actionOf(context);
      await turn(action, pacer, cutOff);
      try {
        const result = await next(args);
        pacer?.answered(action, false);
        return result;
      } catch (error) {
        pacer?.answered(action, isThrottled(error));
        throw error;
      }
    },
    { relation: 'before', toMiddleware: 'httpSigningMiddleware', name: 'ecsSecretsTurn' },
  );
  stack.add(
    (next, context) => async (args) => {
      const { request } = args as { request?: { headers: Record<string, string> } };
      values.add(request?.headers['x-amz-security-token'] ?? '');
      try {
        return await next(args);
      } catch (error) {
        // The SDK treats it as throttling; for the services called here it means a quota (API
        // references).
        const isQuota = (error as Error).name === 'LimitExceededException';
        throw isQuota || !isRepeatable(actionOf(context)) ? new Unrepeated(error) : error;
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'ecsSecretsNoRepeat' },
  );
  return client;
}

/**
 * The error for a write with a lost answer and an unknown result. `what` states what may have been
 * done, `reference` is the secret as written on the command line.
 */
export function uncertainWrite(what: string, reference: string, cause: CliError): AwsError {
  return new AwsError('uncertain-write', `${what}: ${cause.message}`, {
    hint: `ecs-secrets history ${reference} lists the versions; it is safe to run the command again`,
    exitCode: cause.exitCode,
    cause,
  });
}

// --- internal ---

/** Without a setting, the SDK reads the region from the EC2 instance, or reports it as missing. */
const instanceRegion = memoize(NODE_REGION_CONFIG_OPTIONS.default as () => Promise<string>);

/** Whether the error means that no connection was made. */
function isNotSent(error: unknown): boolean {
  const { code = '' } = error as { code?: string };
  return error instanceof NotSent || ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(code);
}

interface Metadata {
  attempts?: number;
}

type Handle = (args: { input: object }) => Promise<{ output?: { $metadata?: Metadata } }>;
type Middleware = (next: Handle, context: { commandName?: string }) => Handle;

interface MiddlewareStack {
  add(
    middleware: Middleware,
    options: { step: 'initialize' | 'finalizeRequest'; priority: 'high' | 'low'; name: string },
  ): void;
  addRelativeTo(
    middleware: Middleware,
    options: { relation: 'before'; toMiddleware: string; name: string },
  ): void;
}

/** The error for a call without a response; the result of a write is then unknown. */
function noAnswer({ why }: NoAnswer, action: string): CliError {
  if (why === 'not-sent') return new Interrupted(`interrupted before ${action}`);
  if (why === 'cut-off') {
    return new Interrupted(`interrupted while ${action} was under way`, undefined, {
      isUncertain: isWrite(action),
    });
  }
  return new AwsError('request-timeout', `AWS did not answer ${action} within ${why / 1_000} s`, {
    hint: 'check the network, --region and --endpoint-url (AWS_ENDPOINT_URL); --request-timeout sets the limit',
  });
}

/** The SDK's description of an operation: the fifth member is its input, the sixth its output. */
function operationSchema(context: object): readonly unknown[] {
  const { operationSchema: schema } = getSmithyContext(context);
  return (schema ?? []) as readonly unknown[];
}
