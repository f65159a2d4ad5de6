import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
  type DescribeSecretResponse,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { AwsError, CliError, isAwsError, isUncertain } from '../errors.ts';
import type { Tag } from '../model/secrets/secret-rules.ts';
import type { SecretValue } from '../model/secrets/secret-value.ts';
import { uncertainWrite } from './calls/client.ts';
import { awsTags, referenceTo } from './secret-answers.ts';

/** What a write sets besides the value; undefined keeps the current setting. */
export interface SecretAttributes {
  kmsKeyId?: string | undefined;
  description?: string | undefined;
}

/** The calls that store a value of a secret or move AWSCURRENT. */
export interface SecretWrites {
  /** Throws AwsError ResourceExistsException, InvalidRequestException (deletion scheduled). */
  create(
    name: string,
    value: SecretValue,
    attributes: SecretAttributes,
    tags: readonly Tag[],
  ): Promise<{ arn: string; versionId: string }>;
  /** Stores a new version, which becomes AWSCURRENT. */
  putValue(id: string, value: SecretValue): Promise<{ arn: string; versionId: string }>;
  /**
   * The same, but only while `current` has AWSCURRENT (undefined: while no version has it). Returns
   * undefined if another version got it. UpdateSecretVersionStage refuses to remove a label from a
   * version that has lost it (API reference, RemoveFromVersionId), which makes it a
   * compare-and-set. Also returns a version that became current and was replaced by someone else
   * before AWS's answer arrived.
   */
  putValueOver(
    id: string,
    value: SecretValue,
    current: string | undefined,
  ): Promise<{ versionId: string } | undefined>;
  /**
   * Makes a version current again in place of another one. Returns false if that other one is no
   * longer current, because someone else stored a value. Throws AwsError ResourceNotFoundException
   * if a version is no longer retained.
   */
  moveCurrent(id: string, to: string, from: string): Promise<boolean>;
}

/**
 * The calls that store a value or move AWSCURRENT. Each is safe to retry: a new version has an ID
 * chosen by us (ClientRequestToken), under which it is stored only once (API reference,
 * PutSecretValue). After a lost answer, the position of a label is read. Throws AwsError
 * `uncertain-write` if it cannot be read.
 */
export function secretWrites(client: SecretsManagerClient): SecretWrites {
  return {
    async create(name, value, { kmsKeyId, description }, tags) {
      const id = randomUUID();
      const command = new CreateSecretCommand({
        Name: name,
        ClientRequestToken: id,
        SecretString: value.reveal(),
        KmsKeyId: kmsKeyId,
        Description: description,
        ...(tags.length > 0 && { Tags: awsTags(tags) }),
      });
      return stored(name, id, client.send(command), maybeStored(name));
    },

    putValue(id, value) {
      return put(id, value);
    },

    /*
     * If interrupted before the second call, a version that was never current keeps the staging
     * label, and the next call takes the label from it. If interrupted before the third call, the
     * current version keeps the staging label, and the next call takes it in the same way. AWSCURRENT
     * is moved by one call that AWS performs or refuses as a whole.
     */
    async putValueOver(id, value, current) {
      const { versionId, labels } = await put(id, value, [stagingLabel]);
      // AWS itself makes the first version of a secret current (API reference, PutSecretValue).
      const moved = labels.includes('AWSCURRENT') || (await moveCurrent(id, versionId, current));
      // The value is now current or discarded, and another writer may have taken the label.
      await move(id, stagingLabel, undefined, versionId).catch((error: unknown) => {
        if (!(error instanceof CliError)) throw error;
      });
      return moved ? { versionId } : undefined;
    },

    moveCurrent,
  };

  function put(id: string, value: SecretValue, stages?: string[]): Promise<Stored> {
    const versionId = randomUUID();
    const command = new PutSecretValueCommand({
      SecretId: id,
      ClientRequestToken: versionId,
      SecretString: value.reveal(),
      VersionStages: stages,
    });
    return stored(id, versionId, client.send(command), stages ? undefined : maybeStored(id));
  }

  /**
   * The version stored by a call, which is looked up if the answer was lost; `done` as in `look`. A
   * version followed by 2 others has no label, and counts as not stored.
   */
  async function stored(
    id: string,
    versionId: string,
    call: Promise<{ ARN?: string | undefined; VersionStages?: string[] | undefined }>,
    done: string | undefined,
  ): Promise<Stored> {
    try {
      const { ARN = '', VersionStages: labels = [] } = await call;
      return { arn: ARN, versionId, labels };
    } catch (error) {
      if (!mayBeDone(error)) throw error;
      const { ARN = '', VersionIdsToStages = {} } = await look(id, error, done);
      const labels = VersionIdsToStages[versionId];
      if (!labels) throw error;
      return { arn: ARN, versionId, labels };
    }
  }

  /** Returns false if another version got AWSCURRENT before the move. */
  async function moveCurrent(id: string, to: string, from: string | undefined): Promise<boolean> {
    try {
      await move(id, 'AWSCURRENT', to, from);
      return true;
    } catch (error) {
      const refused = isAwsError(error, 'InvalidParameterException', 'InvalidRequestException');
      if (!refused && !mayBeDone(error)) throw error;
      const { VersionIdsToStages: labels = {} } = await look(
        id,
        error,
        `AWSCURRENT of ${referenceTo(id)} may have been moved`,
      );
      // A first answer may have been lost, so that this is the answer to the SDK's retry.
      const holder = Object.keys(labels).find((version) => labels[version]?.includes('AWSCURRENT'));
      if (holder === to) return true;
      if (holder === from) throw error;
      // AWSCURRENT leaves AWSPREVIOUS behind: someone stored a value after the label was moved.
      return labels[to]?.includes('AWSPREVIOUS') ?? false;
    }
  }

  async function move(
    id: string,
    label: string,
    to: string | undefined,
    from: string | undefined,
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

  /**
   * Describes the secret after a write that AWS may have performed. If that is denied, `done`
   * states what may have been done. If `done` is undefined, it does not matter, and the error of
   * the write is thrown.
   */
  async function look(
    id: string,
    error: AwsError,
    done: string | undefined,
  ): Promise<DescribeSecretResponse> {
    try {
      return await client.send(new DescribeSecretCommand({ SecretId: id }));
    } catch (unseen) {
      if (!(unseen instanceof CliError)) throw unseen;
      if (done === undefined || isAwsError(unseen, 'ResourceNotFoundException')) throw error;
      throw uncertainWrite(done, referenceTo(id), error);
    }
  }
}

// --- internal ---

interface Stored {
  arn: string;
  versionId: string;
  labels: string[];
}

/**
 * Label for a version that is not current yet; Secrets Manager may delete versions without a label.
 */
const stagingLabel = 'ecs-secrets-staged';

function maybeStored(id: string): string {
  return `the value of ${referenceTo(id)} may have been stored`;
}

/**
 * The SDK retries these calls: a first answer may have been lost before a throttled one arrived.
 */
function mayBeDone(error: unknown): error is AwsError {
  return isUncertain(error) || (error instanceof AwsError && error.code === 'throttled');
}
