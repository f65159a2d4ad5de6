import { AwsError, CliError } from '../../errors.ts';
import { NotSent } from '../access/not-sent.ts';
import type { KnownValues } from './known-values.ts';
import { firstWords, unreadable, UnreadableAnswer } from './unreadable-answer.ts';

/** The facts about the failed call, for the message. */
export interface FailedCall {
  /** For example `ssm:PutParameter`. */
  action: string;
  /** Values that must not appear in any message. */
  values: KnownValues;
}

/**
 * Translates whatever the SDK throws into an AwsError in the user's terms: what happened and what
 * to do. The only place that knows the error names of the SDK and the services.
 */
export function translateError(thrown: unknown, call: FailedCall): CliError {
  if (thrown instanceof CliError) return thrown;
  if (thrown instanceof NotSent) {
    const { message, hint } = thrown;
    return new AwsError('unreachable', `cannot reach AWS for ${call.action}: ${message}`, { hint });
  }
  const error = thrown as SdkError;
  const name = nameOf(thrown, call.values);
  const text = shownText(error.message, call.values) ?? notShown;
  const make = (code: string, message: string, hint?: string): AwsError =>
    new AwsError(code, message, {
      hint,
      awsCode: error.$metadata ? name : undefined,
      status: error.$metadata?.httpStatusCode,
    });

  if (/region is missing/i.test(text)) {
    return make('no-region', 'no AWS region is set', 'give --region, or set AWS_REGION');
  }
  if (expired.has(name)) {
    return make('expired-credentials', `the AWS credentials have expired (${call.action})`, renew);
  }
  if (invalidCredentials.has(name)) {
    return make(
      'invalid-credentials',
      `AWS does not accept the credentials (${call.action}): ${text}`,
      'check that the key, the secret key and the session token belong together; aws sts get-caller-identity shows the identity that they belong to',
    );
  }
  if (denied.has(name)) return accessDenied(text, String(error.message), call, make);
  if (throttling.has(name) || error.$retryable?.throttling) {
    return make(
      'throttled',
      `AWS limits the rate of ${call.action}, and still did so after several attempts: ${text || name}`,
      'run the command again in a minute; completed steps are not repeated',
    );
  }
  const network = networkCode(error);
  if (network !== undefined) {
    return make(
      'unreachable',
      `cannot reach AWS for ${call.action}: ${network}`,
      /CERT|SIGNATURE/.test(network)
        ? 'name a file with the certificate of your proxy in AWS_CA_BUNDLE'
        : 'check the network, --region and --endpoint-url (AWS_ENDPOINT_URL)',
    );
  }
  if (/^E[A-Z]+$/.test(error.code ?? '') && !error.$metadata) {
    const code = String(error.code);
    return tooMany.has(code)
      ? make('too-many-files', `too many open files (${code})`, 'raise the limit (ulimit -n)')
      : make('system-error', `${call.action} failed on this machine (${code})`);
  }
  const unread = unreadAnswer(thrown, call.values);
  if (unread) return unreadable(call.action, unread);
  const told = text === notShown ? `${name} (${notShown})` : text || name;
  if ((error.$metadata?.httpStatusCode ?? 0) >= 500) {
    return make(
      'aws-failed',
      `AWS returned an error for ${call.action}: ${told}`,
      'run the command again',
    );
  }
  if (!error.$metadata && !error.$fault) {
    return new CliError('internal', text, {
      hint: 'this is a defect of ecs-secrets: run again with --debug and report what it prints',
      cause: thrown,
    });
  }
  const isSentence = told === text && text !== name;
  return make(kebab(name), isSentence ? text : `${call.action}: ${told}`);
}

/**
 * The name of an error, if it looks like one: a server may send anything. `Unknown` for everything
 * else, such as a name that contains a value.
 */
export function nameOf(thrown: unknown, values: KnownValues): string {
  const { name } = thrown as { name?: unknown };
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9.]{0,79}$/.test(name)) return 'Unknown';
  return values.redact(name) === name ? name : 'Unknown';
}

// --- internal ---

interface SdkError {
  name?: string;
  message?: unknown;
  code?: string;
  errors?: readonly { code?: string; message?: string }[];
  $fault?: string;
  $metadata?: { httpStatusCode?: number };
  /** The response that is not JSON; the SDK sets it. */
  $responseBodyText?: unknown;
  $retryable?: { throttling?: boolean };
}

const renew = 'sign in again (aws sso login, or new session credentials) and run the command again';

const expired = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired']);
const invalidCredentials = new Set([
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
]);
const denied = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);
/** Error names that mean throttling. */
export const throttling: ReadonlySet<string> = new Set([
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'TooManyUpdates',
]);

