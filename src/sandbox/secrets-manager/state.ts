import type { Policy } from '../../model/roles/parse-policy.ts';
import type { KeyRing } from '../kms/keys.ts';
import type { Environment } from '../service.ts';

/** A region that a secret is replicated to. */
export interface Replica {
  /** Key of that region, as given; undefined for the one that AWS manages. */
  keyId: string | undefined;
  /** Why there is no replica, as AWS words it; undefined when there is one. */
  failure: string | undefined;
}

/** How a secret is rotated, and the rotation under way. */
export interface Rotation {
  enabled: boolean;
  /** Undefined where the service that manages the secret rotates it. */
  lambdaArn: string | undefined;
  rules: object | undefined;
  last: Date | undefined;
  running: RunningRotation | undefined;
}

/** A rotation that has begun; it goes on by the clock. */
export interface RunningRotation {
  version: SecretVersion;
  /** When the version gets its value, and when it becomes the current one; ms since the epoch. */
  valueAt: number;
  endsAt: number;
}

/** The one version of a secret of another account. */
export interface ForeignVersion {
  id: string;
  value: string;
  created: Date;
}

/** One version of a secret: text or bytes (base64, as the API writes them). */
export interface SecretVersion {
  id: string;
  text: string | undefined;
  binary: string | undefined;
  stages: Set<string>;
  created: Date;
  accessed: Date | undefined;
  /** As given; undefined for the key that AWS manages. */
  keyId: string | undefined;
}

/** A secret with its versions, oldest first. */
export interface Secret {
  name: string;
  arn: string;
  description: string | undefined;
  /** As given; undefined for the key that AWS manages. */
  keyId: string | undefined;
  versions: Map<string, SecretVersion>;
  tags: Map<string, string>;
  created: Date;
  changed: Date;
  accessed: Date | undefined;
  /** When it was asked to be deleted, and when it will be. */
  deletion: { asked: Date; due: Date } | undefined;
  policy: { text: string; policy: Policy } | undefined;
  /** Undefined until rotation is first configured. */
  rotation: Rotation | undefined;
  /** Id of the service that manages the secret, e.g. `rds`. */
  owningService: string | undefined;
  /** On a replica: the secret of another region that it follows. */
  primary: Secret | undefined;
  /** Where the secret is replicated to, by region. */
  replicas: Map<string, Replica>;
}

/** The secrets of a region by name. */
export type SecretStore = Map<string, Secret>;

/** What the operations of Secrets Manager share. */
export interface SecretsWorld {
  environment: Environment;
  keys: KeyRing;
  region: (name: string) => SecretStore;
  /** How long a rotation takes, in ms. */
  rotationMs: number;
  /** Secrets of other accounts, by full ARN. */
  foreign: Map<string, ForeignVersion>;
}
