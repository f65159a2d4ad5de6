import type { DescribedTask } from '../../aws/ecs-tasks.ts';
import type { Ecs } from '../../aws/ecs.ts';
import { CliError, isPassing } from '../../errors.ts';
import { endOf, type TaskEnd } from '../../model/run/task-end.ts';
import type { Clock } from '../../world.ts';
import { ahead } from '../ahead.ts';
import type { LogFollower } from './follow-log.ts';

/** How to follow a task. */
export interface FollowTask {
  /** The container whose end is awaited. */
  container: string;
  /** Undefined to show no output. */
  log: LogFollower | undefined;
  /** Milliseconds. */
  timeout: number;
  /** Stop the task after the timeout. */
  stopOnTimeout: boolean;
  clock: Clock;
  interrupted: AbortSignal;
  /** Called after each look; `changed`: the status is another one. */
  onLook: (task: DescribedTask, changed: boolean) => void;
}

/** What became of a task. */
export interface TaskOutcome {
  task: DescribedTask;
  /** Undefined if it still runs, as far as known. */
  end: TaskEnd | undefined;
  /** Why it was not followed to its end. */
  left: 'timed-out' | 'interrupted' | 'not-followed' | undefined;
  /** With `not-followed` and a failed stop: why. */
  error: CliError | undefined;
  /** Whether the task was stopped after the timeout. */
  wasStopped: boolean;
  /** Milliseconds. */
  elapsed: number;
}

/** Follows a task until its container has ended, and shows its output meanwhile. */
export async function followTask(
  ecs: Ecs,
  started: DescribedTask,
  options: FollowTask,
): Promise<TaskOutcome> {
  const { clock, interrupted, container, log } = options;
  const begin = clock.now();
  const outcome: TaskOutcome = {
    task: started,
    end: undefined,
    left: undefined,
    error: undefined,
    wasStopped: false,
    elapsed: 0,
  };
  const stopped = new Promise<void>((resolve) => {
    if (interrupted.aborted) resolve();
    interrupted.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
  let deadline = begin + options.timeout;
  let pause = shortest;
  options.onLook(started, true);
  for (;;) {
    if (interrupted.aborted) return finish('interrupted');
    const looking = ahead(Promise.all([look(), log?.read() ?? 0]));
    const seen = await Promise.race([looking, stopped]);
    if (!seen) return finish('interrupted');
    const [changed, lines] = seen;
    if (outcome.error) return finish('not-followed');
    outcome.end = endOf(outcome.task, container);
    if (outcome.end) {
      await drain(outcome.end);
      return finish(outcome.wasStopped ? 'timed-out' : undefined);
    }
    if (clock.now() >= deadline) {
      if (!options.stopOnTimeout || outcome.wasStopped) return finish('timed-out');
      if (!(await isStopping())) return finish('timed-out');
      deadline = clock.now() + mostForStopping;
    }
    pause = changed || lines > 0 ? shortest : Math.min(pause * 1.3, longest);
    await clock.sleep(Math.min(pause, Math.max(0, deadline - clock.now())), interrupted);
  }

  function finish(left: TaskOutcome['left']): TaskOutcome {
    return { ...outcome, left, elapsed: clock.now() - begin };
  }

  /** Whether the status has changed. */
  async function look(): Promise<boolean> {
    const before = outcome.task.lastStatus;
    try {
      const { tasks } = await ecs.describeTasks(started.cluster, [started.arn]);
      const [task] = tasks;
      if (!task) {
        if (clock.now() - begin > lag) throw gone;
        return false;
      }
      outcome.task = task;
      const changed = task.lastStatus !== before;
      options.onLook(task, changed);
      return changed;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      if (!isPassing(error)) outcome.error = error;
      return false;
    }
  }

  /** Asks the task to stop; false if that fails. */
  async function isStopping(): Promise<boolean> {
    try {
      await ecs.stopTask(
        started.cluster,
        started.arn,
        'stopped by ecs-secrets run after its timeout',
      );
      outcome.wasStopped = true;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      outcome.error = error;
    }
    return outcome.wasStopped;
  }

  /** The last events arrive in CloudWatch Logs after the end of the container. */
  async function drain(end: TaskEnd): Promise<void> {
    if (!log || end.kind === 'not-started') return;
    let silent = 0;
    for (let round = 0; round < mostRounds && silent < 2; round += 1) {
      if (log.isOver() || interrupted.aborted) return;
      await clock.sleep(shortest, interrupted);
      silent = (await log.read()) > 0 ? 0 : silent + 1;
    }
  }
}

// --- internal ---

/** Milliseconds between two looks: short after an event, then growing. */
const shortest = 1_000;
const longest = 5_000;

/** How long DescribeTasks may lag behind RunTask, in milliseconds. */
const lag = 30_000;

/** ECS waits 30 seconds by default between SIGTERM and SIGKILL, at most 2 minutes on Fargate. */
const mostForStopping = 150_000;

/** How often to look for more output after the end. */
const mostRounds = 30;

const gone = new CliError('task-gone', 'ECS does not list the task any more');