function accessDenied(
  text: string,
  original: string,
  call: FailedCall,
  make: (code: string, message: string, hint?: string) => AwsError,
): AwsError {
  const match = /not authorized to perform: (\S+)(?: on resource: (\S+))?/.exec(text);
  if (!match) {
    // The missing action helps even if the text is not shown.
    const words = /not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)/.exec(original)?.[1] ?? '';
    const named = words !== '' && call.values.redact(words) === words ? words : undefined;
    const why = text === '' ? '' : `: ${text}`;
    if (original.includes('Access to KMS')) {
      // Secrets Manager does not return which action on the key it is (Secrets Manager guide, KMS).
      const action = /:(Batch)?Get/.test(call.action)
        ? 'kms:Decrypt'
        : 'kms:Decrypt and kms:GenerateDataKey';
      return make(
        'access-denied',
        `access denied to ${call.action}${why} (${action})`,
        `allow ${action} on the key in the caller's policy, and in the policy of the key`,
      );
    }
    return make(
      'access-denied',
      `access denied to ${call.action}${why}`,
      `allow ${named ?? call.action} in the caller's policy`,
    );
  }
  const [, action = call.action, resource] = match;
  const user = /User: (\S+) is not authorized/.exec(text)?.[1];
  const target = resource === undefined ? '' : ` on ${resource}`;
  const by = user === undefined ? '' : `, as ${user}`;
  const hint = /explicit deny/i.test(text)
    ? `a policy denies ${action} explicitly: check permissions boundaries, service control policies and the resource's own policy`
    : `allow ${action}${target} in the caller's policy`;
  return make('access-denied', `access denied: ${action}${target}${by}`, hint);
}

function networkCode({ code, errors, name }: SdkError): string | undefined {
  const found = code ?? errors?.[0]?.code;
  if (found !== undefined && isNetworkCode(found)) {
    return networkWords[found] ?? found;
  }
  return name === 'TimeoutError' ? 'the connection timed out' : undefined;
}

/** Codes of the system and its name lookup, and of OpenSSL for certificates. */
function isNetworkCode(code: string): boolean {
  return (
    networkCodes.has(code) || (/^\w+$/.test(code) && /^ERR_(?:SSL|TLS)_|CERT|SIGNATURE/.test(code))
  );
}

/** Not every system error is a network error: a file may be missing (ENOENT). */
const networkCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EPROTO'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL'],
]);

const tooMany = new Set(['EMFILE', 'ENFILE']);

const networkWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused (ECONNREFUSED)',
  ENOTFOUND: 'the host name was not found (ENOTFOUND)',
  EAI_AGAIN: 'the host name could not be looked up (EAI_AGAIN)',
  ETIMEDOUT: 'the connection timed out (ETIMEDOUT)',
  ECONNRESET: 'the connection was reset (ECONNRESET)',
};

const notShown =
  'the message from AWS is not shown because it may contain a secret value or a credential';

/** In characters. AWS messages are shorter; longer ones contain a request or a page. */
const longest = 2_000;

/** Words of a message that repeats the headers of a request, or the input of its signature. */
const signing =
  /security-token|authorization|canonical|string-to-sign|credential=|signedheaders|signature=|aws4-hmac|x-amz-/i;

/** The part of a message that may be shown; undefined if none. */
function shownText(message: unknown, values: KnownValues): string | undefined {
  if (typeof message !== 'string') return message === undefined ? '' : undefined;
  const isRisky = message.length > longest || signing.test(message);
  const text = isRisky ? (message.split(/(?<=[.!?])\s|\n/, 1)[0] ?? '') : message;
  return text.length > longest || signing.test(text) ? undefined : values.redact(text);
}

/** The error of the SDK, if it got a response and failed to read it. */
function unreadAnswer(
  thrown: unknown,
  values: KnownValues,
): Pick<UnreadableAnswer, 'status' | 'fault'> | undefined {
  if (thrown instanceof UnreadableAnswer) {
    const { status, fault, page } = thrown;
    return { status, fault: fault ?? pageOf(page, status, values) };
  }
  const { $fault, $metadata, $responseBodyText, name, message } = thrown as SdkError;
  const status = $metadata?.httpStatusCode;
  // The SDK's error for an error response without a name and a message.
  const isEmpty = name === 'Unknown' && /^Unknown(?:Error)?$/.test(String(message));
  // An error of a service has a fault. AWS redirects none of our calls.
  const isRedirect = status !== undefined && status >= 300 && status < 400;
  const isUnread = $fault === undefined && status !== undefined;
  return isRedirect ||
    isUnread ||
    (isEmpty && Number(status) < 500) ||
    thrown instanceof SyntaxError
    ? { status, fault: pageOf($responseBodyText, status, values) }
    : undefined;
}

/** What an error page says, if the response is one. A successful response is never quoted: it has values. */
function pageOf(
  text: unknown,
  status: number | undefined,
  values: KnownValues,
): string | undefined {
  if (typeof text !== 'string' || status === undefined || status < 400) return undefined;
  const shown = values.redact(text.slice(0, 4_000));
  const words = shown === undefined ? undefined : firstWords(shown);
  return words === undefined ? undefined : `it does not come from AWS, and begins with "${words}"`;
}

function kebab(name: string): string {
  return name
    .replace(/Exception$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}
