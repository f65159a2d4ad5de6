import type { Context } from '../../cli.ts';
import { CliError, Interrupted } from '../../errors.ts';
import { lastPart } from '../../model/last-part.ts';
import { retire, type Candidate, type Retired } from '../../operations/usage/retire-revisions.ts';
import { revisionUsers, userWords } from '../../operations/usage/revision-users.ts';
import { withProgress } from '../progress.ts';

/** How to retire revisions. */
export interface RetirementChoice {
  /** Whether to delete them too. */
  deletion: boolean;
  /** Proceed even if some possible users of the revisions could not be checked. */
  force: boolean;
}

/**
 * Retires revisions that nothing uses, after the user has confirmed it, and records in `retired`
 * what was done. Throws CliError `not-checked` if a possible user cannot be checked any more, and
 * Interrupted with how many were retired.
 */
export async function retireUnused(
  context: Context,
  free: readonly Candidate[],
  { deletion, force }: RetirementChoice,
  retired: Retired,
): Promise<void> {
  const { aws, report, world } = context;
  const { interrupted } = world;
  const { deregistered, deleted, failed, inUse } = retired;
  const counts = (): string =>
    [
      `${deregistered.length} of ${free.length} old revisions were deregistered`,
      ...(deletion ? [`${deleted.length} deleted`] : []),
    ].join(', ');
  const stopped = (why: string): Interrupted =>
    new Interrupted(`${why}; ${counts()}`, 'run the command again to retire the rest');
  await withProgress(context, (onProgress) =>
    retire(
      aws,
      free,
      {
        deletion,
        look: async () => {
          const found = await revisionUsers(aws, onProgress);
          if (found.unchecked.length === 0 || force) return found;
          for (const what of found.unchecked) report.warn(`not checked: ${what}`);
          throw notChecked(counts());
        },
      },
      retired,
      { interrupted, onProgress },
    ),
  ).catch((error: unknown) => {
    // The call that was cut off may have been carried out.
    throw error instanceof Interrupted ? stopped(error.message) : error;
  });
  for (const { arn, users } of inUse) {
    report.warn(`${lastPart(arn)} was left: it is now used by ${users.map(userWords).join(', ')}`);
  }
  for (const { arn, reason } of failed) report.warn(`${arn} was not deleted: ${reason}`);
  const settled = deletion ? deleted.length + failed.length : deregistered.length;
  if (settled + inUse.length === free.length) return;
  throw stopped('interrupted');
}

/** The error if possible users of revisions could not be checked. `done` says what was done. */
export function notChecked(done: string): CliError {
  return new CliError(
    'not-checked',
    `${done}, because something that could not be checked may use a revision`,
    { hint: "add what is missing to the caller's policy; --force relies on the rest" },
  );
}
