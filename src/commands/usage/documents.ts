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
