import { randomUUID } from 'node:crypto';
import { flag, list, operation, optional, tag, text } from '../protocol/input.ts';
import { ServiceError, type Call, type Operation } from '../service.ts';
import {
  checkKey,
  getLive,
  getPrimary,
  invalidName,
  isName,
  keyOf,
  newArn,
  refuseReplica,
  secretsOf,
} from './store.ts';
import { checkReplicaRequest } from './cross-account.ts';
import { managementOf, refuseManaged } from './managed.ts';
import { authorizeKey, keyTrial } from './permissions.ts';
import { checkRegions, replicate, replicaRegions } from './replication.ts';
import { isFilled } from './rotation-progress.ts';
import { labelsOf, relabel } from './stages.ts';
import { withTags } from './tags.ts';
import type { Secret, SecretsWorld, SecretVersion } from './state.ts';

const mostVersions = 100;
const mostStages = 20;
/** Bytes of a value (Secrets Manager quotas). */
const mostBytes = 65_536;
const day = 86_400_000;

const value = {
  SecretString: optional(text(1)),
  SecretBinary: optional(text(1)),
  ClientRequestToken: optional(text(32, 64)),
};
interface Value {
  SecretString: string | undefined;
  SecretBinary: string | undefined;
  ClientRequestToken: string | undefined;
}

