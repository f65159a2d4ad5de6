import type { Aws } from '../../aws/index.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { noneFound, numberOf, revisionArns } from './list-revisions.ts';
import type { Candidate, Watch } from './retire-revisions.ts';
import { revisionUsers, usersOf, type RevisionUser } from './revision-users.ts';

/** A revision that is older than those to keep. */
export interface OlderRevision extends Candidate {
  /** What uses it, so that it is kept. */
  users: readonly RevisionUser[];
}

/** What would be retired of a family. */
export interface KeepPlan {
  /** Newest first. */
  older: OlderRevision[];
  /** Possible users that could not be checked, e.g. `EventBridge rules (…)`. */
  unchecked: string[];
}

/**
 * The revisions of a family that are older than its newest `keep` ACTIVE ones: the ACTIVE ones, and
 * with `deletion` the INACTIVE ones too. If there are no more than `keep`, none is older. Throws
 * CliError `task-definition-not-found`, and Interrupted.
 */
export async function planKeep(
  aws: Aws,
  family: string,
  { keep, deletion }: { keep: number; deletion: boolean },
  { interrupted, onProgress }: Watch,
): Promise<KeepPlan> {
  const plan = async (): Promise<KeepPlan> => {
    const active = await revisionArns(aws, 'ACTIVE', family);
    if (active.length === 0) {
      throw noneFound(family, (await revisionArns(aws, 'INACTIVE', family)).length);
    }
    const oldestKept = numberOf(active[keep - 1] ?? '');
    const older = active.slice(keep).map((arn) => ({ arn, status: 'ACTIVE' }));
    if (deletion) {
      const inactive = await revisionArns(aws, 'INACTIVE', family);
      const arns = inactive.filter((arn) => numberOf(arn) < oldestKept);
      older.push(...arns.map((arn) => ({ arn, status: 'INACTIVE' })));
      older.sort((a, b) => numberOf(b.arn) - numberOf(a.arn));
    }
    if (older.length === 0) return { older: [], unchecked: [] };
    const found = await revisionUsers(aws, onProgress);
    return {
      older: older.map((one) => ({ ...one, users: usersOf(found, one.arn) })),
      unchecked: found.unchecked,
    };
  };
  return untilInterrupted(plan(), interrupted, 'interrupted; nothing was done');
}
