import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from '@smithy/types';
import type { Settings } from '../access/settings.ts';

/** The maximum number of attempts of a call, including the first. */
export interface Attempts {
  /** If AWS throttles it. */
  throttled: number;
  /**
   * If AWS throttles a write that is not retried for any other reason: the pacer still learns its
   * rate.
   */
  throttledWrite: number;
  /** If it fails for another transient reason: the network, a service error. */
  failed: number;
}

/**
 * The attempts from the settings: a number applies to everything. Without one, it depends on the
 * retry mode ("Retry behavior" in the AWS SDKs and Tools guide), and without a mode it is enough
 * for 30% throttled calls.
 */
export function attemptsOf({ maxAttempts, retryMode }: Settings): Attempts {
  const given = maxAttempts?.value ?? (retryMode && ofModes[retryMode.value]);
  return given === undefined
    ? { throttled: 12, throttledWrite: 20, failed: 5 }
    : { throttled: given, throttledWrite: given, failed: given };
}

/** The retry settings of a client. `cutOff` ends the pauses. */
export function retrySettings(settings: Settings, cutOff: AbortSignal | undefined) {
  const attempts = attemptsOf(settings);
  const maxAttempts = attempts.throttled;
  return settings.retryMode?.value === 'adaptive'
    ? { retryMode: 'adaptive', maxAttempts }
    : { retryStrategy: createRetries(attempts, cutOff), maxAttempts };
}

/**
 * Retries calls that were throttled or failed for a transient reason, after a random pause of up to
 * 100 ms that doubles each time, up to 5 seconds ("full jitter"). It has no retry budget: that of
 * the SDK's standard mode aborts long commands with many calls, and the rate limiter of its
 * adaptive mode drops to one call every 2 seconds after the first throttled one. The pacer controls
 * the rates.
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

/** The SDK for JavaScript has no legacy mode; that of the AWS CLI makes 5 attempts. */
const ofModes: Readonly<Record<string, number>> = { legacy: 5, standard: 3, adaptive: 3 };

/** Milliseconds. */
const firstPause = 100;
const longestPause = 5_000;

interface Token extends RetryToken {
  /** Attempts that failed for a reason other than the rate. */
  failures: number;
}

function tokenOf(count: number, failures: number): Token {
  // The pause is over when a token is returned.
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

/** Rejects if calls are aborted meanwhile; calls made after that have their normal pauses. */
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
