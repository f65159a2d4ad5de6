import type { ScheduledTask } from '../../aws/event-rules.ts';
import type { Context, Result } from '../../cli.ts';
import { CliError, Interrupted } from '../../errors.ts';
import { lastPart } from '../../model/last-part.ts';
import { InvalidInput } from '../../model/problems.ts';
import { pinnedRevisions, revisionNumber } from '../../model/register/pinned-revisions.ts';
import {
  checkTargetRoles,
  type TargetFault,
  type TargetRoles,
} from '../../operations/register/check-target-roles.ts';
import {
  moveSchedules,
  readSchedules,
  type MovedSchedule,
} from '../../operations/register/move-schedules.ts';
import type { RegisterOutcome } from '../../operations/register/register-task-definition.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import { confirmed } from '../confirm.ts';
import { withProgress } from '../progress.ts';
import type { RegisterDocument, ScheduleMoveDocument } from './documents.ts';

/** The rules and schedules that are to run the revision, and what their roles lack. */
export interface SchedulePlan {
  older: ScheduledTask[];
  roles: TargetRoles;
  /** ARN of the revision; until it is registered, the one that is likely to be. */
  revision: string;
}

/**
 * Finds the rules and schedules that run an older revision of the family, shows them, and asks. Nothing has been
 * registered by then. Throws Interrupted if the user declines, UsageError if it cannot ask, CliError
 * `not-checked`, and with `strict` InvalidInput for a role that does not allow the revision.
 */
export async function planSchedules(
  context: Context,
  { arn, latest, definition }: RegisterOutcome,
  { dryRun, strict }: { dryRun: boolean; strict: boolean },
): Promise<SchedulePlan> {
  const { aws, world, report } = context;
  const { family = '' } = definition;
  const reading = withProgress(context, async (onProgress) => {
    const here = await aws.caller();
    const all = await readSchedules(aws, onProgress);
    const revision = arn === undefined ? undefined : revisionNumber(arn);
    const pinned = pinnedRevisions(all, { family, revision, here });
    const { partition, region, account } = here;
    const next = (revisionNumber(latest ?? '') ?? 0) + 1;
    const likely = `arn:${partition}:ecs:${region}:${account}:task-definition/${family}:${next}`;
    const to = arn ?? likely;
    return { ...pinned, to, roles: await checkTargetRoles(aws, pinned.older, to, definition) };
  });
  const {
    older,
    newer,
    latest: following,
    to,
    roles,
  } = await untilInterrupted(reading, world.interrupted, `interrupted; ${nothing}`);
  if (following.length > 0) {
    report.note(
      `${namesOf(following)}: no revision is named, so ECS runs the latest ACTIVE one; not changed`,
    );
  }
  if (newer.length > 0) {
    report.note(`${namesOf(newer)}: already on a newer revision than ${lastPart(to)}; not changed`);
  }
  if (older.length === 0) report.note(`no rule or schedule runs an older revision of ${family}`);
  else {
    const target = arn === undefined ? 'the new revision' : lastPart(arn);
    const blocked = new Set(roles.faults.map(({ task }) => task));
    for (const task of older) {
      if (blocked.has(task)) continue;
      const where = `${nameOf(task)}, in ${lastPart(task.cluster)}`;
      report.event(
        `${dryRun ? 'would move' : 'to move:'} ${where}: ${target} instead of ${lastPart(task.taskDefinition)}`,
      );
    }
  }
  warnOfRoles(context, roles, strict);
  const plan = { older, roles, revision: to };
  const movable = older.length - roles.faults.length;
  if (dryRun || movable === 0) return plan;
  const what = `${counted(movable)} of rules and schedules`;
  const which = arn === undefined ? `a new revision of ${family}` : lastPart(arn);
  await confirmed(context, `Move ${what} to ${which}?`, nothing);
  return plan;
}

/** What is to be moved, for a result without a move: with `--dry-run`, or after a failure. */
export function notMoved(
  { older, roles }: SchedulePlan,
  arn: string | undefined,
  why?: string,
): ScheduleMoveDocument[] {
  const faults = new Map(roles.faults.map((fault) => [fault.task, fault.why]));
  return older.map((task) => ({
    ...documentOf(task, arn),
    moved: false,
    why: faults.get(task) ?? why,
  }));
}

