import { isWrite } from './journal.ts';
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

/**
 * Makes a call, and makes it again where it was refused without being carried out, or where it may be
 * carried out twice and its answer could not be read. Throws the error of the last attempt as it came from
 * the SDK. `codeOf` is the code of its translation.
 */
export async function again<T>(
  action: string,
  call: () => Promise<T>,
  {
    answered,
    codeOf,
  }: { answered: (throttled: boolean) => void; codeOf: (error: unknown) => string },
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
      const isUnread = attempt <= mostRepeats(action, codeOf(error));
      const isRefused = busy.has(name) || (throttled && thrown instanceof Unrepeated);
      if (!(isRefused || isUnread) || conflicts === 5 || attempt === 20) throw error;
      const pause = busy.has(name) ? 200 * conflicts : 50 * attempt;
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
    }
  }
}

// --- internal ---

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
