import pMap from 'p-map';
import type { ScheduledTask } from '../../aws/event-rules.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError, Interrupted, isAwsError } from '../../errors.ts';
import { lastPart } from '../../model/last-part.ts';
import { whyUnseen } from '../if-allowed.ts';
import type { OnProgress } from '../progress.ts';
import { scheduledTasks } from '../usage/where-used.ts';

/** What became of a rule or schedule that was to run another revision. */
export interface MovedSchedule {
  task: ScheduledTask;
  /** `gone`: it was deleted meanwhile. `kept`: it was not changed, or that is not known. */
  state: 'moved' | 'gone' | 'kept';
  /** Why it was not moved. */
  why?: string;
}

/**
 * The tasks that rules and schedules run in the clusters of this region. Throws CliError `not-checked` if the
 * caller may not see all of them.
 */
export async function readSchedules(aws: Aws, onProgress: OnProgress): Promise<ScheduledTask[]> {
  const clusters = await (await aws.ecs()).clusters();
  const { tasks, unchecked } = await scheduledTasks(aws, clusters, onProgress);
  if (unchecked.length === 0) return tasks;
  throw new CliError('not-checked', `cannot see all ${unchecked.join(' and ')}`, {
    hint: "nothing was registered; ecs-secrets policy caller --for 'register --schedules' prints what --schedules needs",
  });
}

/**
 * Makes rules and schedules run a revision. One that someone else changes meanwhile is left as it is. Continues after one
 * that fails, and stops after an interrupt. Running it again is safe.
 */
export async function moveSchedules(
  aws: Aws,
  tasks: readonly ScheduledTask[],
  to: string,
  { interrupted, onProgress }: { interrupted: AbortSignal; onProgress: OnProgress },
): Promise<MovedSchedule[]> {
  const [rules, scheduler] = await Promise.all([aws.eventRules(), aws.scheduler()]);
  let done = 0;
  // EventBridge refuses changes of a rule that are made at the same time.
  const groups = new Map<string, ScheduledTask[]>();
  for (const task of tasks) {
    const key = `${task.kind} ${task.name}`;
    groups.set(key, [...(groups.get(key) ?? []), task]);
  }
  const moved = new Map<ScheduledTask, MovedSchedule>();
  await pMap(
    groups.values(),
    async (group) => {
      for (const task of group) {
        moved.set(task, await move(task));
        onProgress({ step: 'moving rules and schedules', done: ++done, total: tasks.length });
      }
    },
    { concurrency: 4 },
  );
  return tasks.flatMap((task) => moved.get(task) ?? []);

  async function move(task: ScheduledTask): Promise<MovedSchedule> {
    if (interrupted.aborted) return { task, state: 'kept', why: 'interrupted' };
    try {
      const gateway = task.kind === 'rule' ? rules : scheduler;
      const result = await gateway.move(task, to);
      if (result.state !== 'changed') return { task, state: result.state };
      // Of two people who run the command, one is the first.
      if (result.now === to) return { task, state: 'moved' };
      const now = result.now === undefined ? 'another target' : lastPart(result.now);
      return { task, state: 'kept', why: `someone has changed it meanwhile: it runs ${now}` };
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return { task, state: 'kept', why: whyKept(error) };
    }
  }
}

// --- internal ---

function whyKept(error: CliError): string {
  if (error.mayBeDone !== undefined) return `it may have been moved: ${whyUnseen(error)}`;
  if (error instanceof Interrupted) return 'interrupted';
  if (isAwsError(error, 'ManagedRuleException')) {
    return 'an AWS service manages this rule, and only that service may change it';
  }
  return whyUnseen(error);
}
