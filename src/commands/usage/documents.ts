import type { UseKind } from '../../model/definitions/secret-uses.ts';
import type { Store } from '../../model/secrets/reference.ts';
import type { Holding } from '../../model/usage/staleness.ts';

/** A place in a task definition or a service that refers to a secret. */
export interface UseDocument {
  /** Empty for a volume and for Service Connect. */
  container: string;
  kind: UseKind;
  /**
   * The environment variable, log option or volume. `CredentialArn` for a secret that a credential spec
   * names. Empty for repository credentials and the credential spec itself.
   */
  name: string;
  valueFrom: string;
  /** True if the reference names one version, so that a new value never reaches it. */
  pinned: boolean;
}

/** A service. */
export interface ServiceDocument {
  /** ARN of the cluster. */
  cluster: string;
  /** Name of the service. */
  service: string;
}

/** A service that refers to a secret. */
export interface ServiceUsesDocument extends ServiceDocument {
  /** ARN of the revision that the service runs. */
  taskDefinition?: string;
  uses: UseDocument[];
}

/** A managed daemon that refers to a secret. */
export interface DaemonUsesDocument {
  /** ARN of the cluster. */
  cluster: string;
  /** Name of the daemon. */
  daemon: string;
  /** ARN of the daemon. */
  arn: string;
  /** ARNs of the revisions that its instances run, or get from its latest deployment. */
  taskDefinitions: string[];
  uses: UseDocument[];
}

/** A running task of no service that refers to a secret. */
export interface TaskUsesDocument {
  /** ARN of the cluster. */
  cluster: string;
  /** ARN of the task. */
  task: string;
  /** ARN of its revision. */
  taskDefinition: string;
  /** Name of the managed daemon that the task belongs to. Absent for others. */
  daemon?: string | undefined;
  uses: UseDocument[];
}

/** An EventBridge rule or schedule that runs a task that refers to a secret. */
export interface ScheduledUsesDocument {
  kind: 'rule' | 'schedule';
  /** Name of the rule, or `GROUP/NAME` of the schedule. */
  name: string;
  /** ARN of the cluster. */
  cluster: string;
  /** ARN of a revision, or of a family whose latest active revision is run. */
  taskDefinition: string;
  uses: UseDocument[];
}

/** Where a command searched. */
export interface SearchedDocument {
  regions: string[];
  /** ARNs of the clusters. */
  clusters: string[];
  /** Regions that have the secret and were not searched. */
  otherRegions: readonly string[];
  /** True if only some clusters or services were searched. */
  narrowed: boolean;
  /** What narrowed the search: `--cluster`, `--service` or `ECS_SECRETS_CLUSTER`. */
  narrowedBy: string[];
}

/** Everything that refers to a secret. */
export interface WhereUsedDocument {
  /** ARN of the secret. */
  arn: string;
  searched: SearchedDocument;
  services: ServiceUsesDocument[];
  daemons: DaemonUsesDocument[];
  /** Those of managed daemons included. */
  tasks: TaskUsesDocument[];
  scheduled: ScheduledUsesDocument[];
  /** What was not searched, with the reason, for people. */
  unchecked: string[];
}

/** What running tasks hold: the current value, an older one, or `unknown`. */
export interface StaleDocument {
  /** The worst of all tasks. */
  holding: Holding;
  searched: SearchedDocument;
  services: HoldingServiceDocument[];
}

/** The tasks of a service, or those of a cluster that belong to no service. */
export interface HoldingServiceDocument {
  /** ARN of the cluster. */
  cluster: string;
  /** Name of the service. Absent for tasks that belong to no service. */
  service?: string;
  /** The worst of its tasks. */
  holding: Holding;
  tasks: HoldingTaskDocument[];
}

/** What one running task holds. */
export interface HoldingTaskDocument {
  /** ARN of the task. */
  task: string;
  /** ARN of its revision. */
  taskDefinition: string;
  /** Absent if the task has not started yet. */
  startedAt?: Date;
  /** The worst of its secrets. */
  holding: Holding;
  secrets: HoldingSecretDocument[];
}

/** What a task holds of one secret. */
export interface HoldingSecretDocument {
  reference: string;
  holding: Holding;
  /** Why the holding is `unknown`. Absent otherwise. */
  why?: string;
}

