import {
  BatchGetSecretValueCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { AwsError, Interrupted, isAwsError, isUncertain } from '../errors.ts';
import type { Tag } from '../model/secrets/secret-rules.ts';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';
import {
  awsTags,
  describedSecret,
  listedSecret,
  readSecret,
  referenceTo,
  storedVersion,
  type NewerMembers,
  type ReadSecret,
  type SecretDescription,
  type StoredVersion,
} from './secret-answers.ts';
import { type SecretAttributes, type SecretWrites, secretWrites } from './secret-writes.ts';
import { withRawAnswer } from './calls/raw-json.ts';
import { unlessGone } from './calls/unless-gone.ts';
import { attemptsOf } from './calls/retries.ts';
import { parsedDocument } from './calls/unreadable-answer.ts';

export type {
  ReadSecret,
  SecretDescription,
  SecretRotation,
  StoredVersion,
} from './secret-answers.ts';

/** The version to read; default: the current one. */
export interface VersionSelector {
  stage?: string | undefined;
  versionId?: string | undefined;
}

/** The Secrets Manager calls that this tool makes. IDs are names, partial ARNs or full ARNs. */
export interface SecretsManager extends SecretWrites {
  /**
   * The value of a version; undefined if the secret or version does not exist, has no value yet, or
   * is not at the stage.
   * Throws AwsError InvalidRequestException while the deletion of the secret is scheduled.
   */
  read(id: string, version?: VersionSelector): Promise<ReadSecret | undefined>;
  /**
   * The current values of up to 20 secrets. Omits those that do not exist, have no value or cannot
   * be read; `read` returns the reason.
   */
  readMany(ids: readonly string[]): Promise<ReadSecret[]>;
  /** Descriptions of the secrets with this name prefix (empty: all), sorted by name. */
  list(namePrefix: string): Promise<SecretDescription[]>;
  /** Undefined if the secret does not exist. Also works during a scheduled deletion. */
  describe(id: string): Promise<SecretDescription | undefined>;
  /** The labelled versions with their dates; `all` includes those without a label. */
  versions(id: string, options?: { all?: boolean }): Promise<StoredVersion[]>;
  /**
   * Starts the secret's rotation function, which creates a version with this ID (a UUID). Throws
   * AwsError InvalidRequestException if no function is configured, and while another rotation is
   * incomplete.
   */
  rotate(id: string, versionId: string): Promise<void>;
  update(id: string, attributes: SecretAttributes): Promise<void>;
  addTags(id: string, tags: readonly Tag[]): Promise<void>;
  /** Keys that it does not have are ignored. */
  removeTags(id: string, keys: readonly string[]): Promise<void>;
  /** Cancels a scheduled deletion. */
  restore(id: string): Promise<void>;
  /** The resource policy of the secret, decoded; undefined if it has none. */
  resourcePolicy(id: string): Promise<unknown>;
  /** Schedules the deletion in 7 to 30 days, or deletes immediately and permanently (0). */
  delete(id: string, recoveryDays: number): Promise<{ deletedAt: Date | undefined }>;
}

/** Creates the Secrets Manager gateway for a region. */
export function createSecretsManager(config: AwsConfig, region?: string): SecretsManager {
  const client = supervised(
    new SecretsManagerClient(clientSettings(config, 'secrets_manager', region)),
    'secretsmanager',
    config,
  );
  const attempts = Math.min(3, attemptsOf(config.access.settings).failed);
  return {
    ...secretWrites(client),

    async read(id, { stage, versionId } = {}) {
      try {
        const answer = await client.send(
          new GetSecretValueCommand({
            SecretId: id,
            VersionId: versionId,
            VersionStage: stage ?? (versionId === undefined ? 'AWSCURRENT' : undefined),
          }),
        );
        return readSecret(answer);
      } catch (error) {
        if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
        const refused = isAwsError(error, 'InvalidRequestException');
        if (refused && error.message.includes('not associated')) return undefined;
        throw refused && error.message.includes('for deletion')
          ? new AwsError('pending-deletion', `the secret ${id} is scheduled for deletion`, {
              hint: `ecs-secrets restore ${referenceTo(id)} cancels the deletion`,
              awsCode: error.awsCode,
            })
          : error;
      }
    },

    async readMany(ids) {
      const found: ReadSecret[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new BatchGetSecretValueCommand({ SecretIdList: [...ids], NextToken: token }),
        );
        found.push(...(page.SecretValues ?? []).map(readSecret));
        token = page.NextToken;
      } while (token);
      return found;
    },

    async list(namePrefix) {
      const found: SecretDescription[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListSecretsCommand({
            ...(namePrefix !== '' && { Filters: [{ Key: 'name', Values: [namePrefix] }] }),
            MaxResults: 100,
            NextToken: token,
          }),
        );
        found.push(...(page.SecretList ?? []).map(listedSecret));
        token = page.NextToken;
      } while (token);
      return found.sort((a, b) => (a.name < b.name ? -1 : 1));
    },

    describe: (id) => describe(client, id),

    async versions(id, { all = false } = {}) {
      const versions: StoredVersion[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListSecretVersionIdsCommand({
            SecretId: id,
            MaxResults: 100,
            NextToken: token,
            ...(all && { IncludeDeprecated: true }),
          }),
        );
        versions.push(...(page.Versions ?? []).flatMap(storedVersion));
        token = page.NextToken;
      } while (token);
      return versions;
    },

    async rotate(id, versionId) {
      await client.send(new RotateSecretCommand({ SecretId: id, ClientRequestToken: versionId }));
    },

    async update(id, { kmsKeyId, description }) {
      await client.send(
        new UpdateSecretCommand({ SecretId: id, KmsKeyId: kmsKeyId, Description: description }),
      );
    },

    async addTags(id, tags) {
      await client.send(new TagResourceCommand({ SecretId: id, Tags: awsTags(tags) }));
    },

    async removeTags(id, keys) {
      await client.send(new UntagResourceCommand({ SecretId: id, TagKeys: [...keys] }));
    },

    async restore(id) {
      await client.send(new RestoreSecretCommand({ SecretId: id }));
    },

    async resourcePolicy(id) {
      const { ResourcePolicy } = await client.send(new GetResourcePolicyCommand({ SecretId: id }));
      return parsedDocument('secretsmanager:GetResourcePolicy', ResourcePolicy);
    },

    delete: (id, recoveryDays) => deleteOnce(client, id, recoveryDays, attempts),
  };
}

