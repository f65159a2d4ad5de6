import { randomUUID } from 'node:crypto';
import { dnsSuffix, parseArn } from '../../model/secrets/partition.ts';
import { parsePolicy, type Policy } from '../../model/roles/parse-policy.ts';
import type { PolicyContext } from '../../model/roles/policy-conditions.ts';
import type { Access } from '../access.ts';
import { byRegion } from '../by-region.ts';
import type { Call, Environment } from '../service.ts';

/** A KMS key: only its metadata, without key material. */
export interface Key {
  id: string;
  arn: string;
  manager: 'AWS' | 'CUSTOMER';
  description: string;
  usage: string;
  spec: string;
  multiRegion: boolean;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  created: Date;
  deletionDate?: Date | undefined;
  /** As written. */
  policyText: string;
  policy: Policy;
}

/** An alias of a key. */
export interface Alias {
  /** Including `alias/`. */
  name: string;
  keyId: string;
  created: Date;
}

/** The keys and aliases of one region. */
export interface KeyStore {
  keys: Map<string, Key>;
  aliases: Map<string, Alias>;
}

/** The settings of a new key; the default policy allows the account's root everything. */
export interface NewKey {
  manager: Key['manager'];
  policyText?: string | undefined;
  description?: string | undefined;
  usage?: string | undefined;
  spec?: string | undefined;
  multiRegion?: boolean | undefined;
}

/** All keys of the account, and the lookups of the stores. */
export interface KeyRing {
  region(name: string): KeyStore;
  create(region: string, key: NewKey): Key;
  /** Finds a key by ID, key ARN, alias name or alias ARN of this region. */
  find(region: string, keyId: string): Key | undefined;
  /** Why a key cannot be used: `ARN is disabled.`; undefined if it can. */
  hindrance(key: Key): string | undefined;
  /** Condition keys of every request about a key. */
  conditionKeys(region: string, key: Key): PolicyContext;
  /**
   * Throws AccessDeniedException unless the call's principal may perform an action with a key
   * through a service (`ssm`, `secretsmanager`) and with this encryption context.
   */
  authorize(
    call: Call,
    key: Key,
    use: { action: string; via: string; encryptionContext: Readonly<Record<string, string>> },
  ): void;
}

/** Creates the keys of an account: initially those managed by AWS. */
export function createKeyRing(environment: Environment, access: Access): KeyRing {
  const { account, partition } = environment;

  const region = byRegion((name): KeyStore => {
    const store: KeyStore = { keys: new Map(), aliases: new Map() };
    for (const service of ['ssm', 'secretsmanager']) {
      const key = make(name, {
        manager: 'AWS',
        policyText: managedKeyPolicy(partition, account, viaService(service, name, partition)),
        description: `Default key that protects the values of ${service} when no other key is defined`,
      });
      store.keys.set(key.id, key);
      const alias = `alias/aws/${service}`;
      store.aliases.set(alias, { name: alias, keyId: key.id, created: key.created });
    }
    return store;
  });

  function make(regionName: string, key: NewKey): Key {
    const id = randomUUID();
    const policyText = key.policyText ?? defaultKeyPolicy(partition, account);
    return {
      id,
      arn: `arn:${partition}:kms:${regionName}:${account}:key/${id}`,
      manager: key.manager,
      description: key.description ?? '',
      usage: key.usage ?? 'ENCRYPT_DECRYPT',
      spec: key.spec ?? 'SYMMETRIC_DEFAULT',
      multiRegion: key.multiRegion ?? false,
      state: 'Enabled',
      created: new Date(environment.now()),
      policyText,
      policy: parsePolicy(policyText, 'resource'),
    };
  }

  function conditionKeys(regionName: string, key: Key): PolicyContext {
    const aliases = [...region(regionName).aliases.values()];
    return {
      'kms:CallerAccount': account,
      'kms:KeySpec': key.spec,
      'kms:KeyUsage': key.usage,
      'kms:MultiRegion': String(key.multiRegion),
      'kms:ResourceAliases': aliases.flatMap(({ name, keyId }) => (keyId === key.id ? name : [])),
    };
  }

  return {
    region,
    create(regionName, newKey) {
      const key = make(regionName, newKey);
      region(regionName).keys.set(key.id, key);
      return key;
    },
    find(regionName, keyId) {
      const store = region(regionName);
      const id = localId(keyId, regionName, environment);
      if (id === undefined) return undefined;
      const name = id.startsWith('alias/') ? store.aliases.get(id)?.keyId : id;
      return name === undefined ? undefined : store.keys.get(name);
    },
    hindrance(key) {
      if (key.state === 'Disabled') return `${key.arn} is disabled.`;
      if (key.state === 'PendingDeletion') return `${key.arn} is pending deletion.`;
      return undefined;
    },
    conditionKeys,
    authorize(call, key, { action, via, encryptionContext }) {
      const context: PolicyContext = {
        ...conditionKeys(call.region, key),
        'kms:ViaService': viaService(via, call.region, partition),
        'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
        'kms:EncryptionContextKeys': Object.keys(encryptionContext),
        ...Object.fromEntries(
          Object.entries(encryptionContext).map(([name, value]) => [
            `kms:EncryptionContext:${name}`,
            value,
          ]),
        ),
      };
      access(call, {
        action,
        resource: key.arn,
        context,
        resourcePolicy: key.policy,
        resourceDecides: true,
      });
    },
  };
}

/** The ID or alias name in a key ID; undefined for an ARN of another region or account. */
export function localId(
  keyId: string,
  region: string,
  { account, partition }: Environment,
): string | undefined {
  if (!keyId.startsWith('arn:')) return keyId;
  const arn = parseArn(keyId);
  const here =
    arn?.service === 'kms' &&
    arn.region === region &&
    arn.account === account &&
    arn.partition === partition;
  return here ? arn.resource.replace(/^key\//, '') : undefined;
}

// --- internal ---

function viaService(service: string, region: string, partition: string): string {
  return `${service}.${region}.${dnsSuffix(partition)}`;
}

/** Delegates all decisions to the IAM policies of the account. */
function defaultKeyPolicy(partition: string, account: string): string {
  return JSON.stringify(
    {
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: `arn:${partition}:iam::${account}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
    undefined,
    2,
  );
}

/**
 * Allows every principal of the account to use the key through its service; IAM decides who may
 * describe it.
 */
function managedKeyPolicy(partition: string, account: string, via: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:${partition}:iam::${account}:root` },
        Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Principal: { AWS: ['*'] },
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        Resource: '*',
        Condition: {
          StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': via },
        },
      },
    ],
  });
}
