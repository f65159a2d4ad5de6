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

/** What a write sets besides the value; undefined is kept as it is. */
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
  /** A new version that becomes AWSCURRENT. */
  putValue(id: string, value: SecretValue): Promise<{ arn: string; versionId: string }>;
  /**
   * The same, but only while `current` holds AWSCURRENT (undefined: while no version does); undefined
   * when another version came to hold it. UpdateSecretVersionStage refuses to take a label from a version that has lost it (API
   * reference, RemoveFromVersionId), which makes it a compare-and-set. Also answered is a version that
   * became current and was replaced by someone else's before AWS's answer came.
   */
  putValueOver(
    id: string,
    value: SecretValue,
    current: string | undefined,
  ): Promise<{ versionId: string } | undefined>;
  /**
   * Makes a version current again in place of another. False when that other one is not current any
   * more: someone else stored a value. Throws AwsError ResourceNotFoundException when a version is not
   * kept any more.
   */
  moveCurrent(id: string, to: string, from: string): Promise<boolean>;
}

/**
 * The calls that store a value or move AWSCURRENT. Each may be repeated: a new version has an id of
 * ours (ClientRequestToken), under which it is stored once only, however often it is asked for (API
 * reference, PutSecretValue); where a label is, is looked up after a lost answer. Throws AwsError
 * `uncertain-write` where nobody can look.
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
     * Cut off before the second call, this leaves a version that was never current, with the staging
     * label, which the next one takes from it. Cut off before the third, the staging label is left on
     * the current version, and taken from there in the same way. AWSCURRENT is moved by one call that
     * AWS makes or refuses as a whole.
     */
    async putValueOver(id, value, current) {
      const { versionId, labels } = await put(id, value, [stagingLabel]);
      // The first version of a secret is made current by AWS itself (API reference, PutSecretValue).
      const moved = labels.includes('AWSCURRENT') || (await moveCurrent(id, versionId, current));
      // The value is current or discarded by now, and another writer may have taken the label.
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
   * The version that a call stores, looked up when the answer was lost; `done` as in `look`. One that
   * two others have followed since has no label, and counts as not stored.
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

  /** False when another version came to hold AWSCURRENT before it was moved. */
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
      // A first answer may have been lost, and this one be that of the SDK's second try.
      const holder = Object.keys(labels).find((version) => labels[version]?.includes('AWSCURRENT'));
      if (holder === to) return true;
      if (holder === from) throw error;
      // AWSCURRENT leaves AWSPREVIOUS behind: somebody stored a value after the label was moved.
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
   * Describes the secret after a write that may have been made. Where that is refused, `done` says what
   * may have been done; undefined: it is of no consequence, and the error of the write is thrown.
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

/** Holds a version that is not current yet; without any label Secrets Manager may drop it. */
const stagingLabel = 'ecs-secrets-staged';

function maybeStored(id: string): string {
  return `the value of ${referenceTo(id)} may have been stored`;
}

/** The SDK repeats these calls: a first answer may have been lost before a throttled one came. */
function mayBeDone(error: unknown): error is AwsError {
  return isUncertain(error) || (error instanceof AwsError && error.code === 'throttled');
}
