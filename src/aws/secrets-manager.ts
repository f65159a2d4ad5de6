import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { isAwsError } from '../errors.ts';
import type { Tag } from '../model/secret-rules.ts';
import { SecretValue } from '../model/secret-value.ts';
import type { SecretVersion } from '../model/staleness.ts';
import { clientSettings, supervised, type AwsConfig } from './client.ts';

/** A version of a secret with its value. */
export interface ReadSecret {
  name: string;
  arn: string;
  versionId: string;
  /** Undefined for a binary secret, which ECS cannot inject. */
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
  /** When anything of it last changed. */
  changedAt: Date | undefined;
  /** The version that holds AWSCURRENT; undefined while there is no value. */
  currentVersionId: string | undefined;
}

/** What a write sets besides the value; undefined is kept as it is. */
export interface SecretAttributes {
  kmsKeyId?: string | undefined;
  description?: string | undefined;
}

/** Secrets Manager, in the calls this tool makes. Ids are names, partial or full ARNs. */
export interface SecretsManager {
  /**
   * The current value; undefined when there is no such secret, or no value yet.
   * Throws AwsError InvalidRequestException while the secret's deletion is scheduled.
   */
  read(id: string): Promise<ReadSecret | undefined>;
  /** Undefined when there is no such secret. Answers during a scheduled deletion too. */
  describe(id: string): Promise<SecretDescription | undefined>;
  /** Throws AwsError ResourceExistsException, InvalidRequestException (deletion scheduled). */
  create(
    name: string,
    value: SecretValue,
    attributes: SecretAttributes,
    tags: readonly Tag[],
  ): Promise<{ arn: string; versionId: string }>;
  /** A new version that becomes AWSCURRENT. */
  putValue(id: string, value: SecretValue): Promise<{ arn: string; versionId: string }>;
  /**
   * The same, but only while `current` holds AWSCURRENT; undefined when another version came to
   * hold it. UpdateSecretVersionStage refuses to take a label from a version that has lost it (API
   * reference, RemoveFromVersionId), which makes it a compare-and-set.
   */
  putValueOver(
    id: string,
    value: SecretValue,
    current: string,
  ): Promise<{ versionId: string } | undefined>;
  /** The labelled versions with their dates. */
  versions(id: string): Promise<SecretVersion[]>;
  /**
   * Makes a version current again in place of another. False when that other one is not current any
   * more: somebody else stored a value.
   */
  moveCurrent(id: string, to: string, from: string): Promise<boolean>;
  /** Starts the secret's rotation function. Throws AwsError when none is configured. */
  rotate(id: string): Promise<void>;
  update(id: string, attributes: SecretAttributes): Promise<void>;
  addTags(id: string, tags: readonly Tag[]): Promise<void>;
  /** Takes back a scheduled deletion. */
  restore(id: string): Promise<void>;
}

