import { isWrite } from './journal.ts';
import type { Attempts } from './retries.ts';
import { throttling } from './translate-error.ts';

/** Whether the SDK may retry an action whose answer was lost: it is idempotent. */
export function isRepeatable(action: string): boolean {
  return !notRepeatable.has(action);
}

/** Hides an error from the SDK's retries, which check its class, its members and its cause. */
export class Unrepeated extends Error {
  readonly original: unknown;

  constructor(original: unknown) {
    super('not to be repeated');
    this.original = original;
  }
}

/** Whether an error, `Unrepeated` or not, means throttling. */
export function isThrottled(thrown: unknown): boolean {
  const { name } = originalOf(thrown);
  return throttling.has(name) && !busy.has(name);
}

/**
 * Makes a call, and retries it if it was refused without an effect, or if it is idempotent and its
 * answer could not be read. Throws the error of the last attempt as thrown by the SDK. `codeOf`
 * returns the code of its translation.
 */
export async function again<T>(
  action: string,
  call: () => Promise<T>,
  { attempts, codeOf }: { attempts: Attempts; codeOf: (error: unknown) => string },
): Promise<T> {
  let conflicts = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (thrown) {
      const error = originalOf(thrown);
      const isBusy = busy.has(error.name);
      if (isBusy) conflicts += 1;
      // The SDK has already retried everything that it may retry.
      const isRefused = isThrottled(error) && thrown instanceof Unrepeated;
      const isUnread = attempt <= mostRepeats(action, codeOf(error));
      const isOver = isBusy
        ? conflicts >= Math.min(5, attempts.failed)
        : attempt >= (isRefused ? attempts.throttledWrite : attempts.failed);
      if (isOver || !(isBusy || isRefused || isUnread)) throw error;
      const pause = isBusy ? 200 * conflicts : 50 * attempt;
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
    }
  }
}

// --- internal ---

function originalOf(thrown: unknown): Error {
  return (thrown instanceof Unrepeated ? thrown.original : thrown) as Error;
}

/**
 * Calls that are not idempotent. PutParameter with Overwrite stores another version, and rewriting
 * a whole policy undoes later changes by others. Or their retry is refused like that of another
 * caller: what was created exists already, what was deleted does not exist.
 */
const notRepeatable = new Set([
  'ssm:PutParameter',
  'ssm:DeleteParameters',
  'secretsmanager:DeleteSecret',
  'iam:CreateRole',
  'iam:CreatePolicy',
  'iam:PutRolePolicy',
  'iam:UpdateAssumeRolePolicy',
  'iam:CreatePolicyVersion',
  'ecs:RegisterTaskDefinition',
]);

/** Each call forces another deployment. The SDK retries it if it was probably not performed. */
const seldomRepeated = 'ecs:UpdateService';

/** How often to retry a call that ended with an error of this code. */
function mostRepeats(action: string, code: string): number {
  if (!isRepeatable(action) || action === seldomRepeated) return 0;
  if (code === 'unreadable-answer') return 2;
  // A slow read is reported soon; for a write, the result is more important.
  return code === 'request-timeout' && isWrite(action) ? 1 : 0;
}

/**
 * Errors that ask for a retry because someone else is changing the same resource; the SDK does not
 * retry them (PutParameter and IAM API references).
 */
const busy = new Set(['TooManyUpdates', 'ConcurrentModificationException']);