/**
 * Moves the rules and schedules to the registered revision. If something failed before, moves none: a revision that
 * services could not run is not run by schedules either.
 */
export async function withSchedules<Data extends RegisterDocument>(
  context: Context,
  plan: SchedulePlan,
  { arn, definition }: RegisterOutcome & { arn: string },
  result: Result<Data>,
): Promise<Result<Data>> {
  const { aws, world, report } = context;
  if (plan.older.length === 0) return { ...result, data: { ...result.data, schedules: [] } };
  if (result.failure) {
    report.note(`${namesOf(plan.older)}: not changed, because the command failed before`);
    const schedules = notMoved(plan, arn, 'the command failed before');
    return { ...result, data: { ...result.data, schedules } };
  }
  // Another revision may have been registered meanwhile.
  const roles =
    arn === plan.revision ? plan.roles : await checkTargetRoles(aws, plan.older, arn, definition);
  if (arn !== plan.revision) warnOfRoles(context, roles, false);
  const blocked = new Set(roles.faults.map(({ task }) => task));
  const movable = plan.older.filter((task) => !blocked.has(task));
  const moved: MovedSchedule[] = [
    ...(await withProgress(context, (onProgress) =>
      moveSchedules(aws, movable, arn, { interrupted: world.interrupted, onProgress }),
    )),
    ...roles.faults.map(({ task, why }) => ({ task, why, state: 'kept' as const })),
  ];
  const failure = failureOf(moved, arn, roles.faults, world.interrupted.aborted);
  return {
    ...result,
    data: {
      ...result.data,
      schedules: moved.map(({ task, state, why }) => ({
        ...documentOf(task, arn),
        moved: state === 'moved',
        why: state === 'gone' ? gone : why,
      })),
    },
    text: [result.text, ...moved.map((one) => movedLine(one, arn))].join('\n'),
    failure,
  };
}

// --- internal ---

const nothing = 'nothing was registered';
const gone = 'it was deleted meanwhile';

function warnOfRoles({ report }: Context, { faults, unchecked }: TargetRoles, strict: boolean) {
  const warnings = [
    ...faults.map(({ task, why }) => `${nameOf(task)} is not moved: ${why}`),
    ...unchecked.map((what) => `not checked: ${what}`),
  ];
  if (strict && warnings.length > 0) {
    throw new InvalidInput(warnings, 'fix them, or omit --strict');
  }
  for (const warning of warnings) report.warn(warning);
}

function failureOf(
  moved: readonly MovedSchedule[],
  arn: string,
  faults: readonly TargetFault[],
  interrupted: boolean,
): CliError | undefined {
  const kept = moved.filter(({ state }) => state === 'kept').map(({ task }) => task);
  if (kept.length === 0) return undefined;
  const message = `${kept.length} of ${counted(moved.length)} not moved to ${lastPart(arn)}: ${namesOf(kept)}`;
  const again = 'run the command again: it reuses the revision and moves what is left';
  if (interrupted) return new Interrupted(`interrupted; ${message}`, again);
  const fixes = [...new Set(faults.flatMap(({ fix }) => fix ?? []))];
  const hint = `${fixes.length === 0 ? 'fix the cause' : fixes.join('; ')}; then ${again}`;
  return new CliError('schedules-not-moved', message, { hint });
}

function movedLine({ task, state, why }: MovedSchedule, arn: string): string {
  const from = lastPart(task.taskDefinition);
  if (state === 'moved') return `moved ${nameOf(task)}: ${lastPart(arn)} instead of ${from}`;
  return `${nameOf(task)}: not moved: ${state === 'gone' ? gone : (why ?? '')}`;
}

/** A rule may have several targets, and each is moved by itself. */
function counted(count: number): string {
  return count === 1 ? '1 target' : `${count} targets`;
}

function nameOf({ kind, name, target }: ScheduledTask): string {
  return `${kind} ${name}${target === undefined ? '' : `, target ${target}`}`;
}

function namesOf(tasks: readonly ScheduledTask[]): string {
  return tasks.map(nameOf).join('; ');
}

function documentOf(
  { kind, name, target, cluster, taskDefinition }: ScheduledTask,
  to: string | undefined,
): Pick<ScheduleMoveDocument, 'kind' | 'name' | 'target' | 'cluster' | 'from' | 'to'> {
  return { kind, name, target, cluster, from: taskDefinition, to };
}