// --- internal ---

async function describe(
  client: SecretsManagerClient,
  id: string,
): Promise<SecretDescription | undefined> {
  const { command, answer } = withRawAnswer(new DescribeSecretCommand({ SecretId: id }));
  const found = await unlessGone(client.send(command));
  if (!found) return undefined;
  const { CrossAccountPrimary, CrossAccountReplicas } = answer() as NewerMembers;
  return describedSecret({ ...found, CrossAccountPrimary, CrossAccountReplicas });
}

/** A repeated deletion is refused, so after a lost answer the state is read. */
async function deleteOnce(
  client: SecretsManagerClient,
  id: string,
  recoveryDays: number,
  attempts: number,
): Promise<{ deletedAt: Date | undefined }> {
  const command = new DeleteSecretCommand({
    SecretId: id,
    ...(recoveryDays === 0
      ? { ForceDeleteWithoutRecovery: true }
      : { RecoveryWindowInDays: recoveryDays }),
  });
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { deletedAt: (await client.send(command)).DeletionDate };
    } catch (error) {
      if (!isUncertain(error)) throw error;
      const now = await describe(client, id).catch(() => {
        throw error;
      });
      if (!now || now.deletedAt) return { deletedAt: now?.deletedAt };
      if (attempt >= attempts || error instanceof Interrupted) throw error;
    }
  }
}