/** The operations that store values. */
export function writeOperations(world: SecretsWorld): Record<string, Operation> {
  const { environment } = world;
  const secretId = text(1, 2048);
  const description = optional(text(0, 2048));
  const keyId = optional(text(0, 2048));
  const now = (): Date => new Date(environment.now());

  /**
   * Adds a version; returns the existing one if the token was used before with the same content.
   */
  function addVersion(
    secret: Secret,
    given: Value,
    stages: readonly string[],
    call: Call,
  ): SecretVersion {
    const id = given.ClientRequestToken ?? randomUUID();
    const before = secret.versions.get(id);
    if (before && !isFilled(before)) {
      // The step of a rotation function that stores the value of the pending version.
      before.text = given.SecretString;
      before.binary = given.SecretBinary;
      for (const stage of stages) relabel(environment, secret, stage, before);
      return before;
    }
    if (before) {
      if (before.text === given.SecretString && before.binary === given.SecretBinary) {
        return before;
      }
      throw new ServiceError(
        'ResourceExistsException',
        `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
      );
    }
    checkKey(world, call, secret.keyId);
    authorizeKey(world, call, keyOf(world, call, secret.keyId), secret.arn, id);
    makeRoom(secret, environment.now());
    const all = new Set([...secret.versions.values()].flatMap((one) => [...one.stages]));
    if (new Set([...all, ...stages]).size > mostStages) {
      throw limit(`You can attach ${mostStages} staging labels to a secret at most.`);
    }
    const version: SecretVersion = {
      id,
      text: given.SecretString,
      binary: given.SecretBinary,
      stages: new Set(),
      created: now(),
      accessed: undefined,
      keyId: secret.keyId,
    };
    secret.versions.set(id, version);
    // A secret with a value always has a current version.
    const first = secret.versions.size === 1 && !stages.includes('AWSCURRENT');
    for (const stage of first ? [...stages, 'AWSCURRENT'] : stages) {
      relabel(environment, secret, stage, version);
    }
    secret.changed = now();
    return version;
  }

  return {
    CreateSecret: operation(
      {
        Name: text(1, 512),
        ...value,
        Description: description,
        KmsKeyId: keyId,
        Tags: optional(list(tag)),
        AddReplicaRegions: optional(replicaRegions),
        ForceOverwriteReplicaSecret: optional(flag),
        Type: optional(text(0, 256)),
        CrossAccountPrimaryARN: optional(text(20, 2048)),
      },
      (input, call) => {
        const { Name: name } = input;
        if (!isName(name)) throw invalidName();
        const { AddReplicaRegions: regions, ForceOverwriteReplicaSecret: force = false } = input;
        if (regions) checkRegions(call, regions);
        checkReplicaRequest(world, call, input);
        const hasValue = checkValue(input);
        const store = secretsOf(world, call);
        const existing = store.get(name);
        if (existing?.deletion) {
          throw new ServiceError(
            'InvalidRequestException',
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
          );
        }
        if (existing) {
          const same = existing.versions.get(input.ClientRequestToken ?? '');
          if (same && same.text === input.SecretString && same.binary === input.SecretBinary) {
            return { ARN: existing.arn, Name: name, VersionId: same.id };
          }
          throw new ServiceError(
            'ResourceExistsException',
            `The operation failed because the secret ${name} already exists.`,
          );
        }
        const { owningService, tags, rotation } = managementOf(name);
        const secret: Secret = {
          name,
          arn: newArn(environment, call.region, name),
          description: input.Description,
          keyId: customKey(input.KmsKeyId),
          versions: new Map(),
          tags: new Map([...withTags(new Map(), input.Tags ?? []), ...tags]),
          created: now(),
          changed: now(),
          accessed: undefined,
          deletion: undefined,
          policy: undefined,
          rotation,
          owningService,
          partner: input.Type,
          crossAccountPrimary: input.CrossAccountPrimaryARN,
          crossAccountReplicas: new Set(),
          primary: undefined,
          replicas: new Map(),
        };
        checkKey(world, call, secret.keyId);
        authorizeKey(world, call, keyOf(world, call, secret.keyId), secret.arn, keyTrial);
        const version = hasValue ? addVersion(secret, input, ['AWSCURRENT'], call) : undefined;
        store.set(name, secret);
        return {
          ARN: secret.arn,
          Name: name,
          VersionId: version?.id,
          ReplicationStatus: regions && replicate(world, call, secret, regions, force),
        };
      },
    ),

    PutSecretValue: operation(
      {
        SecretId: secretId,
        ...value,
        VersionStages: optional(list(text(1, 256), 1, 20)),
      },
      (input, call) => {
        const secret = getPrimary(world, call, input.SecretId);
        refuseManaged(secret);
        if (!checkValue(input)) {
          throw invalidParameter('You must provide either SecretString or SecretBinary.');
        }
        const version = addVersion(secret, input, input.VersionStages ?? ['AWSCURRENT'], call);
        return {
          ARN: secret.arn,
          Name: secret.name,
          VersionId: version.id,
          VersionStages: labelsOf(version),
        };
      },
    ),

    UpdateSecret: operation(
      { SecretId: secretId, ...value, Description: description, KmsKeyId: keyId },
      (input, call) => {
        const secret = getLive(world, call, input.SecretId);
        const hasValue = checkValue(input);
        // Only the key is specific to a replica.
        if (hasValue || input.Description !== undefined) refuseReplica(secret);
        if (hasValue) refuseManaged(secret);
        if (input.KmsKeyId !== undefined) {
          const changed = customKey(input.KmsKeyId);
          checkKey(world, call, changed);
          authorizeKey(world, call, keyOf(world, call, changed), secret.arn, keyTrial);
          secret.keyId = changed;
          for (const version of secret.versions.values()) {
            if (
              ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'].some((one) => version.stages.has(one))
            ) {
              version.keyId = changed;
            }
          }
        }
        if (input.Description !== undefined) secret.description = input.Description;
        secret.changed = now();
        const version = hasValue ? addVersion(secret, input, ['AWSCURRENT'], call) : undefined;
        return { ARN: secret.arn, Name: secret.name, VersionId: version?.id };
      },
    ),
  };
}

// --- internal ---

/** Checks a value and returns whether there is one. */
function checkValue({ SecretString, SecretBinary }: Value): boolean {
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  const size =
    SecretBinary === undefined
      ? Buffer.byteLength(SecretString ?? '')
      : Buffer.byteLength(SecretBinary, 'base64');
  if (size > mostBytes) {
    const at = SecretBinary === undefined ? 'secretString' : 'secretBinary';
    throw new ServiceError(
      'ValidationException',
      `1 validation error detected: Value at '${at}' failed to satisfy constraint: Member must have length less than or equal to ${mostBytes}`,
    );
  }
  return SecretString !== undefined || SecretBinary !== undefined;
}

/** The key as stored: an empty text means the AWS-managed one. */
function customKey(keyId: string | undefined): string | undefined {
  return keyId === '' ? undefined : keyId;
}

/**
 * Deletes versions without labels that are older than a day, if needed for a new one. Throws
 * LimitExceededException if none is old enough.
 */
export function makeRoom(secret: Secret, now: number): void {
  for (const version of secret.versions.values()) {
    if (secret.versions.size < mostVersions) return;
    if (version.stages.size === 0 && now - version.created.getTime() > day) {
      secret.versions.delete(version.id);
    }
  }
  if (secret.versions.size >= mostVersions) {
    throw limit(`The secret has ${mostVersions} versions, as many as it may have.`);
  }
}

function limit(message: string): ServiceError {
  return new ServiceError('LimitExceededException', message);
}

function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}
