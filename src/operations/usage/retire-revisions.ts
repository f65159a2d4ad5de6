import type { Aws } from '../../aws/index.ts';
import { Interrupted } from '../../errors.ts';
import { batches } from '../../model/batches.ts';
import type { OnProgress } from '../progress.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { usersOf, type RevisionUser, type RevisionUsers } from './revision-users.ts';

/** A revision to deregister. */
export interface Candidate {
  arn: string;
  /** `ACTIVE` or `INACTIVE`. */
  status: string;
}

/** What became of revisions. */
export interface Retired {
  /** ARNs of the revisions that are now INACTIVE, including those that already were. */
  deregistered: string[];
  deleted: string[];
  /** Revisions that could not be deleted. */
  failed: { arn: string; reason: string }[];
  /** Revisions that were left because something has begun to use them. */
  inUse: { arn: string; users: readonly RevisionUser[] }[];
}

/** No result yet. */
export function nothingRetired(): Retired {
  return { deregistered: [], deleted: [], failed: [], inUse: [] };
}

/** How to watch and stop a long step. */
export interface Watch {
  interrupted: AbortSignal;
  onProgress: OnProgress;
}

/** How to deregister revisions. */
export interface Retirement {
  /** Whether to delete them too. */
  deletion: boolean;
  /** Looks for users again. An error ends the work. */
  look: () => Promise<RevisionUsers>;
}

/**
 * Deregisters revisions, and with `deletion` deletes them: 20 at a time, each time after another
 * look for users. Records each result in `retired`, even if a later call fails. Ends early if
 * interrupted.
 */
export async function retire(
  aws: Aws,
  revisions: readonly Candidate[],
  { deletion, look }: Retirement,
  { deregistered, deleted, failed, inUse }: Retired,
  { interrupted, onProgress }: Watch,
): Promise<void> {
  const ecs = await aws.ecs();
  const total = revisions.length;
  for (const some of batches(revisions, atOnce)) {
    const found = await unlessInterrupted(look, interrupted);
    if (!found) return;
    const free: string[] = [];
    for (const { arn, status } of some) {
      if (interrupted.aborted) return;
      const users = usersOf(found, arn);
      if (users.length > 0) {
        inUse.push({ arn, users });
        continue;
      }
      if (status === 'ACTIVE') await ecs.deregister(arn);
      free.push(arn);
      deregistered.push(arn);
      onProgress({ step: 'deregistering old revisions', done: deregistered.length, total });
    }
    for (const arns of deletion ? batches(free, deletedAtOnce) : []) {
      if (interrupted.aborted) return;
      failed.push(...(await ecs.deleteRevisions(arns)));
      deleted.push(...arns.filter((arn) => !failed.some((one) => one.arn === arn)));
      onProgress({ step: 'deleting old revisions', done: deleted.length, total });
    }
  }
}

// --- internal ---

/** ECS allows 20 calls of DeregisterTaskDefinition at once, and 1 per second after that. */
const atOnce = 20;

/** Maximum revisions per call (ECS API reference, DeleteTaskDefinitions). */
const deletedAtOnce = 10;

/** Undefined if interrupted. */
async function unlessInterrupted<T>(
  call: () => Promise<T>,
  interrupted: AbortSignal,
): Promise<T | undefined> {
  if (interrupted.aborted) return undefined;
  try {
    return await untilInterrupted(call(), interrupted);
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  }
}
