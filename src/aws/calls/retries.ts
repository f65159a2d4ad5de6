import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from '@smithy/types';
import type { Settings } from '../access/settings.ts';

/** How often a call is made at most, the first time included. */
export interface Attempts {
  /** Where AWS throttles it. */
  throttled: number;
  /** Where AWS throttles a write that is not repeated for any other reason: the pacer still learns its rate. */
  throttledWrite: number;
  /** Where it fails for another reason that may pass: the network, an error of the service. */
  failed: number;
}

/**
 * What the settings say: a number counts for everything. Without one it is that of the retry mode ("Retry
 * behavior" of the AWS SDKs and Tools guide), and without a mode enough to outlast 30 % throttled calls.
 */
export function attemptsOf({ maxAttempts, retryMode }: Settings): Attempts {
  const given = maxAttempts?.value ?? (retryMode && ofModes[retryMode.value]);
  return given === undefined
    ? { throttled: 12, throttledWrite: 20, failed: 5 }
    : { throttled: given, throttledWrite: given, failed: given };
}

/** The settings of a client about retries. `cutOff` ends the pauses. */
export function retrySettings(settings: Settings, cutOff: AbortSignal | undefined) {
  const attempts = attemptsOf(settings);
  const maxAttempts = attempts.throttled;
  return settings.retryMode?.value === 'adaptive'
    ? { retryMode: 'adaptive', maxAttempts }
    : { retryStrategy: createRetries(attempts, cutOff), maxAttempts };
}

/**
 * Repeats calls that were throttled or failed for a reason that may pass, after a pause by chance of up to 100 ms
 * that doubles each time, 5 seconds at most ("full jitter"). It has no budget for retries: that of the SDK's
 * standard mode ends long commands of many calls, and the rate limiter of its adaptive mode falls to a
 * call every two seconds at the first throttled one. The rates are the pacer's business.
 */
export function createRetries(
  { throttled, failed }: Attempts,
  cutOff: AbortSignal | undefined,
): RetryStrategyV2 {
  return {
    acquireInitialRetryToken: () => Promise.resolve(tokenOf(0, 0)),

    async refreshRetryTokenForRetry(token, info) {
      const { errorType } = info;
      const isThrottled = errorType === 'THROTTLING';
      const count = token.getRetryCount() + 1;
      const failures = (token as Token).failures + (isThrottled ? 0 : 1);
      const isPassing = isThrottled || errorType === 'TRANSIENT';
      if (!isPassing || count >= Math.max(throttled, failed) || failures >= failed) throw refused();
      await pause(pauseBefore(count, info), cutOff);
      return tokenOf(count, failures);
    },

    recordSuccess: () => undefined,
  };
}

// --- internal ---

/** The SDK for JavaScript has no legacy mode; that of the AWS CLI makes five attempts. */
const ofModes: Readonly<Record<string, number>> = { legacy: 5, standard: 3, adaptive: 3 };

/** Milliseconds. */
const firstPause = 100;
const longestPause = 5_000;

interface Token extends RetryToken {
  /** Attempts that failed for another reason than the rate. */
  failures: number;
}

function tokenOf(count: number, failures: number): Token {
  // The pause is over when a token is given.
  return { failures, getRetryCount: () => count, getRetryDelay: () => 0 };
}

/** The SDK then throws the error of the call. */
function refused(): Error {
  return new Error('no further attempt');
}

function pauseBefore(count: number, { retryAfterHint }: RetryErrorInfo): number {
  const pause = Math.random() * Math.min(longestPause, firstPause * 2 ** (count - 1));
  const asked = retryAfterHint ? retryAfterHint.getTime() - Date.now() : 0;
  return Math.max(pause, Math.min(asked, longestPause));
}

/** Rejects where calls are cut off meanwhile; what is still done after that has its pauses. */
async function pause(milliseconds: number, cutOff: AbortSignal | undefined): Promise<void> {
  const isOver = cutOff?.aborted ?? true;
  await new Promise<void>((resolve, reject) => {
    const onCutOff = (): void => {
      clearTimeout(timer);
      reject(refused());
    };
    const timer = setTimeout(() => {
      cutOff?.removeEventListener('abort', onCutOff);
      resolve();
    }, milliseconds);
    if (!isOver) cutOff?.addEventListener('abort', onCutOff, { once: true });
  });
}
