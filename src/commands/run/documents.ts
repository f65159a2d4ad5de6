import type { FailureId } from '../../model/failures/finding.ts';

/** What became of a task. */
export interface RunDocument {
  dryRun: boolean;
  /** ARN of the cluster; with `--dry-run` as it was given. */
  cluster: string;
  /** ARN of the revision. */
  taskDefinition: string;
  /** The container whose exit code and output count. */
  container: string;
  /** With it, the same command starts no second task. */
  clientToken: string;
  /** What RunTask gets, without values that look like secrets. Present with `--dry-run`. */
  request?: object;
  /** ARN of the task. Absent with `--dry-run`. */
  task?: string;
  /**
   * `started`: with `--no-wait`. `stopped`: by someone or by AWS, before the container had ended by
   * itself. `timed-out`, `interrupted` and `not-followed`: the task may continue. Absent with
   * `--dry-run`.
   */
  state?:
    'started' | 'exited' | 'not-started' | 'stopped' | 'timed-out' | 'interrupted' | 'not-followed';
  /** Exit code of the container. Absent if there is none. */
  exitCode?: number;
  /** Why the container ended, for people. Absent if it is not known. */
  why?: string;
  /** What ECS said last: `PENDING`, `RUNNING`, `STOPPED`. Absent with `--dry-run`. */
  lastStatus?: string;
  /** As returned by AWS. Absent while the task runs. */
  stopCode?: string;
  /** Why the task stopped, as returned by AWS. Absent while the task runs. */
  stoppedReason?: string;
  /** What the reason means. */
  failures: FailureId[];
  /** All containers. Empty with `--dry-run`. */
  containers: TaskContainerDocument[];
  /** Absent if ECS returns none. */
  createdAt?: Date;
  /** When its containers started. Absent if they did not. */
  startedAt?: Date;
  /** Absent while it runs, and if the network interface of the task is not deleted yet. */
  stoppedAt?: Date;
  /** Where the output of the container is. Absent if it is not in CloudWatch Logs. */
  log?: LogStreamDocument;
  /** How long it was followed, in seconds. */
  seconds: number;
}

/** How a container of a task ended. */
export interface TaskContainerDocument {
  name: string;
  /** Absent if it has not ended, or never ran. */
  exitCode?: number;
  /** As returned by AWS. Absent if AWS gives none. */
  reason?: string;
}

/** A log stream of CloudWatch Logs. */
export interface LogStreamDocument {
  /** Absent for the region of the task. */
  region?: string;
  group: string;
  stream: string;
}