/** Makes the Secrets Manager gateway for a region. */
export function createSecretsManager(config: AwsConfig, region?: string): SecretsManager {
  const client = supervised(
    new SecretsManagerClient(clientSettings(config, region)),
    'secretsmanager',
    config,
  );
  return {
    async read(id) {
      try {
        const { Name, ARN, VersionId, SecretString } = await client.send(
          new GetSecretValueCommand({ SecretId: id, VersionStage: 'AWSCURRENT' }),
        );
        return {
          name: Name ?? id,
          arn: ARN ?? '',
          versionId: VersionId ?? '',
          value: SecretString === undefined ? undefined : new SecretValue(SecretString),
        };
      } catch (error) {
        if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
        throw error;
      }
    },

    async describe(id) {
      try {
        const secret = await client.send(new DescribeSecretCommand({ SecretId: id }));
        const [currentVersionId] =
          Object.entries(secret.VersionIdsToStages ?? {}).find(([, stages]) =>
            stages.includes('AWSCURRENT'),
          ) ?? [];
        return {
          name: secret.Name ?? id,
          arn: secret.ARN ?? '',
          kmsKeyId: secret.KmsKeyId,
          description: secret.Description,
          tags: (secret.Tags ?? []).map(({ Key = '', Value = '' }) => ({ key: Key, value: Value })),
          deletedAt: secret.DeletedDate,
          changedAt: secret.LastChangedDate,
          currentVersionId,
        };
      } catch (error) {
        if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
        throw error;
      }
    },

    async create(name, value, { kmsKeyId, description }, tags) {
      const { ARN, VersionId } = await client.send(
        new CreateSecretCommand({
          Name: name,
          SecretString: value.reveal(),
          KmsKeyId: kmsKeyId,
          Description: description,
          ...(tags.length > 0 && { Tags: toAws(tags) }),
        }),
      );
      return { arn: ARN ?? '', versionId: VersionId ?? '' };
    },

    async putValue(id, value) {
      const { ARN, VersionId } = await client.send(
        new PutSecretValueCommand({ SecretId: id, SecretString: value.reveal() }),
      );
      return { arn: ARN ?? '', versionId: VersionId ?? '' };
    },

    async putValueOver(id, value, current) {
      const { VersionId: versionId = '' } = await client.send(
        new PutSecretValueCommand({
          SecretId: id,
          SecretString: value.reveal(),
          VersionStages: [stagingLabel],
        }),
      );
      if (!(await moved(id, versionId, current))) return undefined;
      // Another writer may have taken the label for its own version by now: it is theirs to remove.
      await move(id, stagingLabel, undefined, versionId).catch((error: unknown) => {
        if (!isAwsError(error, 'InvalidParameterException', 'InvalidRequestException')) throw error;
      });
      return { versionId };
    },

    async versions(id) {
      const versions: SecretVersion[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListSecretVersionIdsCommand({ SecretId: id, MaxResults: 100, NextToken: token }),
        );
        for (const { VersionId = '', VersionStages = [], CreatedDate } of page.Versions ?? []) {
          if (CreatedDate)
            versions.push({ versionId: VersionId, stages: VersionStages, createdAt: CreatedDate });
        }
        token = page.NextToken;
      } while (token);
      return versions;
    },

    moveCurrent(id, to, from) {
      return moved(id, to, from);
    },

    async rotate(id) {
      await client.send(new RotateSecretCommand({ SecretId: id }));
    },

    async update(id, { kmsKeyId, description }) {
      await client.send(
        new UpdateSecretCommand({ SecretId: id, KmsKeyId: kmsKeyId, Description: description }),
      );
    },

    async addTags(id, tags) {
      await client.send(new TagResourceCommand({ SecretId: id, Tags: toAws(tags) }));
    },

    async restore(id) {
      await client.send(new RestoreSecretCommand({ SecretId: id }));
    },
  };

  async function move(
    id: string,
    label: string,
    to: string | undefined,
    from: string,
  ): Promise<void> {
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: id,
        VersionStage: label,
        MoveToVersionId: to,
        RemoveFromVersionId: from,
      }),
    );
  }

  /** Moves AWSCURRENT; false when it is not where it was thought to be. */
  async function moved(id: string, to: string, from: string): Promise<boolean> {
    try {
      await move(id, 'AWSCURRENT', to, from);
      return true;
    } catch (error) {
      if (!isAwsError(error, 'InvalidParameterException', 'InvalidRequestException')) throw error;
      const { VersionIdsToStages = {} } = await client.send(
        new DescribeSecretCommand({ SecretId: id }),
      );
      if (VersionIdsToStages[from]?.includes('AWSCURRENT')) throw error;
      return false;
    }
  }
}

// --- internal ---

/** Holds a version that is not current yet; without any label Secrets Manager may drop it. */
const stagingLabel = 'ecs-secrets-staged';

function toAws(tags: readonly Tag[]): { Key: string; Value: string }[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
