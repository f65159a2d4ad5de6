import { InvalidInput } from '../../model/problems.ts';
import { parsePolicy } from '../../model/roles/parse-policy.ts';
import { flag, integer, operation, optional, structure, list, text } from '../protocol/input.ts';
import { page, sortBy } from '../protocol/page.ts';
import { ServiceError, type Call, type Environment } from '../service.ts';
import { localId, type Key, type KeyRing } from './keys.ts';
import { questionsOf } from './permissions.ts';
import type { GuardedService } from '../access.ts';

/** KMS without cryptography: keys, their aliases, states and policies. */
export function createKms(environment: Environment, ring: KeyRing): GuardedService {
  const { account, partition } = environment;
  const keyId = text(1, 2048);

  function aliasArn(region: string, name: string): string {
    return `arn:${partition}:kms:${region}:${account}:${name}`;
  }

  function keyOf(call: Call, id: string): Key {
    const key = ring.find(call.region, id);
    if (key) return key;
    const local = localId(id, call.region, environment) ?? id;
    const arn = id.startsWith('arn:')
      ? id
      : aliasArn(call.region, local.startsWith('alias/') ? local : `key/${local}`);
    throw new ServiceError(
      'NotFoundException',
      local.startsWith('alias/') ? `Alias ${arn} is not found.` : `Key '${arn}' does not exist`,
    );
  }

  /** A key that its owner may change. */
  function customerKey(call: Call, id: string): Key {
    const key = keyOf(call, id);
    if (key.manager === 'AWS') {
      throw new ServiceError('AccessDeniedException', `${key.arn} is managed by AWS.`);
    }
    return key;
  }

  function refusePending(key: Key): void {
    if (key.state !== 'PendingDeletion') return;
    throw new ServiceError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  }

  return {
    name: 'kms',
    attempts: (...request) => questionsOf(environment, ring, ...request),
    operations: {
      CreateKey: operation(
        {
          Policy: optional(text(1, 131_072)),
          Description: optional(text(0, 8192)),
          KeyUsage: optional(text()),
          KeySpec: optional(text()),
          CustomerMasterKeySpec: optional(text()),
          MultiRegion: optional(flag),
          Tags: optional(list(structure({ TagKey: text(1, 128), TagValue: text(0, 256) }))),
        },
        (input, call) => {
          if (input.Policy !== undefined) checkKeyPolicy(input.Policy);
          const key = ring.create(call.region, {
            manager: 'CUSTOMER',
            policyText: input.Policy,
            description: input.Description,
            usage: input.KeyUsage,
            spec: input.KeySpec ?? input.CustomerMasterKeySpec,
            multiRegion: input.MultiRegion,
          });
          return { KeyMetadata: metadata(key, account) };
        },
      ),

      DescribeKey: operation({ KeyId: keyId }, ({ KeyId }, call) => ({
        KeyMetadata: metadata(keyOf(call, KeyId), account),
      })),

      ListKeys: operation(
        { Limit: optional(integer(1, 1000)), Marker: optional(text(1, 1024)) },
        ({ Limit, Marker }, call) => {
          const keys = sortBy(ring.region(call.region).keys.values(), ({ id }) => id);
          const { items, next } = pageOrThrow(keys, ({ id }) => id, Marker, Limit ?? 100);
          return {
            Keys: items.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })),
            Truncated: next !== undefined,
            NextMarker: next,
          };
        },
      ),

      CreateAlias: operation(
        { AliasName: text(1, 256), TargetKeyId: keyId },
        ({ AliasName, TargetKeyId }, call) => {
          if (!/^alias\/[a-zA-Z0-9/_-]+$/.test(AliasName)) {
            throw new ServiceError(
              'InvalidAliasNameException',
              'Alias must start with the prefix "alias/" and contain only letters, digits, "/", "_" and "-".',
            );
          }
          if (AliasName.startsWith('alias/aws/')) {
            throw new ServiceError(
              'NotAuthorizedException',
              'Aliases that begin with alias/aws/ are reserved for AWS.',
            );
          }
          const { aliases } = ring.region(call.region);
          if (aliases.has(AliasName)) {
            throw new ServiceError(
              'AlreadyExistsException',
              `An alias with the name ${aliasArn(call.region, AliasName)} already exists`,
            );
          }
          const key = customerKey(call, TargetKeyId);
          refusePending(key);
          const created = new Date(environment.now());
          aliases.set(AliasName, { name: AliasName, keyId: key.id, created });
        },
      ),

      ListAliases: operation(
        {
          KeyId: optional(keyId),
          Limit: optional(integer(1, 1000)),
          Marker: optional(text(1, 1024)),
        },
        ({ KeyId, Limit, Marker }, call) => {
          const wanted = KeyId === undefined ? undefined : keyOf(call, KeyId).id;
          const aliases = sortBy(ring.region(call.region).aliases.values(), ({ name }) => name);
          const { items, next } = pageOrThrow(
            aliases.filter((alias) => wanted === undefined || alias.keyId === wanted),
            ({ name }) => name,
            Marker,
            Limit ?? 50,
          );
          return {
            Aliases: items.map(({ name, keyId: id, created }) => ({
              AliasName: name,
              AliasArn: aliasArn(call.region, name),
              TargetKeyId: id,
              CreationDate: created,
              LastUpdatedDate: created,
            })),
            Truncated: next !== undefined,
            NextMarker: next,
          };
        },
      ),

      GetKeyPolicy: operation(
        { KeyId: keyId, PolicyName: optional(text()) },
        ({ KeyId, PolicyName }, call) => {
          const key = keyOf(call, KeyId);
          onlyDefault(PolicyName);
          return { Policy: key.policyText, PolicyName: 'default' };
        },
      ),

      PutKeyPolicy: operation(
        { KeyId: keyId, PolicyName: optional(text()), Policy: text(1, 131_072) },
        ({ KeyId, PolicyName, Policy }, call) => {
          const key = customerKey(call, KeyId);
          onlyDefault(PolicyName);
          key.policy = checkKeyPolicy(Policy);
          key.policyText = Policy;
        },
      ),

      EnableKey: operation({ KeyId: keyId }, ({ KeyId }, call) => {
        const key = customerKey(call, KeyId);
        refusePending(key);
        key.state = 'Enabled';
      }),

      DisableKey: operation({ KeyId: keyId }, ({ KeyId }, call) => {
        const key = customerKey(call, KeyId);
        refusePending(key);
        key.state = 'Disabled';
      }),

      ScheduleKeyDeletion: operation(
        { KeyId: keyId, PendingWindowInDays: optional(integer(7, 30)) },
        ({ KeyId, PendingWindowInDays = 30 }, call) => {
          const key = customerKey(call, KeyId);
          refusePending(key);
          key.state = 'PendingDeletion';
          key.deletionDate = new Date(environment.now() + PendingWindowInDays * 86_400_000);
          return {
            KeyId: key.arn,
            DeletionDate: key.deletionDate,
            KeyState: key.state,
            PendingWindowInDays,
          };
        },
      ),

      CancelKeyDeletion: operation({ KeyId: keyId }, ({ KeyId }, call) => {
        const key = customerKey(call, KeyId);
        if (key.state !== 'PendingDeletion') {
          throw new ServiceError('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
        }
        key.state = 'Disabled';
        key.deletionDate = undefined;
        return { KeyId: key.arn };
      }),
    },
  };
}

// --- internal ---

function metadata(key: Key, account: string): Record<string, unknown> {
  return {
    AWSAccountId: account,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: key.created,
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: key.state,
    DeletionDate: key.deletionDate,
    Origin: 'AWS_KMS',
    KeyManager: key.manager,
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    EncryptionAlgorithms: key.spec === 'SYMMETRIC_DEFAULT' ? ['SYMMETRIC_DEFAULT'] : undefined,
    MultiRegion: key.multiRegion,
  };
}

function checkKeyPolicy(document: string): Key['policy'] {
  try {
    return parsePolicy(document, 'resource');
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new ServiceError('MalformedPolicyDocumentException', error.message);
  }
}

function onlyDefault(name: string | undefined): void {
  if (name === undefined || name === 'default') return;
  throw new ServiceError('NotFoundException', 'No such policy exists');
}

function pageOrThrow<T>(
  items: T[],
  keyOf: (item: T) => string,
  marker: string | undefined,
  size: number,
): { items: T[]; next: string | undefined } {
  const cut = page(items, keyOf, marker, size);
  if (!cut) throw new ServiceError('InvalidMarkerException', 'The marker is not valid.');
  return cut;
}
