import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, type Context, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { useWords } from '../../model/definitions/secret-uses.ts';
import type { ReferenceDifferences } from '../../model/definitions/reference-differences.ts';
import { lastPart } from '../../model/last-part.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import { shownName } from '../../model/secrets/shown-text.ts';
import { listRevisions, type ListedRevision } from '../../operations/usage/list-revisions.ts';
import { userWords, type RevisionUser } from '../../operations/usage/revision-users.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import { minute } from '../minute.ts';
import { withProgress } from '../progress.ts';
import { table, withWide } from '../table.ts';
import type { RevisionListDocument, RevisionsDocument } from './documents.ts';
import { keepNewest } from './keep-revisions.ts';
import { wholeNumber } from './service-options.ts';

/** `revisions FAMILY`: its revisions, what uses them, and what changed from one to the next. */
export const revisions = defineCommand({
  handlesInterrupt: true,

  callerPolicy: ({ keep }) => (keep === undefined ? undefined : 'revisions --keep'),

  declare: (command) =>
    withWide(
      command
        .addArgument(new Argument('<family>', 'name of the task definition, without a revision'))
        .option('--all', 'list INACTIVE revisions too')
        .option('--limit <n>', 'how many of the newest revisions to list', '20')
        .addOption(
          new Option(
            '--keep <n>',
            'deregister those older than the newest N that nothing uses (asks)',
          ).conflicts(['all', 'limit']),
        )
        .option('--delete', 'with --keep: delete them too, also those that are INACTIVE (asks)')
        .option('--force', 'with --keep: proceed even if not everything could be checked')
        .option('--dry-run', 'with --keep: print what would be deregistered, and do nothing'),
    ).addHelpText(
      'after',
      `
USED BY: services (all deployments and task sets), running tasks of no service, EventBridge rules,
schedules and CodeDeploy groups. CHANGES: references to secrets added (+), removed (-) or changed (~)
since the revision below, and changed images. SECRETS CHANGED: the secrets of the revision that last
changed after its registration, and before that of the revision above. Only the last change of a
secret is known. No value is read. Times are UTC.
--keep never deregisters a revision in use, and looks again before each 20. If something could not be
checked, it deregisters nothing (--force relies on the rest). If it stops, run it again. Step Functions,
AWS Batch and scripts that name a revision are not found.

Examples:
  $ ecs-secrets revisions web
  $ ecs-secrets revisions web --keep 10 --dry-run
  $ ecs-secrets revisions web --keep 10 --yes`,
    ),

  async run(context, [family], options): Promise<Result<RevisionsDocument>> {
    const problems = new Problems();
    problems.attempt(() => {
      checkFamily(family);
    });
    const limit = wholeNumber('--limit', options.limit, 1, problems);
    const { keep: written, all = false, wide } = options;
    const keep = written === undefined ? undefined : wholeNumber('--keep', written, 1, problems);
    problems.throwIfAny();
    const { delete: deletion = false, force = false, dryRun = false } = options;
    if (keep !== undefined) return keepNewest(context, { family, keep, deletion, force, dryRun });
    if (deletion || force || dryRun) {
      const option = deletion ? '--delete' : force ? '--force' : '--dry-run';
      throw new UsageError(`${option} needs --keep`, 'say how many revisions to keep: --keep 10');
    }
    return listed(context, family, { all, limit, wide });
  },
});

// --- internal ---

/** Throws InvalidInput for what is no name of a family, e.g. `web:3`. */
function checkFamily(family: string): void {
  // ECS API reference, RegisterTaskDefinition: letters, digits, hyphens and underscores.
  if (/^[\w-]{1,255}$/.test(family)) return;
  const [name] = /^[\w-]{1,255}(?=:\d+$)/.exec(lastPart(family)) ?? [];
  throw new InvalidInput(
    `${shownName(family)} is not the name of a family`,
    name === undefined
      ? 'give the name of the task definition, without a revision'
      : `give the family, without its revision: ${name}`,
  );
}

async function listed(
  context: Context,
  family: string,
  { all, limit, wide }: { all: boolean; limit: number; wide: boolean | undefined },
): Promise<Result<RevisionListDocument>> {
  const { aws, world, report } = context;
  const found = await withProgress(context, (onProgress) =>
    untilInterrupted(
      listRevisions(aws, family, { all, limit }, onProgress),
      world.interrupted,
      'interrupted',
    ),
  );
  for (const what of found.unchecked) report.warn(`not checked: ${what}`);
  const shown = found.revisions.length;
  if (shown < found.total) {
    report.note(`the newest ${shown} of ${found.total} revisions; --limit lists more`);
  }
  const rows = found.revisions.map((one) => [
    lastPart(one.arn),
    one.status,
    minute(one.registeredAt),
    usedBy(one.users),
    changeWords(one.changes).join(', '),
    changedWords(one),
  ]);
  return {
    data: {
      family,
      revisions: found.revisions.map(({ number: revision, ...one }) => ({ revision, ...one })),
      total: found.total,
      unchecked: found.unchecked,
    },
    tabs: true,
    text: table(heads, rows, { output: world.stdout, wide }),
  };
}

const heads = ['REVISION', 'STATUS', 'REGISTERED', 'USED BY', 'CHANGES', 'SECRETS CHANGED'];

/** Many tasks are counted. */
function usedBy(users: readonly RevisionUser[]): string {
  const tasks = users.filter(({ kind }) => kind === 'task');
  const named = tasks.length > 3 ? users.filter(({ kind }) => kind !== 'task') : users;
  return [
    ...named.map(userWords),
    ...(tasks.length > 3 ? [`${tasks.length} tasks of no service`] : []),
  ].join(', ');
}

function changeWords(changes: ReferenceDifferences | undefined): string[] {
  if (!changes) return [];
  const { added, removed, changed, images } = changes;
  return [
    ...added.map((one) => `+ ${useWords(one).join(':')}`),
    ...removed.map((one) => `- ${useWords(one).join(':')}`),
    ...changed.map((one) => `~ ${useWords(one).join(':')}`),
    ...images.map(({ container, image }) => `image of ${container}: ${image}`),
  ];
}

function changedWords({ secretsChanged }: ListedRevision): string {
  return secretsChanged
    .map(({ reference, changedAt }) => `${reference.replace(/^ssm:/, '')} (${minute(changedAt)})`)
    .join(', ');
}
