import type { Policy } from '../../model/roles/parse-policy.ts';
import type { KeyRing } from '../kms/keys.ts';
import type { Environment } from '../service.ts';

/** A region that a secret is replicated to. */
export interface Replica {
  /** Key of that region, as given; undefined for the AWS-managed one. */
  keyId: string | undefined;
  /** Why there is no replica, in AWS's words; undefined if there is one. */
  failure: string | undefined;
}

/** The rotation settings of a secret, and the rotation in progress. */
export interface Rotation {
  enabled: boolean;
  /** Undefined if the managing service rotates the secret. */
  lambdaArn: string | undefined;
  rules: object | undefined;
  last: Date | undefined;
  running: RunningRotation | undefined;
}

/** A rotation in progress; it advances with the clock. */
export interface RunningRotation {
  version: SecretVersion;
  /** When the version gets its value, and when it becomes current; ms since the epoch. */
  valueAt: number;
  endsAt: number;
}

/** The only version of a secret of another account. */
export interface ForeignVersion {
  id: string;
  value: string;
  created: Date;
}

/** One version of a secret: text or bytes (base64, as in the API). */
export interface SecretVersion {
  id: string;
  text: string | undefined;
  binary: string | undefined;
  stages: Set<string>;
  created: Date;
  accessed: Date | undefined;
  /** As given; undefined for the AWS-managed key. */
  keyId: string | undefined;
}

/** A secret with its versions, oldest first. */
export interface Secret {
  name: string;
  arn: string;
  description: string | undefined;
  /** As given; undefined for the AWS-managed key. */
  keyId: string | undefined;
  versions: Map<string, SecretVersion>;
  tags: Map<string, string>;
  created: Date;
  changed: Date;
  accessed: Date | undefined;
  /** When the deletion was requested, and when it is due. */
  deletion: { asked: Date; due: Date } | undefined;
  policy: { text: string; policy: Policy } | undefined;
  /** Undefined until rotation is first configured. */
  rotation: Rotation | undefined;
  /** ID of the service that manages the secret, e.g. `rds`. */
  owningService: string | undefined;
  /** The partner that holds a managed external secret. */
  partner: string | undefined;
  /** On a cross-account replica: the ARN of its primary. */
  crossAccountPrimary: string | undefined;
  /** ARNs of its replicas in other accounts. */
  crossAccountReplicas: Set<string>;
  /** On a replica: its primary secret in another region. */
  primary: Secret | undefined;
  /** The replicas of the secret, by region. */
  replicas: Map<string, Replica>;
}

/** The secrets of a region by name. */
export type SecretStore = Map<string, Secret>;

/** The parts shared by the operations of Secrets Manager. */
export interface SecretsWorld {
  environment: Environment;
  keys: KeyRing;
  region: (name: string) => SecretStore;
  /** How long a rotation takes, in ms. */
  rotationMs: number;
  /** Secrets of other accounts, by full ARN. */
  foreign: Map<string, ForeignVersion>;
}
