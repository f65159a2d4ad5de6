import type { Context, Result } from '../../cli.ts';
import { CliError } from '../../errors.ts';
import { oldRevisions, type OldRevision } from '../../operations/plaintext/old-revisions.ts';
import { nothingRetired, type Retired } from '../../operations/usage/retire-revisions.ts';
import { userWords } from '../../operations/usage/revision-users.ts';
import { confirmed } from '../confirm.ts';
import { withProgress } from '../progress.ts';
import { notChecked, retireUnused } from '../usage/retirement.ts';
import { lastPart } from '../../model/last-part.ts';
import { commandLine } from '../../model/shell.ts';
import type { MigrateDocument } from './documents.ts';

/** What to do with older revisions. */
export interface OldChoice {
  family: string;
  /** ARN of the registered revision; it is kept. */
  latest: string | undefined;
  deregister: boolean;
  deletion: boolean;
  /** Proceed even if some possible users of the revisions could not be checked. */
  force: boolean;
}

/**
 * Adds to the result of a migration the older revisions that still contain the values, and on
 * request retires those that nothing runs. The migration is complete by then, so an error here must
 * not hide it: it becomes the `failure` of the result.
 */
export async function withOldRevisions(
  context: Context,
  choice: OldChoice,
  result: Result<MigrateDocument>,
): Promise<Result<MigrateDocument>> {
  const told: { old: OldRevision[]; retired: Retired } = {
    old: [],
    retired: nothingRetired(),
  };
  let failure: CliError | undefined;
  try {
    await retireOld(context, choice, told);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    failure = error;
  }
  const { old, retired } = told;
  const lines = old.map((one) => {
    const what = stateOf(one, retired, choice);
    return `${nameOf(one)} still holds ${one.variables.join(', ')}: ${what}`;
  });
  const isRetired = ({ arn }: OldRevision): boolean =>
    (choice.deletion ? retired.deleted : retired.deregistered).includes(arn);
  return {
    ...result,
    data: {
      ...result.data,
      oldRevisions: old.map((one) => ({ ...one, retired: isRetired(one) })),
    },
    text: [result.text, ...lines].join('\n'),
    failure,
  };
}

// --- internal ---

async function retireOld(
  context: Context,
  { family, latest, deregister, deletion, force }: OldChoice,
  told: { old: OldRevision[]; retired: Retired },
): Promise<void> {
  const { aws, report, world } = context;
  const { interrupted } = world;
  const { revisions, unchecked } = await withProgress(context, (onProgress) =>
    oldRevisions(aws, family, latest, { interrupted, onProgress }),
  );
  told.old = revisions;
  for (const what of unchecked) report.warn(`not checked: ${what}`);
  if (revisions.some(({ users }) => users.some((user) => /^(rule|schedule) /.test(user)))) {
    const command = commandLine(['ecs-secrets', 'register', family, '--schedules']);
    report.note(`to make rules and schedules run the latest revision: ${command}`);
  }
  const free = revisions.filter(({ users }) => users.length === 0);
  if (free.length === 0 || (!deregister && !deletion)) return;
  const [verb, done] = deletion ? ['Delete', 'deleted'] : ['Deregister', 'deregistered'];
  if (unchecked.length > 0 && !force) {
    throw notChecked(`no old revision was ${done}`);
  }
  const some = free.slice(0, 10).map(nameOf).join(', ');
  const names = free.length > 10 ? `${some} and ${free.length - 10} more` : some;
  await confirmed(context, `${verb} ${names}?`, `no old revision was ${done}`);
  await retireUnused(context, free, { deletion, force }, told.retired);
}

function nameOf({ arn }: OldRevision): string {
  return lastPart(arn);
}

function stateOf(one: OldRevision, retired: Retired, choice: OldChoice): string {
  if (retired.deleted.includes(one.arn)) return 'deleted';
  if (retired.deregistered.includes(one.arn)) return 'deregistered';
  const { users = [] } = retired.inUse.find(({ arn }) => arn === one.arn) ?? {};
  const all = [...one.users, ...users.map(userWords)];
  if (all.length > 0) return `used by ${all.join(', ')}`;
  return choice.deregister || choice.deletion
    ? 'nothing found that runs it'
    : 'nothing found that runs it; --deregister-old or --delete-old retires it';
}
