import { isWrite } from './journal.ts';
import type { Attempts } from './retries.ts';
import { throttling } from './translate-error.ts';

/** Whether the SDK may repeat an action whose answer got lost: it has the same effect twice. */
export function isRepeatable(action: string): boolean {
  return !notRepeatable.has(action);
}

/** Hides an error from the SDK's retries, which look at its class, its members and its cause. */
export class Unrepeated extends Error {
  readonly original: unknown;

  constructor(original: unknown) {
    super('not to be repeated');
    this.original = original;
  }
}

/** Whether an error, `Unrepeated` or not, says that calls come too fast. */
export function isThrottled(thrown: unknown): boolean {
  const { name } = originalOf(thrown);
  return throttling.has(name) && !busy.has(name);
}

/**
 * Makes a call, and makes it again where it was refused without being carried out, or where it may be
 * carried out twice and its answer could not be read. Throws the error of the last attempt as it came from
 * the SDK. `codeOf` is the code of its translation.
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
      // What the SDK may repeat it has repeated by now.
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
 * Calls that have another effect each time they are made: PutParameter with Overwrite stores one more
 * version, and a whole policy written once more undoes what someone else wrote after the first time. Or
 * their repetition is refused, as someone else's would be: what was created is there already, what was
 * deleted is not there.
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

/** Each forces one more deployment. The SDK repeats it where it was hardly carried out. */
const seldomRepeated = 'ecs:UpdateService';

/** How often a call is repeated that ended with an error of this code. */
function mostRepeats(action: string, code: string): number {
  if (!isRepeatable(action) || action === seldomRepeated) return 0;
  if (code === 'unreadable-answer') return 2;
  // Of a read that is slow the user is told soon; a write had better be known.
  return code === 'request-timeout' && isWrite(action) ? 1 : 0;
}

/**
 * Errors by which a service asks to come again because someone else is changing the same thing; the
 * SDK does not try them again (PutParameter and IAM API references).
 */
const busy = new Set(['TooManyUpdates', 'ConcurrentModificationException']);
