import type { Aws } from '../../aws/index.ts';
import type { Role } from '../../aws/iam.ts';
import { CliError, isAwsError, isUncertain } from '../../errors.ts';
import { notGranted } from '../../model/roles/parse-execution-policy.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import { samePolicy } from '../../model/roles/policy.ts';
import { trustDecision } from '../../model/roles/trust.ts';
import type { Clock } from '../../world.ts';
import { ahead } from '../ahead.ts';
import { planRole, type RolePlan } from './role-plan.ts';
import type { RoleChange, RoleLoss, RoleRequest } from './role-request.ts';
import { documentsInForce, readRoleState, type RoleState } from './role-state.ts';
import { Overtaken, type Step } from './role-steps.ts';

export type { RoleChange, RoleLoss, RoleRequest } from './role-request.ts';

/** What a role is now, and what was done. */
export interface RoleOutcome extends Omit<RolePlan, 'steps' | 'loss'> {
  name: string;
  /** Undefined when the role would be created. */
  arn: string | undefined;
  changes: RoleChange[];
}

/**
 * Creates the execution role, or adds to it what it lacks, or with `exact` brings it to exactly the
 * requested state; says what changed. Every step compares first, so a second run, or one after a crash,
 * does what is left; what is new is granted before what is old goes. Throws InvalidInput when the policy
 * is too large, CliError when the role serves something else or others keep changing it.
 *
 * Several runs may change one role at the same time. IAM has no write that fails when someone else
 * wrote in between (PutRolePolicy has no condition). So each run reads a document once more right before
 * it replaces it; and after its last write it reads the role again, at random moments of the next
 * seconds, until two reads in a row have all that it needs. What is missing then is added to what is
 * there and to all that was seen before. Reads of IAM may lag: a state that was seen already must not be
 * taken for a loss at once, so it has to show twice.
 *
 * What remains possible: someone else reads the role before our write and writes later than our last
 * look (a call that hangs for seconds): our grants are gone then, though we said that they are there. Or
 * four reads in a row lag, and what someone else added meanwhile is not in what we write. `role check`
 * finds either, and a second run grants it again.
 *
 * `reading`: a read of the role that began already.
 */
export async function ensureRole(
  aws: Aws,
  asked: RoleRequest,
  clock: Clock,
  reading?: Promise<Role | undefined>,
): Promise<RoleOutcome> {
  const { name, dryRun, exact } = asked;
  const iam = await aws.iam();
  let first: Promise<Role | undefined> | undefined = reading ?? ahead(iam.role(name));
  const here = await aws.caller();
  const loose = asked.oversize === 'split' ? 'required' : exact ? 'if-allowed' : 'no';
  const where = { name, path: asked.path, loose } as const;
  const onWait = (): void => {
    tellWait(asked);
  };
  const read = (): Promise<RoleState> =>
    untilVisible(
      () => {
        const known = first;
        first = undefined;
        return readRoleState(iam, here, where, known);
      },
      clock,
      onWait,
    );
  const changes: RoleChange[] = [];
  const seen: unknown[] = [];
  // What is to go must not come back for having been there before.
  const earlier = exact ? [] : seen;
  const agree = onceAgreed(asked);
  let arn: string | undefined;
  let unsure: Step | undefined;
  let overwrote = false;
  for (let round = 1; ; round += 1) {
    // Told once is enough.
    const request = round === 1 ? asked : { ...asked, onWarning: ignore, onCompact: ignore };
    const state = await read();
    const { steps, loss, ...plan } = await planRole(iam, here, request, state, { earlier, clock });
    seen.push(...documentsInForce(state));
    if (loss) await agree(loss);
    arn = state.role?.arn ?? arn;
    if (unsure && !steps.some((step) => isSameStep(step, unsure))) changes.push(changeOf(unsure));
    if (dryRun) return { ...plan, name, arn, changes: steps.map(changeOf) };

    const { done, stopped, ...made } = await carryOut(steps, clock, onWait);
    arn = made.arn ?? arn;
    // When the plan is made again after a lost answer, it repeats what was reported with that step.
    const told = unsure ? [...changes] : [];
    changes.push(...done.map(changeOf).map((change) => withoutTold(change, told)));
    // Whether a write whose answer is lost was made shows when the role is read again.
    unsure = isUncertain(stopped) ? steps[done.length] : undefined;
    overwrote ||= [...done, unsure].some((step) => step?.overwrites);
    if (!stopped && (!overwrote || (await stays(read, here, asked, seen, clock)))) {
      return { ...plan, name, arn, changes };
    }
    if (round === mostRounds) {
      throw stopped && !(stopped instanceof Overtaken) ? stopped : keepsChanging(name);
    }
    if (stopped) await pause(clock, 50, 250);
  }
}

