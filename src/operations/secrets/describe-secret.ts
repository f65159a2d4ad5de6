import type { Aws } from '../../aws/index.ts';
import type { ParameterDescription } from '../../aws/parameter-store.ts';
import type { SecretRotation } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import {
  formatReference,
  lookupId,
  parameterArn,
  type Reference,
} from '../../model/secrets/reference.ts';
import type { ParameterPolicy } from '../../model/secrets/parameter-policies.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import type { Tag } from '../../model/secrets/secret-rules.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import { insteadOfKey } from '../../model/secrets/missing-key.ts';
import { parameterVersionNotFound, secretNotFound, valueNotFound } from './missing-value.ts';
import { ahead } from '../ahead.ts';
import { ifAllowed } from '../if-allowed.ts';
import { parameterStoreOf } from '../parameter-store-of.ts';

const noScope: Scope = { partition: '', region: '', account: '' };

/** Everything known about a secret except its value. */
export interface SecretDetails {
  store: Reference['store'];
  name: string;
  arn: string;
  /** `SecureString`, `String` or `StringList`; parameters only. */
  type?: string | undefined;
  /** Version number of a parameter, version ID of a secret; undefined if there is no value. */
  version: number | string | undefined;
  tier?: string | undefined;
  /** What Parameter Store checks the value for, e.g. `text` or `json`; parameters only. */
  dataType?: string | undefined;
  /** Undefined if there are none; parameters only. */
  policies?: readonly ParameterPolicy[] | undefined;
  kmsKeyId: string | undefined;
  description: string | undefined;
  /** Undefined if the caller may not read them. */
  tags: Tag[] | undefined;
  /** Secrets only. */
  createdAt?: Date | undefined;
  changedAt: Date | undefined;
  /** Parameters only. */
  changedBy?: string | undefined;
  /** Date of the scheduled deletion; secrets only. */
  deletedAt?: Date | undefined;
  owningService?: string | undefined;
  /** The partner that holds a managed external secret. */
  partner?: string | undefined;
  /** ARN of the primary in another account. */
  crossAccountPrimary?: string | undefined;
  /** ARNs of the replicas in other accounts. */
  crossAccountReplicas?: string[] | undefined;
  primaryRegion?: string | undefined;
  /** Regions with a replica; only for a primary secret. */
  replicaRegions?: string[] | undefined;
  /** Undefined if rotation was never configured; secrets only. */
  rotation?: SecretRotation | undefined;
  lastRotatedAt?: Date | undefined;
  /** When Secrets Manager rotates it next, at the latest; undefined without a schedule. */
  nextRotationAt?: Date | undefined;
  /** The version of an incomplete rotation. */
  pendingVersionId?: string | undefined;
  /** The staging labels by version ID, for versions that have any; secrets only. */
  stages?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Top-level keys of a JSON secret; undefined if it is not JSON or may not be read. */
  keys?: string[] | undefined;
  /** Size of the value in bytes, if it was read and is text. */
  bytes?: number | undefined;
  /** Set if the value is binary; ECS cannot inject it. */
  binary?: true;
}

/** Describes one secret. Throws CliError `secret-not-found`. */
export async function describeSecret(aws: Aws, reference: Reference): Promise<SecretDetails> {
  const region = reference.scope?.region;
  if (reference.store === 'secrets-manager') {
    const manager = await aws.secretsManager(region);
    const found = await manager.describe(lookupId(reference));
    if (!found) throw await secretNotFound(aws, reference);
    const { currentVersionId: version, ...details } = found;
    const read = found.deletedAt || !version ? undefined : await ifAllowed(manager.read(found.arn));
    const value = read === 'denied' ? undefined : read?.value;
    const isBinary = read !== undefined && read !== 'denied' && !value;
    const known = { keys: value?.jsonKeys(), bytes: value?.byteLength };
    return {
      store: 'secrets-manager',
      ...details,
      version,
      ...known,
      ...(isBinary && { binary: true }),
    };
  }
  const store = await parameterStoreOf(aws, reference);
  const tagging = ahead(ifAllowed(store.tags(reference.name)));
  const found = (await store.describe([reference.name])).get(reference.name);
  if (!found) throw await secretNotFound(aws, reference);
  const tags = await tagging;
  // Only an answer without an ARN needs the account.
  const here = reference.scope ?? (found.arn === undefined ? await aws.caller() : noScope);
  const details = parameterDetails(found, here);
  return { ...details, tags: tags === 'denied' ? undefined : tags };
}

/** The details of a described parameter without its tags; `here` is its region and account. */
export function parameterDetails(found: ParameterDescription, here: Scope): SecretDetails {
  const { name, type, version, tier, kmsKeyId, description, changedAt, changedBy } = found;
  const { arn = parameterArn(name, here), dataType, policyList: policies } = found;
  return {
    store: 'parameter-store',
    name,
    arn,
    type,
    version,
    tier,
    dataType,
    policies: policies.length === 0 ? undefined : policies,
    kmsKeyId,
    description,
    tags: undefined,
    changedAt,
    changedBy,
  };
}

/**
 * Reads the value that a reference names: of a parameter, of the named version of a secret, or of
 * one JSON key. `version` is the number or label of a parameter's version. Throws CliError if there
 * is none.
 */
export async function readValueOf(
  aws: Aws,
  reference: Reference,
  version?: string,
): Promise<SecretValue> {
  const region = reference.scope?.region;
  if (reference.store === 'parameter-store') {
    const store = await parameterStoreOf(aws, reference);
    const read = await store.read(reference.name, version);
    if (read) return read.value;
    if (version === undefined) throw await secretNotFound(aws, reference);
    throw await parameterVersionNotFound(aws, store, reference, version);
  }
  const { jsonKey, versionStage: stage, versionId } = reference;
  const manager = await aws.secretsManager(region);
  const read = await manager.read(lookupId(reference), { stage, versionId });
  if (!read) throw await valueNotFound(aws, manager, reference);
  const written = formatReference(reference);
  if (!read.value) {
    throw new CliError('binary-secret', `${written} is binary, and ECS injects text only`, {
      hint: 'aws secretsmanager get-secret-value gives it in base64',
    });
  }
  if (jsonKey === undefined) return read.value;
  const value = read.value.jsonMember(jsonKey);
  if (value) return value;
  const keys = read.value.jsonKeys();
  throw new CliError(
    'key-not-found',
    keys
      ? `${formatReference({ ...reference, jsonKey: undefined })} has no key "${jsonKey}"; ${insteadOfKey(jsonKey, keys)}`
      : `${written} is not a JSON object, so it has no keys`,
  );
}
