import type {
  DescribeSecretResponse,
  SecretListEntry,
  SecretValueEntry,
  SecretVersionsListEntry,
} from '@aws-sdk/client-secrets-manager';
import type { Tag } from '../model/secrets/secret-rules.ts';
import { SecretValue } from '../model/secrets/secret-value.ts';
import type { SecretVersion } from '../model/usage/staleness.ts';

/** A version of a secret with its value. */
export interface ReadSecret {
  name: string;
  arn: string;
  versionId: string;
  /** Undefined for a binary secret, whose value ECS cannot inject. */
  value: SecretValue | undefined;
}

/** What Secrets Manager tells of a secret without its value. */
export interface SecretDescription {
  name: string;
  arn: string;
  /** As stored; undefined for the AWS-managed key `aws/secretsmanager`. */
  kmsKeyId: string | undefined;
  description: string | undefined;
  tags: Tag[];
  /** Set while its deletion is scheduled. */
  deletedAt: Date | undefined;
  /** When anything of it last changed (LastChangedDate): its value, a label, a tag. */
  changedAt: Date | undefined;
  /** When Secrets Manager last rotated it; undefined when it never did, or rotation is off. */
  lastRotatedAt: Date | undefined;
  /** Undefined when rotation was never configured. */
  rotation: SecretRotation | undefined;
  /** The version of a rotation that is not complete: it has AWSPENDING and not AWSCURRENT. */
  pendingVersionId: string | undefined;
  /** The version that holds AWSCURRENT; undefined while there is no value. */
  currentVersionId: string | undefined;
  /** The labels of the versions that have any, by version id. */
  stages: Readonly<Record<string, readonly string[]>>;
  /** The AWS service that manages it, e.g. `rds`; undefined for a secret of one's own. */
  owningService: string | undefined;
  /** The region of the secret that this one may be a replica of; undefined when not replicated. */
  primaryRegion: string | undefined;
  /** Where it is replicated to; undefined for a replica, one without replicas, and in a list. */
  replicaRegions: string[] | undefined;
}

/** How Secrets Manager rotates a secret. */
export interface SecretRotation {
  /** Whether it is rotated on a schedule. */
  enabled: boolean;
  /** The Lambda function; undefined where the service that manages the secret rotates it. */
  functionArn: string | undefined;
}

/** A version of a secret without its value. */
export interface StoredVersion extends SecretVersion {
  kmsKeyIds: string[];
  /** The day it was last read, as far as Secrets Manager has noted it. */
  accessedAt: Date | undefined;
}

/** Reads an answer of GetSecretValue or BatchGetSecretValue. */
export function readSecret({ Name, ARN, VersionId, SecretString }: SecretValueEntry): ReadSecret {
  return {
    name: Name ?? '',
    arn: ARN ?? '',
    versionId: VersionId ?? '',
    value: SecretString === undefined ? undefined : new SecretValue(SecretString),
  };
}

/** Reads an answer of DescribeSecret. */
export function describedSecret(secret: DescribeSecretResponse): SecretDescription {
  const replicas = secret.ReplicationStatus?.flatMap(({ Region }) => Region ?? []);
  return { ...describe(secret, secret.VersionIdsToStages), replicaRegions: replicas };
}

/** Reads an entry of ListSecrets. */
export function listedSecret(secret: SecretListEntry): SecretDescription {
  return describe(secret, secret.SecretVersionsToStages);
}

/** Reads an entry of ListSecretVersionIds; nothing for a version without a date. */
export function storedVersion(entry: SecretVersionsListEntry): StoredVersion[] {
  const { VersionId = '', VersionStages = [], CreatedDate, KmsKeyIds, LastAccessedDate } = entry;
  if (!CreatedDate) return [];
  return [
    {
      versionId: VersionId,
      stages: VersionStages,
      createdAt: CreatedDate,
      kmsKeyIds: KmsKeyIds ?? [],
      accessedAt: LastAccessedDate,
    },
  ];
}

/** Tags as Secrets Manager takes them. */
export function awsTags(tags: readonly Tag[]): { Key: string; Value: string }[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

/** How a secret, known by its name or ARN, is written on the command line. */
export function referenceTo(id: string): string {
  return id.startsWith('arn:') ? id : `sm:${id}`;
}

// --- internal ---

function describe(
  secret: DescribeSecretResponse | SecretListEntry,
  stages: Record<string, string[]> = {},
): SecretDescription {
  const holder = (label: string): string | undefined =>
    Object.keys(stages).find((versionId) => stages[versionId]?.includes(label));
  const currentVersionId = holder('AWSCURRENT');
  const pending = holder('AWSPENDING');
  const { RotationEnabled: enabled, RotationLambdaARN: functionArn } = secret;
  return {
    name: secret.Name ?? '',
    arn: secret.ARN ?? '',
    kmsKeyId: secret.KmsKeyId,
    description: secret.Description,
    tags: (secret.Tags ?? []).map(({ Key = '', Value = '' }): Tag => ({ key: Key, value: Value })),
    deletedAt: secret.DeletedDate,
    changedAt: secret.LastChangedDate,
    lastRotatedAt: secret.LastRotatedDate,
    rotation:
      enabled === undefined && functionArn === undefined
        ? undefined
        : { enabled: enabled ?? false, functionArn },
    pendingVersionId: pending === currentVersionId ? undefined : pending,
    currentVersionId,
    stages,
    owningService: secret.OwningService,
    primaryRegion: secret.PrimaryRegion,
    replicaRegions: undefined,
  };
}