// --- internal ---

/** How often what someone else overwrote is added again. */
const mostRounds = 10;

const ignore = (): void => undefined;

function tellWait({ onProgress }: RoleRequest): void {
  onProgress?.({ step: 'waiting for IAM to show what was written' });
}

function changeOf({ run: _run, overwrites: _overwrites, ...change }: Step): RoleChange {
  return change;
}

/** Whether two steps concern the same object; a document that exists in the meantime is replaced. */
function isSameStep(one: Step, other: Step | undefined): boolean {
  const kind = (step: Step | undefined): string | undefined =>
    step?.what.replace(/^(add|replace) /, 'write ');
  return one.detail === other?.detail && kind(one) === kind(other);
}

/** A change without the grants, revocations and denials that were already reported. */
function withoutTold(change: RoleChange, earlier: readonly RoleChange[]): RoleChange {
  const { what, detail, ...rest } = change;
  const kinds = ['grants', 'revokes', 'denials'] as const;
  const left = Object.fromEntries(
    kinds.flatMap((kind) => {
      const told = new Set(earlier.flatMap((one) => one[kind] ?? []));
      const items = rest[kind];
      return items ? [[kind, items.filter((item) => !told.has(item))]] : [];
    }),
  );
  const isEmpty = Object.values(left).every((items) => items.length === 0);
  return earlier.length > 0 && isEmpty ? { what, detail } : { what, detail, ...left };
}

/** Asks for consent to what goes, and when it comes to that again only sees that it is nothing more. */
function onceAgreed({ name, onLoss }: RoleRequest): (loss: RoleLoss) => Promise<void> {
  let agreed: string[] | undefined;
  return async (loss) => {
    const items = loss.changes.flatMap(({ what, detail, revokes = [], denials = [] }) =>
      revokes.length + denials.length > 0 ? [...revokes, ...denials] : [`${what} ${detail}`],
    );
    if (!agreed) {
      await onLoss(loss);
      agreed = items;
    }
    if (items.some((item) => !agreed?.includes(item))) throw keepsChanging(name);
  };
}

/** Carries out steps; `stopped` is why one found that the role has to be read again. */
async function carryOut(
  steps: readonly Step[],
  clock: Clock,
  onWait: () => void,
): Promise<{ done: Step[]; stopped: Error | undefined; arn: string | undefined }> {
  const done: Step[] = [];
  let arn: string | undefined;
  for (const step of steps) {
    try {
      arn = (await untilVisible(step.run, clock, onWait)) ?? arn;
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      return { done, stopped: error, arn };
    }
    done.push(step);
  }
  return { done, stopped: undefined, arn };
}

function isOvertaken(error: unknown): error is Error {
  return (
    error instanceof Overtaken ||
    isAwsError(error, 'EntityAlreadyExistsException') ||
    isUncertain(error)
  );
}

/** A role just created is not seen by every part of IAM at once. */
async function untilVisible<T>(
  run: () => Promise<T>,
  clock: Clock,
  onWait: () => void,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt === 10 || !isAwsError(error, 'NoSuchEntityException')) throw error;
      onWait();
      await clock.sleep(1_000, new AbortController().signal);
    }
  }
}

/**
 * Whether a role has what is asked for in two looks in a row. It has not if it lacks something in two,
 * or in one that shows what was not there before: that is no old state.
 */
async function stays(
  read: () => Promise<RoleState>,
  here: Scope,
  request: RoleRequest,
  seen: unknown[],
  clock: Clock,
): Promise<boolean> {
  let [calm, lacking] = [0, 0];
  while (calm < 2 && lacking < 2) {
    tellWait(request);
    await pause(clock, 300, 1_000);
    const state = await read();
    const documents = documentsInForce(state);
    const isOld = documents.every((one) => seen.some((other) => samePolicy(one, other)));
    seen.push(...documents);
    const { secrets, files } = notGranted(request.grants, documents);
    const { role } = state;
    const isTrusted = role && trustDecision(role.trustPolicy, role.arn, here) === 'allowed';
    if (secrets.length + files.length === 0 && isTrusted) [calm, lacking] = [calm + 1, 0];
    else [calm, lacking] = [0, lacking + (isOld ? 1 : 2)];
  }
  return calm === 2;
}

/** At random, so that runs that came in step get out of it. */
function pause(clock: Clock, least: number, most: number): Promise<void> {
  return clock.sleep(least + Math.random() * (most - least), new AbortController().signal);
}

function keepsChanging(name: string): CliError {
  return new CliError(
    'concurrent-write',
    `the role ${name} is being changed by someone else at the same time`,
    { hint: 'run the command again: it completes what is left' },
  );
}
