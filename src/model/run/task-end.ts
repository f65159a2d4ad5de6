import { classifyFailure } from '../failures/classify-failure.ts';
import { stoppedFromOutside, type Stop } from '../failures/stopped-from-outside.ts';

/** A task, with the members of DescribeTasks that say whether it runs or how it ended. */
export interface TaskState extends Stop {
  lastStatus: string;
  containers: readonly {
    name: string;
    reason: string | undefined;
    exitCode: number | undefined;
  }[];
}

/** How a container of a task ended. */
export type TaskEnd =
  | { kind: 'exited'; exitCode: number; /** Why, if it is known. */ why: string | undefined }
  /** It never ran. */
  | { kind: 'not-started' }
  /** It was stopped by someone or by AWS, so what it did may be incomplete. */
  | { kind: 'stopped' };

/**
 * How a container ended; undefined while it runs. On the way to STOPPED, the exit code is known before
 * the network interface of the task is deleted, which takes Fargate up to a minute.
 */
export function endOf(task: TaskState, container: string): TaskEnd | undefined {
  const { exitCode, reason } = task.containers.find(({ name }) => name === container) ?? {};
  const isOver =
    task.lastStatus === 'STOPPED' ||
    (task.lastStatus === 'DEPROVISIONING' && exitCode !== undefined && Boolean(task.stopCode));
  if (!isOver) return undefined;
  if (task.stopCode === 'TaskFailedToStart') return { kind: 'not-started' };
  // A program that ends cleanly when it is told to stop has not done its work.
  if (exitCode === undefined || (exitCode === 0 && stoppedFromOutside(task))) {
    return { kind: 'stopped' };
  }
  return { kind: 'exited', exitCode, why: whyExited(exitCode, reason) };
}

/**
 * An exit code as this process can return it. A code of Windows that does not fit into a byte would
 * become another one, possibly 0.
 */
export function processCode(exitCode: number): number {
  return Number.isInteger(exitCode) && exitCode >= 0 && exitCode <= 255 ? exitCode : 1;
}

// --- internal ---

const signals: Readonly<Record<number, string>> = {
  130: 'SIGINT',
  134: 'SIGABRT',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
};

function whyExited(exitCode: number, reason: string | undefined): string | undefined {
  if (reason !== undefined) {
    const [known] = classifyFailure(reason);
    return known ? `${known.title} (${reason})` : reason;
  }
  const signal = signals[exitCode];
  if (signal === undefined) return undefined;
  const memory = exitCode === 137 ? ': it was stopped, or used too much memory' : '';
  return `${signal}${memory}`;
}
