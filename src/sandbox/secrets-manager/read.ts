import type { Access } from '../access.ts';
import { flag, integer, list, oneOf, operation, optional, text } from '../protocol/input.ts';
import { page, sortBy, type Page } from '../protocol/page.ts';
import { ServiceError, type Call, type Operation } from '../service.ts';
import { crossAccountView } from './cross-account.ts';
import { attemptOn } from './permissions.ts';
import { primaryRegionOf, replicationStatus } from './replicas.ts';
import { rotationView } from './rotation.ts';
import { isFilled } from './rotation-progress.ts';
import { readForeign } from './foreign.ts';
import { filterShape, matchesFilter } from './filters.ts';
import { get, getLive, keyOf, secretsOf } from './store.ts';
import { labelsOf, staged } from './stages.ts';
import type { Secret, SecretsWorld, SecretVersion } from './state.ts';

const day = 86_400_000;
const secretId = text(1, 2048);
const token = optional(text(1, 4096));

/** The operations that read values and descriptions of secrets. */
export function readOperations(world: SecretsWorld, access: Access): Record<string, Operation> {
  function today(): Date {
    return new Date(Math.floor(world.environment.now() / day) * day);
  }

  /** Reads a value. Throws the errors of GetSecretValue. */
  function read(call: Call, asked: Asked): object {
    const foreign = readForeign(world, call, asked);
    if (foreign) return foreign;
    const secret = getLive(world, call, asked.SecretId);
    const version = versionOf(secret, asked);
    const key = keyOf(world, call, version.keyId);
    try {
      world.keys.authorize(call, key, {
        action: 'kms:Decrypt',
        via: 'secretsmanager',
        encryptionContext: { SecretARN: secret.arn, SecretVersionId: version.id },
      });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      throw new ServiceError('AccessDeniedException', 'Access to KMS is not allowed');
    }
    const hindrance = world.keys.hindrance(key);
    if (hindrance !== undefined) throw new ServiceError('DecryptionFailure', hindrance);
    secret.accessed = today();
    version.accessed = today();
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      SecretString: version.text,
      SecretBinary: version.binary,
      VersionStages: labelsOf(version),
      CreatedDate: version.created,
    };
  }

  return {
    GetSecretValue: operation(
      {
        SecretId: secretId,
        VersionId: optional(text(32, 64)),
        VersionStage: optional(text(1, 256)),
      },
      (input, call) => read(call, input),
    ),

    BatchGetSecretValue: operation(
      {
        SecretIdList: optional(list(secretId, 1, 20)),
        Filters: optional(list(filterShape, 0, 10)),
        MaxResults: optional(integer(1, 20)),
        NextToken: token,
      },
      (input, call) => {
        const { SecretIdList: ids, Filters: filters } = input;
        if ((ids === undefined) === (filters === undefined)) {
          throw new ServiceError(
            'InvalidParameterException',
            'Either SecretIdList or Filters must be provided, but not both.',
          );
        }
        if (ids !== undefined && input.MaxResults !== undefined) {
          throw new ServiceError(
            'InvalidParameterException',
            'MaxResults can be used with Filters only.',
          );
        }
        if (filters) access(call, { action: 'secretsmanager:ListSecrets', resource: '*' });
        const live = [...secretsOf(world, call).values()].filter(({ deletion }) => !deletion);
        const found = live.filter((secret) => filters?.every((one) => matchesFilter(secret, one)));
        const chosen = ids ?? sortBy(found, ({ arn }) => arn).map(({ arn }) => arn);
        const { items, next } = ids
          ? { items: ids, next: undefined }
          : cut(chosen, (id) => id, input.NextToken, input.MaxResults ?? 20);
        const values: object[] = [];
        const errors: object[] = [];
        for (const id of items) {
          try {
            const attempt = attemptOn(world, call, id);
            access(call, { action: 'secretsmanager:GetSecretValue', ...attempt });
            values.push(read(call, { SecretId: id }));
          } catch (error) {
            if (!(error instanceof ServiceError)) throw error;
            errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
          }
        }
        return { SecretValues: values, Errors: errors, NextToken: next };
      },
    ),

    DescribeSecret: operation({ SecretId: secretId }, ({ SecretId }, call) => {
      const secret = get(world, call, SecretId);
      return {
        ...summary(secret),
        VersionIdsToStages: stagesOf(secret),
        ...crossAccountView(secret),
        ReplicationStatus: secret.replicas.size > 0 ? replicationStatus(world, secret) : undefined,
      };
    }),

    ListSecrets: operation(
      {
        IncludePlannedDeletion: optional(flag),
        Filters: optional(list(filterShape, 0, 10)),
        MaxResults: optional(integer(1, 100)),
        NextToken: token,
        SortOrder: optional(oneOf(['asc', 'desc'])),
        SortBy: optional(
          oneOf(['created-date', 'last-accessed-date', 'last-changed-date', 'name']),
        ),
      },
      (input, call) => {
        const { Filters = [], SortBy: by = 'created-date' } = input;
        const order = input.SortOrder ?? (by === 'name' ? 'asc' : 'desc');
        const keyOfSecret = (secret: Secret): string => {
          const date = {
            'created-date': secret.created,
            'last-accessed-date': secret.accessed,
            'last-changed-date': secret.changed,
            name: undefined,
          }[by];
          return `${date?.toISOString() ?? ''} ${secret.name}`;
        };
        const found = [...secretsOf(world, call).values()].filter(
          (secret) =>
            (input.IncludePlannedDeletion === true || !secret.deletion) &&
            Filters.every((filter) => matchesFilter(secret, filter)),
        );
        const sorted = sortBy(found, keyOfSecret, order);
        const { items, next } = cut(
          sorted,
          keyOfSecret,
          input.NextToken,
          input.MaxResults ?? 100,
          order,
        );
        return {
          SecretList: items.map((secret) => ({
            ...summary(secret),
            SecretVersionsToStages: stagesOf(secret),
          })),
          NextToken: next,
        };
      },
    ),

    ListSecretVersionIds: operation(
      {
        SecretId: secretId,
        MaxResults: optional(integer(1, 100)),
        NextToken: token,
        IncludeDeprecated: optional(flag),
      },
      (input, call) => {
        const secret = get(world, call, input.SecretId);
        const versions = [...secret.versions.values()].filter(
          ({ stages }) => input.IncludeDeprecated === true || stages.size > 0,
        );
        const keyOfVersion = ({ created, id }: SecretVersion): string =>
          `${created.toISOString()} ${id}`;
        const { items, next } = cut(
          sortBy(versions, keyOfVersion),
          keyOfVersion,
          input.NextToken,
          input.MaxResults ?? 100,
        );
        return {
          ARN: secret.arn,
          Name: secret.name,
          Versions: items.map((version) => ({
            VersionId: version.id,
            VersionStages: labelsOf(version),
            LastAccessedDate: version.accessed,
            CreatedDate: version.created,
            KmsKeyIds: [version.keyId ?? 'DefaultEncryptionKey'],
          })),
          NextToken: next,
        };
      },
    ),
  };
}