/** What was deleted: one secret, or several. */
export type DeleteDocument = DeletedDocument | DeletedSecretsDocument;

/** Several secrets, in the order of the arguments. */
export interface DeletedSecretsDocument {
  /** Those that were deleted, or with `--dry-run` would be. */
  secrets: DeletedDocument[];
  /** Those whose deletion failed, and those left after an interrupt. */
  failed: {
    name: string;
    /** Name of the kind of error, as in the error document. */
    code: string;
    message: string;
  }[];
}

/** A secret that was deleted, or with `--dry-run` would be. */
export interface DeletedDocument {
  store: Store;
  name: string;
  arn: string;
  /** True if nothing was deleted because `--dry-run` was given. */
  dryRun: boolean;
  /** Until when `restore` brings the secret back. Absent if it cannot, and with `--dry-run`. */
  recoverableUntil?: Date;
}

/** The revisions of a task definition; with `--keep` those that are older than the newest ones. */
export type RevisionsDocument = RevisionListDocument | KeptRevisionsDocument;

/** The newest revisions of a family. */
export interface RevisionListDocument {
  family: string;
  /** Newest first. */
  revisions: RevisionDocument[];
  /** How many there are. */
  total: number;
  /** What could not be looked at, with the reason, for people. */
  unchecked: string[];
}

/** A revision. */
export interface RevisionDocument {
  /** Its number. */
  revision: number;
  /** ARN of the revision. */
  arn: string;
  /** For example `ACTIVE`, as returned by AWS. */
  status: string;
  /** Absent if AWS does not return it. */
  registeredAt?: Date | undefined;
  users: readonly RevisionUserDocument[];
  /** Against the revision after it in the list. Absent for the oldest revision. */
  changes?: RevisionChangesDocument | undefined;
  /**
   * The secrets it refers to whose last change is after its registration and before that of the
   * revision before it in the list.
   */
  secretsChanged: {
    /** The secret, for example `ssm:/shop/db`. */
    reference: string;
    changedAt: Date;
  }[];
}

/** Something that runs a revision, or is configured to run it. */
export interface RevisionUserDocument {
  kind: 'service' | 'task' | 'rule' | 'schedule' | 'deployment-group';
  /** `CLUSTER/SERVICE`, `CLUSTER/TASK`, the rule, `GROUP/SCHEDULE` or `APPLICATION/GROUP`. */
  name: string;
}

/** What changed from one revision to the next. */
export interface RevisionChangesDocument {
  /** References to secrets. */
  added: ReferencePlaceDocument[];
  removed: ReferencePlaceDocument[];
  changed: (ReferencePlaceDocument & {
    /** The earlier `valueFrom`. */
    before: string;
  })[];
  /** Containers whose image changed. */
  images: {
    container: string;
    /** The earlier image. */
    before: string;
    image: string;
  }[];
}

/** A place in a task definition that refers to a secret. */
export interface ReferencePlaceDocument {
  /** Empty for a volume. */
  container: string;
  kind: UseKind;
  /** The environment variable, log option or volume. Empty for others. */
  name: string;
  valueFrom: string;
}

/** What became of the revisions of a family that are older than the newest ones. */
export interface KeptRevisionsDocument {
  family: string;
  /** How many of the newest ACTIVE revisions were kept. */
  keep: number;
  /** True if nothing was changed because `--dry-run` was given. */
  dryRun: boolean;
  /** Newest first. With `--delete` the INACTIVE ones too. */
  older: OlderRevisionDocument[];
  /** What could not be looked at, with the reason, for people. */
  unchecked: string[];
}

/** A revision that is older than those that were kept. */
export interface OlderRevisionDocument {
  /** ARN of the revision. */
  arn: string;
  /** Its number. */
  revision: number;
  /** Its status before: `ACTIVE` or `INACTIVE`. */
  status: string;
  users: readonly RevisionUserDocument[];
  /**
   * What was done, or with `--dry-run` would be. `in-use`: kept because of its users. `left`: the
   * command ended before.
   */
  outcome: 'in-use' | 'deregistered' | 'deleted' | 'left';
  /** Why it was not deleted, as returned by AWS. Absent otherwise. */
  why?: string;
}
