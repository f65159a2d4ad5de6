import type { FailureId } from '../../model/failures/finding.ts';
import type { StoredDocument, VersionId } from '../secrets/documents.ts';
import type {
  ScheduledUsesDocument,
  ServiceDocument,
  ServiceUsesDocument,
  TaskUsesDocument,
} from '../usage/documents.ts';

/** What became of the services. */
export interface RedeployDocument {
  deployments: DeploymentDocument[];
  /** Services that a new deployment cannot help, and why. */
  skipped: SkippedDocument[];
  /** Services whose deployment could not be started. */
  refused: RefusedDocument[];
  /** Services whose deployment was not started because others failed or the command was interrupted. */
  notStarted: ServiceDocument[];
}

/** The deployments that were followed. */
export interface WaitDocument extends RedeployDocument {
  /** Services whose last deployment had completed before. */
  completed: ServiceDocument[];
}

/** A service that was not redeployed. */
export interface SkippedDocument extends ServiceDocument {
  /** Why, for people. */
  why: string;
}

/** A service whose deployment was refused. */
export interface RefusedDocument extends SkippedDocument {
  /** True if AWS did not answer, so that the deployment may start later. */
  uncertain: boolean;
}

/** A deployment. */
export interface DeploymentDocument extends ServiceDocument {
  /** Absent if it is not known whether ECS accepted the deployment. */
  deploymentId?: string;
  /**
   * `not-followed`: the deployment continues, but could not be followed; `reason` says why.
   * `in-progress`: with `--no-wait`, or if the old value was restored before its end.
   */
  state:
    | 'in-progress'
    | 'completed'
    | 'failed'
    | 'timed-out'
    | 'interrupted'
    | 'not-followed'
    | 'service-deleted';
  /** Why it ended, or what it waits for. Absent if there is nothing to say. */
  reason?: string;
  /** True if another deployment took its place and was followed instead. */
  superseded: boolean;
  /** Distinct reasons of tasks that stopped, as returned by AWS. */
  stopReasons: string[];
  /** What the stop reasons mean. */
  failures: FailureId[];
  /** Running tasks of this deployment. Absent if ECS did not report them. */
  runningTasks?: number;
  /** Running tasks of other deployments, which hold the old value. Absent if ECS did not report them. */
  oldTasks?: number;
  /** Tasks that failed. Absent if ECS did not report them. */
  failedTasks?: number;
  /** Present while the deployment waits for approval. */
  pause?: PauseDocument;
  /** How long it took, in seconds. */
  seconds: number;
}

/** A lifecycle hook at which a deployment waits for approval. */
export interface PauseDocument {
  hookId: string;
  /** When ECS stops waiting. */
  expiresAt?: Date;
  /** What ECS does then: `CONTINUE` or `ROLLBACK`. */
  timeoutAction?: string;
}

/** Who holds a value of a secret, and what became of the services. */
export interface RolloutDocument extends RedeployDocument {
  /** The services that refer to the secret and are selected. */
  consumers: ServiceUsesDocument[];
  /** Running tasks of no service, which keep the old value. */
  standaloneTasks: TaskUsesDocument[];
  /** Rules and schedules, whose next run reads the current value. */
  scheduled: ScheduledUsesDocument[];
  /** Services that refer to the secret and were left out by `--cluster` or `--service`. */
  notSelected: ServiceDocument[];
  /** False if only the selected clusters and services could be searched. */
  searchedEverywhere: boolean;
  /** Regions with a replica of the secret, which were not searched. */
  otherRegions: string[];
  /** A version that someone else stored during the redeployment. Absent if nobody did. */
  overtakenBy?: VersionId;
  /** Present if too many deployments failed, so that the old value was to be restored. */
  rollback?: RolledBackDocument;
}

/** How the old value was restored after failed deployments, and what became of the services then. */
export interface RolledBackDocument extends Partial<RedeployDocument> {
  /** Whether the old value is current again. */
  restored: boolean;
  /** The version that holds the old value now. Present if it was restored. */
  version?: VersionId;
  /** Why the old value was not restored. Present if it was not. */
  why?: string;
  /** Present if AWS did not answer, so that the old value may be current again. */
  uncertain?: true;
  /** Services with a task that may hold the rejected value. */
  left: ServiceDocument[];
}

/** What was stored; `action` and `compared` are absent with `--dry-run`, which does not ask for a value. */
export interface RotateDocument
  extends RolloutDocument, Omit<StoredDocument, 'action' | 'arn' | 'compared'> {
  /** Absent with `--dry-run`. */
  action?: StoredDocument['action'];
  arn: string;
  /** False if the old value could not be read. Absent with `--dry-run`. */
  compared?: boolean;
}

/** Which version became current. */
export interface RestoredDocument extends StoredDocument {
  /** The version that the value is from. */
  restored: VersionId;
  /** The command that makes the version before current again. Absent if nothing was changed. */
  undo?: string;
}

/** Which version became current; with `--redeploy` also what became of the services. */
export interface RollbackDocument extends RestoredDocument, Partial<RolloutDocument> {}
