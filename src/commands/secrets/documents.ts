import type { Store } from '../../model/secrets/reference.ts';

/** The number of a parameter's version, or the id of a secret's version. */
export type VersionId = number | string;

/** What was stored: one secret, or several. */
export type PutDocument = StoredDocument | StoredSecretsDocument;

/** Several secrets, in the order of the alternatives in REF. */
export interface StoredSecretsDocument {
  secrets: StoredDocument[];
  /** Those that could not be stored. */
  failed: {
    name: string;
    /** Name of the kind of error, as in the error document. */
    code: string;
    message: string;
  }[];
}

/** What was stored, or with `--dry-run` would be. */
export interface StoredDocument {
  action: 'created' | 'updated' | 'unchanged';
  /** True if nothing was written because `--dry-run` was given. */
  dryRun: boolean;
  store: Store;
  /** Name of the parameter or secret. */
  name: string;
  /** Absent for a secret that `--dry-run` would create, and if the account of a new parameter is not known. */
  arn?: string;
  /** The version that was stored. Absent if nothing was written. */
  version?: VersionId;
  /** The version that was current before. Absent for a new secret, or if it could not be read. */
  previousVersion?: VersionId;
  /** False if the old value could not be read, so that the new one was written without comparison. */
  compared: boolean;
}

/** A tag of a secret. */
export interface TagEntryDocument {
  key: string;
  value: string;
}

/** A policy of a parameter. */
export interface PolicyDocument {
  /** `Expiration`, `ExpirationNotification` or `NoChangeNotification`. */
  type: string;
  /** `Pending`, `Finished`, `Failed` or `InProgress`. */
  status?: string;
  /** When Parameter Store deletes the parameter. */
  expiresAt?: Date;
  /** How long before the expiration AWS sends an event, for example `30 days`. */
  before?: string;
  /** How long without a change until AWS sends an event, for example `60 days`. */
  after?: string;
}

/** What is known of a parameter or secret, without its value. */
export interface SecretDocument {
  store: Store;
  name: string;
  arn: string;
  /** `SecureString`, `String` or `StringList`. Parameters only. */
  type?: string;
  /** The current version. Absent if there is no value. */
  version?: VersionId;
  /** Parameters only. */
  tier?: string;
  /** What Parameter Store checks the value for, for example `text` or `json`. Parameters only. */
  dataType?: string;
  /** The policies of an advanced parameter. Absent if there are none. */
  policies?: readonly PolicyDocument[];
  /** The KMS key as stored. Absent for the key that AWS manages for Secrets Manager. */
  kmsKeyId?: string;
  description?: string;
  /** Absent if the tags could not be read, and for parameters in a list without `--tags`. */
  tags?: TagEntryDocument[];
  /** When the secret was created. Secrets Manager only. */
  createdAt?: Date;
  changedAt?: Date;
  /** ARN of the identity that stored the current version. Parameters only. */
  changedBy?: string;
  /** When the secret will be deleted. Absent if no deletion is scheduled. */
  deletedAt?: Date;
  /** The AWS service that manages the secret, for example `rds`. */
  owningService?: string;
  /** The partner that holds a managed external secret. */
  partner?: string;
  /** ARN of the primary secret in another account, of which this is a replica. Not in a list. */
  crossAccountPrimary?: string;
  /** ARNs of the replicas in other accounts. Not in a list. */
  crossAccountReplicas?: string[];
  /** The region of the primary secret. Present if the secret is replicated. */
  primaryRegion?: string;
  /** The regions of the replicas. Present on the primary secret only, and not in a list. */
  replicaRegions?: string[];
  /** Absent if rotation was never configured. */
  rotation?: {
    /** Whether the secret is rotated on a schedule. */
    enabled: boolean;
    /** ARN of the Lambda function. Absent if an AWS service rotates the secret. */
    functionArn?: string;
  };
  lastRotatedAt?: Date;
  /** When Secrets Manager rotates the secret next, at the latest. */
  nextRotationAt?: Date;
  /** The version of a rotation that is not complete. */
  pendingVersionId?: string;
  /** Version stages by version id. Secrets only. */
  stages?: Readonly<Record<string, readonly string[]>>;
  /** Top-level keys of a JSON secret. Absent if the value is not a JSON object or could not be read. */
  keys?: string[];
  /** Size of the value in bytes. Absent if the value was not read. */
  bytes?: number;
  /** Present if the value is binary, which ECS cannot inject. */
  binary?: true;
}

/** The value of a secret, printed with `--reveal` only. */
export interface RevealedDocument {
  value: string;
}

/** Several secrets, in the order of the arguments. */
export interface SecretsDocument {
  secrets: SecretDocument[];
}

/** The values of several secrets, in the order of the arguments, printed with `--reveal` only. */
export interface RevealedSecretsDocument {
  values: {
    /** The argument as written. */
    ref: string;
    value: string;
  }[];
}

/** A value that was written to a file. */
export interface WrittenDocument {
  file: string;
  bytes: number;
  /** Permissions of the file, in octal: `0600`. */
  mode: string;
}

/**
 * What is known of one secret, or of each of several; with `--reveal` only values, or with
 * `--output-file` the file that has the value.
 */
export type GetDocument =
  SecretDocument | SecretsDocument | RevealedDocument | RevealedSecretsDocument | WrittenDocument;

/** The secrets below a prefix, in the order of their names or of `--sort`. */
export interface ListDocument {
  searched: {
    store: Store;
    prefix: string;
    /** Absent, like the account, if the caller may not ask STS. */
    region?: string | undefined;
    account?: string | undefined;
  };
  secrets: SecretDocument[];
  /** With `--unused`: what could not be looked at, for people. */
  unchecked?: string[];
}

/** The secrets that `find` found. */
export interface FindDocument {
  found: FoundDocument[];
  /** What could not be searched, with the reason, for people. */
  unchecked: string[];
}

/** A secret that matches. */
export interface FoundDocument {
  /** What other commands accept as REF: `/path/NAME`, `sm:NAME` or `sm:NAME:KEY`. */
  ref: string;
  store: Store;
  name: string;
  arn: string;
  /**
   * `name`: by its name, without `--value`. `value`: its value is equal. `key`: the value of a JSON key is equal.
   * `part`: its value contains the value.
   */
  match: 'name' | 'value' | 'key' | 'part';
  /** The JSON key. Present with `key` only. */
  key?: string;
}

/** The tags of a secret after `untag`. */
export type UntagDocument = TagDocument;

/** The tags of a secret after `tag` or `untag`. */
export interface TagDocument {
  action: 'updated' | 'unchanged';
  store: Store;
  name: string;
  arn: string;
  tags: TagEntryDocument[];
  /** True if nothing was written because `--dry-run` was given. */
  dryRun: boolean;
}

/** The versions of a secret, newest first. */
export interface HistoryDocument {
  name: string;
  versions: VersionDocument[];
}

/** A version of a secret, without its value. */
export interface VersionDocument {
  version: VersionId;
  /** Labels of a parameter's version, stages of a secret's version. */
  labels: readonly string[];
  changedAt?: Date;
  /** ARN of the identity that stored it. Parameters only. */
  changedBy?: string;
  kmsKeyId?: string;
  /** Parameters only. */
  tier?: string;
}

/** A secret whose scheduled deletion was cancelled. */
export interface RestoreDocument {
  store: 'secrets-manager';
  name: string;
  arn: string;
  /** `unchanged` if no deletion was scheduled. */
  action: 'restored' | 'unchanged';
}
