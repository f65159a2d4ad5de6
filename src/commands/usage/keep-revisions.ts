import type { Context, Result } from '../../cli.ts';
import { CliError } from '../../errors.ts';
import { lastPart } from '../../model/last-part.ts';
import {
  planKeep,
  type KeepPlan,
  type OlderRevision,
} from '../../operations/usage/keep-revisions.ts';
import { numberOf } from '../../operations/usage/list-revisions.ts';
import { nothingRetired, type Retired } from '../../operations/usage/retire-revisions.ts';
import { userWords } from '../../operations/usage/revision-users.ts';
import { confirmed } from '../confirm.ts';
import { withProgress } from '../progress.ts';
import type { KeptRevisionsDocument, OlderRevisionDocument } from './documents.ts';
import { notChecked, retireUnused } from './retirement.ts';

/** What `revisions --keep` is to do. */
export interface KeepChoice {
  family: string;
  /** How many of the newest ACTIVE revisions to keep; at least 1. */
  keep: number;
  deletion: boolean;
  /** Proceed even if some possible users of the revisions could not be checked. */
  force: boolean;
  dryRun: boolean;
}

/**
 * Deregisters, after asking, the revisions of a family that are older than its newest ones and that
 * nothing uses. What was done is in the result, also if it ends early.
 */
export async function keepNewest(
  context: Context,
  choice: KeepChoice,
): Promise<Result<KeptRevisionsDocument>> {
  const { aws, report, world } = context;
  const { interrupted } = world;
  const { family, deletion, force, dryRun } = choice;
  const plan = await withProgress(context, (onProgress) =>
    planKeep(aws, family, choice, { interrupted, onProgress }),
  );
  for (const what of plan.unchecked) report.warn(`not checked: ${what}`);
  const free = plan.older.filter(({ users }) => users.length === 0);
  const retired = nothingRetired();
  if (free.length === 0) return resultOf(choice, plan, retired);
  const verb = deletion ? 'delete' : 'deregister';
  const isBlocked = plan.unchecked.length > 0 && !force;
  const blocked = isBlocked ? notChecked('nothing was done') : undefined;
  if (dryRun) return { ...resultOf(choice, plan, retired), failure: blocked };
  if (blocked) throw blocked;
  for (const line of linesOf(choice, plan, retired, `to ${verb}:`)) report.event(line);
  const many = free.length === 1 ? nameOf(free[0]) : `these ${free.length} revisions of ${family}`;
  await confirmed(context, `${deletion ? 'Delete' : 'Deregister'} ${many}?`);
  let failure: CliError | undefined;
  try {
    await retireUnused(context, free, { deletion, force }, retired);
    failure = notDeleted(retired);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    failure = error;
  }
  return { ...resultOf(choice, plan, retired), failure };
}

// --- internal ---

function nameOf(revision: { arn: string } | undefined): string {
  return lastPart(revision?.arn ?? '');
}

function notDeleted({ failed }: Retired): CliError | undefined {
  if (failed.length === 0) return undefined;
  const names = failed.map(nameOf).join(', ');
  return new CliError('not-deleted', `deregistered, but not deleted: ${names}`, {
    hint: 'run the command again to delete them',
  });
}

function resultOf(
  choice: KeepChoice,
  plan: KeepPlan,
  retired: Retired,
): Result<KeptRevisionsDocument> {
  const { family, keep, deletion, dryRun } = choice;
  const verb = deletion ? 'delete' : 'deregister';
  const lines = linesOf(choice, plan, retired, dryRun ? `would ${verb}` : undefined);
  return {
    data: {
      family,
      keep,
      dryRun,
      older: plan.older.map((one) => documentOf(one, choice, retired)),
      unchecked: plan.unchecked,
    },
    text: lines.join('\n'),
  };
}

/** What is planned, introduced by `planned`, or without it what was done. */
function linesOf(
  { family, keep, deletion }: KeepChoice,
  { older }: KeepPlan,
  { deregistered, deleted, inUse }: Retired,
  planned: string | undefined,
): string[] {
  const free = older.filter(({ users }) => users.length === 0).map(({ arn }) => arn);
  const onlyDeregistered = deregistered.filter((arn) => !deleted.includes(arn));
  const left = free.filter(
    (arn) => !deregistered.includes(arn) && !inUse.some((one) => one.arn === arn),
  );
  const sets: [string, string[]][] = planned
    ? [[planned, free]]
    : [
        ['deleted', deleted],
        ['deregistered', onlyDeregistered],
        ['left', left],
      ];
  const lines = sets.flatMap(([what, arns]) =>
    arns.length > 0 ? [`${what} ${ranges(arns)}`] : [],
  );
  const used = [...older.filter(({ users }) => users.length > 0), ...inUse];
  return [
    ...(lines.length > 0
      ? lines
      : [
          `nothing to ${deletion ? 'delete' : 'deregister'}: no unused revision of ${family} is older than the newest ${keep}`,
        ]),
    ...used.map(
      ({ arn, users }) => `kept ${lastPart(arn)}: used by ${users.map(userWords).join(', ')}`,
    ),
  ];
}

/** Revisions of one family, for people: `web:1-3, web:5 (4 revisions)`. */
function ranges(arns: readonly string[]): string {
  const numbers = arns.map(numberOf).sort((a, b) => a - b);
  const family = nameOf({ arn: arns[0] ?? '' }).replace(/:\d+$/, '');
  const runs: [first: number, last: number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  const words = runs.map(([first, last]) =>
    first === last ? `${family}:${first}` : `${family}:${first}-${last}`,
  );
  const count = numbers.length === 1 ? '' : ` (${numbers.length} revisions)`;
  return words.join(', ') + count;
}

function documentOf(
  { arn, status, users }: OlderRevision,
  { deletion, dryRun }: KeepChoice,
  { deregistered, deleted, failed, inUse }: Retired,
): OlderRevisionDocument {
  const now = [...users, ...(inUse.find((one) => one.arn === arn)?.users ?? [])];
  const outcome = (): OlderRevisionDocument['outcome'] => {
    if (now.length > 0) return 'in-use';
    if (dryRun) return deletion ? 'deleted' : 'deregistered';
    if (deleted.includes(arn)) return 'deleted';
    return deregistered.includes(arn) ? 'deregistered' : 'left';
  };
  const why = failed.find((one) => one.arn === arn)?.reason;
  return {
    ...{ arn, revision: numberOf(arn), status, users: now, outcome: outcome() },
    ...(why !== undefined && { why }),
  };
}
