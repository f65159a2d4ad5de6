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

/** The description of a secret, without its value. */
export interface SecretDescription {
  name: string;
  arn: string;
  /** As stored; undefined for the AWS-managed key `aws/secretsmanager`. */
  kmsKeyId: string | undefined;
  description: string | undefined;
  tags: Tag[];
  createdAt: Date | undefined;
  /** Set while its deletion is scheduled. */
  deletedAt: Date | undefined;
  /** When anything about it last changed (LastChangedDate): its value, a label, a tag. */
  changedAt: Date | undefined;
  /** When Secrets Manager last rotated it; undefined if it never did, or rotation is off. */
  lastRotatedAt: Date | undefined;
  /** When Secrets Manager rotates it next, at the latest; undefined without a schedule. */
  nextRotationAt: Date | undefined;
  /** Undefined if rotation was never configured. */
  rotation: SecretRotation | undefined;
  /** The version of an incomplete rotation: it has AWSPENDING and not AWSCURRENT. */
  pendingVersionId: string | undefined;
  /** The version with AWSCURRENT; undefined if there is no value. */
  currentVersionId: string | undefined;
  /** The staging labels by version ID, for versions that have any. */
  stages: Readonly<Record<string, readonly string[]>>;
  /** The AWS service that manages it, e.g. `rds`; undefined for an unmanaged secret. */
  owningService: string | undefined;
  /** The partner that holds a managed external secret; undefined for others. */
  partner: string | undefined;
  /** The ARN of the primary in another account; undefined if it is no such replica, and in a list. */
  crossAccountPrimary: string | undefined;
  /** ARNs of its replicas in other accounts; undefined if there are none, and in a list. */
  crossAccountReplicas: string[] | undefined;
  /** The region of the primary secret of this replica; undefined if not replicated. */
  primaryRegion: string | undefined;
  /** Its replica regions; undefined for a replica, a secret without replicas, and in a list. */
  replicaRegions: string[] | undefined;
}

/** How Secrets Manager rotates a secret. */
export interface SecretRotation {
  /** Whether it is rotated on a schedule. */
  enabled: boolean;
  /** The Lambda function; undefined if the managing service rotates the secret. */
  functionArn: string | undefined;
}

/** A version of a secret without its value. */
export interface StoredVersion extends SecretVersion {
  kmsKeyIds: string[];
  /** The date of the last read, as recorded by Secrets Manager. */
  accessedAt: Date | undefined;
}

/** Converts a value from GetSecretValue or BatchGetSecretValue. */
export function readSecret({ Name, ARN, VersionId, SecretString }: SecretValueEntry): ReadSecret {
  return {
    name: Name ?? '',
    arn: ARN ?? '',
    versionId: VersionId ?? '',
    value: SecretString === undefined ? undefined : new SecretValue(SecretString),
  };
}

/** Members of DescribeSecret that are newer than the SDK (botocore 1.44 model). */
export interface NewerMembers {
  CrossAccountPrimary?: { PrimarySecretARN?: string };
  CrossAccountReplicas?: { ReplicaSecretARN?: string }[];
}

/** Converts a response of DescribeSecret. */
export function describedSecret(secret: DescribeSecretResponse & NewerMembers): SecretDescription {
  const replicas = secret.ReplicationStatus?.flatMap(({ Region }) => Region ?? []);
  const others = secret.CrossAccountReplicas?.flatMap(
    ({ ReplicaSecretARN }) => ReplicaSecretARN ?? [],
  );
  return {
    ...describe(secret, secret.VersionIdsToStages),
    crossAccountPrimary: secret.CrossAccountPrimary?.PrimarySecretARN,
    crossAccountReplicas: others?.length === 0 ? undefined : others,
    replicaRegions: replicas,
  };
}

/** Converts an entry of ListSecrets. */
export function listedSecret(secret: SecretListEntry): SecretDescription {
  return describe(secret, secret.SecretVersionsToStages);
}

/** Converts an entry of ListSecretVersionIds; empty for a version without a date. */
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

/** Converts tags to the form of Secrets Manager. */
export function awsTags(tags: readonly Tag[]): { Key: string; Value: string }[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

/** The notation of a secret on the command line, by its name or ARN. */
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
    createdAt: secret.CreatedDate,
    deletedAt: secret.DeletedDate,
    changedAt: secret.LastChangedDate,
    lastRotatedAt: secret.LastRotatedDate,
    nextRotationAt: secret.NextRotationDate,
    rotation:
      enabled === undefined && functionArn === undefined
        ? undefined
        : { enabled: enabled ?? false, functionArn },
    pendingVersionId: pending === currentVersionId ? undefined : pending,
    currentVersionId,
    stages,
    owningService: secret.OwningService,
    partner: secret.Type === '' ? undefined : secret.Type,
    crossAccountPrimary: undefined,
    crossAccountReplicas: undefined,
    primaryRegion: secret.PrimaryRegion,
    replicaRegions: undefined,
  };
}