// --- internal ---

interface Asked {
  SecretId: string;
  VersionId?: string | undefined;
  VersionStage?: string | undefined;
}

function versionOf(secret: Secret, { VersionId: id, VersionStage: stage }: Asked): SecretVersion {
  const version =
    id === undefined ? staged(secret, stage ?? 'AWSCURRENT') : secret.versions.get(id);
  if (!version || !isFilled(version)) {
    throw new ServiceError(
      'ResourceNotFoundException',
      id === undefined
        ? `Secrets Manager can't find the specified secret value for staging label: ${stage ?? 'AWSCURRENT'}`
        : `Secrets Manager can't find the specified secret value for VersionId: ${id}`,
    );
  }
  if (stage !== undefined && !version.stages.has(stage)) {
    throw new ServiceError(
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  }
  return version;
}

function stagesOf(secret: Secret): Record<string, string[]> | undefined {
  const entries = [...secret.versions.values()]
    .filter(({ stages }) => stages.size > 0)
    .map(({ id, stages }) => [id, [...stages]]);
  return entries.length > 0 ? (Object.fromEntries(entries) as Record<string, string[]>) : undefined;
}

function summary(secret: Secret): object {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Type: secret.partner,
    Description: secret.description,
    KmsKeyId: secret.keyId,
    LastChangedDate: secret.changed,
    LastAccessedDate: secret.accessed,
    ...rotationView(secret),
    DeletedDate: secret.deletion?.asked,
    CreatedDate: secret.created,
    OwningService: secret.owningService,
    PrimaryRegion: primaryRegionOf(secret),
    Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
  };
}

function cut<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  nextToken: string | undefined,
  size: number,
  order: 'asc' | 'desc' = 'asc',
): Page<T> {
  const found = page(items, keyOf, nextToken, size, order);
  if (!found)
    throw new ServiceError('InvalidNextTokenException', 'The NextToken value is invalid.');
  return found;
}
