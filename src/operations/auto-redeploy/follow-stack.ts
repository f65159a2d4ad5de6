import type { CloudFormation, Stack, StackEvent } from '../../aws/cloudformation.ts';
import { CliError, exitCodes, isPassing } from '../../errors.ts';
import type { Clock } from '../../world.ts';
import type { OnProgress } from '../progress.ts';
import { untilInterrupted } from '../until-interrupted.ts';

/** How a stack is followed. */
export interface Following {
  clock: Clock;
  interrupted: AbortSignal;
  onProgress: OnProgress;
}

/** An operation of CloudFormation on a stack. */
export interface StackOperation {
  stackId: string;
  /** What is done, for people: `creating the stack NAME`. */
  step: string;
  /** How many resources it changes, if known. */
  total?: number | undefined;
  /** ID of the newest event before it began. */
  after: string | undefined;
  /** The change set that is executed: an earlier state of the stack does not count. */
  changeSetId?: string | undefined;
}

/**
 * Waits until CloudFormation has completed an operation, and returns the stack; undefined if it no
 * longer exists. Throws Interrupted if the user interrupts; the operation then continues.
 */
export async function followStack(
  cloudFormation: CloudFormation,
  { stackId, step, total, after, changeSetId }: StackOperation,
  { clock, interrupted, onProgress }: Following,
): Promise<Stack | undefined> {
  const look = async (): Promise<Stack | undefined | 'under-way'> => {
    const [stack, events] = [
      await cloudFormation.stack(stackId),
      await cloudFormation.events(stackId, after),
    ];
    const done = new Set(events.filter(isDone).map(({ logicalId }) => logicalId)).size;
    onProgress({ step, done, ...(total !== undefined && { total }) });
    if (!stack || stack.status === 'DELETE_COMPLETE') return undefined;
    const isOlder =
      changeSetId !== undefined &&
      stack.changeSetId !== undefined &&
      stack.changeSetId !== changeSetId;
    return isOlder || isUnderWay(stack.status) ? 'under-way' : stack;
  };
  const hint = 'ecs-secrets auto-redeploy status shows its state';
  let failures = 0;
  for (;;) {
    const message = `interrupted while ${step}; CloudFormation continues`;
    try {
      const seen = await untilInterrupted(look(), interrupted, message, hint);
      if (seen !== 'under-way') return seen;
      failures = 0;
    } catch (error) {
      failures += 1;
      if (interrupted.aborted || !isPassing(error) || failures >= mostFailures) throw error;
    }
    await clock.sleep(pause, interrupted);
  }
}

/** Whether CloudFormation is changing a stack with this status. */
export function isUnderWay(status: string): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}

/**
 * The error for an operation that failed, with the reasons that CloudFormation gives for each
 * resource. `what` is what was not done: `the stack NAME was not created`.
 */
export async function stackFailure(
  cloudFormation: CloudFormation,
  what: string,
  stack: Stack,
  after: string | undefined,
): Promise<CliError> {
  const reasons = reasonsOf(await cloudFormation.events(stack.id, after));
  return new CliError(
    'stack-failed',
    [`${what} (${stack.status})`, ...reasons.map((reason) => `  ${reason}`)].join('\n'),
    {
      hint: 'fix the cause, then run the command again',
      exitCode: exitCodes.rolloutFailed,
    },
  );
}

// --- internal ---

/** Milliseconds. */
const pause = 2_000;

/** Looks in a row that may fail: each was retried by the SDK before. */
const mostFailures = 10;

/** Whether an event says that a resource is done; the stack has events of its own. */
function isDone({ status, type }: StackEvent): boolean {
  return /^(CREATE|UPDATE|DELETE)_COMPLETE$/.test(status) && type !== 'AWS::CloudFormation::Stack';
}

/** In the order in which they happened; a resource that was only cancelled says nothing. */
function reasonsOf(events: readonly StackEvent[]): string[] {
  const reasons = [...events]
    .reverse()
    .filter(
      ({ status, reason }) =>
        status.endsWith('_FAILED') &&
        reason !== undefined &&
        !/^Resource (creation|update) cancelled/i.test(reason),
    )
    .map(({ logicalId, type, reason = '' }) => `${logicalId} (${type}): ${reason}`);
  return [...new Set(reasons)];
}
