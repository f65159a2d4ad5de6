import { setTimeout as delay } from 'node:timers/promises';
import pMap from 'p-map';
import type { Aws } from '../aws/index.ts';
import type { ParameterDescription, ParameterStore } from '../aws/parameter-store.ts';
import type { SecretDescription, SecretsManager } from '../aws/secrets-manager.ts';
import { CliError, isAccessDenied } from '../errors.ts';
import { parameterStoreOf } from './parameter-store-of.ts';
import { pendingDeletion } from './put-stored-secret.ts';
import {
  formatReference,
  lookupId,
  parameterArn,
  type Reference,
  type SecretIdentity,
} from '../model/reference.ts';

/** A secret as read back from AWS. */
export interface ResolvedSecret extends SecretIdentity {
  /** As stored: alias, id or ARN of its KMS key; undefined for the store's own key. */
  kmsKeyId: string | undefined;
}

/**
 * Reads back the exact name, ARN and key of every reference, without reading a value. The answer is
 * looked up by `formatReference`. Throws CliError `secret-not-found` naming all that do not exist.
 */
export async function resolveReferences(
  aws: Aws,
  references: readonly Reference[],
): Promise<Map<string, ResolvedSecret>> {
  const { found, missing } = await resolveExisting(aws, references);
  if (missing.length > 0) {
    throw await notFound(
      aws,
      missing,
      'a bare name means a parameter, sm:NAME a secret of Secrets Manager',
    );
  }
  return found;
}

/** The error for secrets that do not exist; `more` is added to its hint. */
export async function notFound(
  aws: Aws,
  missing: readonly Reference[],
  more: string,
): Promise<CliError> {
  const { region, account } = await aws.caller();
  return new CliError(
    'secret-not-found',
    [...new Set(missing.map(formatReference))]
      .map((key) => `there is no secret ${key} (account ${account}, region ${region})`)
      .join('\n'),
    { hint: `ecs-secrets put creates it; ${more}` },
  );
}

/** The same, with those apart that do not exist. */
export async function resolveExisting(
  aws: Aws,
  references: readonly Reference[],
): Promise<{ found: Map<string, ResolvedSecret>; missing: Reference[] }> {
  const found = new Map([
    ...(await resolveParameters(aws, references)),
    ...(await resolveSecrets(aws, references)),
  ]);
  return { found, missing: references.filter((one) => !found.has(formatReference(one))) };
}

/** Resolves one reference; see `resolveReferences`. */
export async function resolveReference(aws: Aws, reference: Reference): Promise<ResolvedSecret> {
  const [resolved] = (await resolveReferences(aws, [reference])).values();
  if (!resolved) throw new Error('resolveReferences answers for every reference or throws');
  return resolved;
}

// --- internal ---

type Found = [key: string, secret: ResolvedSecret][];

async function resolveParameters(aws: Aws, references: readonly Reference[]): Promise<Found> {
  const byRegion = new Map<string | undefined, Reference[]>();
  for (const reference of references) {
    if (reference.store !== 'parameter-store') continue;
    await parameterStoreOf(aws, reference);
    const region = reference.scope?.region;
    byRegion.set(region, [...(byRegion.get(region) ?? []), reference]);
  }
  const found: Found = [];
  for (const [region, group] of byRegion) {
    const store = await aws.parameterStore(region);
    const descriptions = await describeParameters(
      store,
      group.map(({ name }) => name),
    );
    for (const reference of group) {
      const description = descriptions.get(reference.name);
      if (!description) continue;
      const { name, kmsKeyId } = description;
      const scope = reference.scope ?? (await aws.caller());
      const arn = description.arn ?? parameterArn(name, scope);
      found.push([formatReference(reference), { store: 'parameter-store', name, arn, kmsKeyId }]);
    }
  }
  return found;
}

/** DescribeParameters may lag behind a write for a moment: what is missing is asked for again. */
async function describeParameters(
  store: ParameterStore,
  names: readonly string[],
): Promise<Map<string, ParameterDescription>> {
  const wanted = [...new Set(names)];
  const found = await store.describe(wanted);
  for (const pause of [300, 700]) {
    const missing = wanted.filter((name) => !found.has(name));
    if (missing.length === 0) break;
    await delay(pause);
    for (const [name, description] of await store.describe(missing)) found.set(name, description);
  }
  return found;
}

/**
 * Another account's secret is often open to the execution role only: then its full ARN, as written,
 * is all there is to know.
 */
async function describeSecret(
  aws: Aws,
  manager: SecretsManager,
  reference: Reference,
): Promise<Pick<SecretDescription, 'name' | 'arn' | 'kmsKeyId' | 'deletedAt'> | undefined> {
  try {
    return await manager.describe(lookupId(reference));
  } catch (error) {
    const { scope, name } = reference;
    if (!isAccessDenied(error) || !scope) throw error;
    if (scope.account === (await aws.caller()).account) throw error;
    return { name, arn: lookupId(reference), kmsKeyId: undefined, deletedAt: undefined };
  }
}

async function resolveSecrets(aws: Aws, references: readonly Reference[]): Promise<Found> {
  const secrets = references.filter(({ store }) => store === 'secrets-manager');
  const ids = new Map(
    secrets.map((reference) => [
      `${reference.scope?.region ?? ''} ${lookupId(reference)}`,
      reference,
    ]),
  );
  // DescribeSecret has no batch form; its quota of 10,000 calls per second leaves room for ten at once.
  const described = new Map(
    await pMap(
      ids,
      async ([key, reference]) => {
        const manager = await aws.secretsManager(reference.scope?.region);
        return [key, await describeSecret(aws, manager, reference)] as const;
      },
      { concurrency: 10 },
    ),
  );
  return secrets.flatMap((reference): Found => {
    const key = `${reference.scope?.region ?? ''} ${lookupId(reference)}`;
    const description = described.get(key);
    if (!description) return [];
    if (description.deletedAt)
      throw pendingDeletion(formatReference(reference), description.deletedAt);
    const { name, arn, kmsKeyId } = description;
    return [[formatReference(reference), { store: 'secrets-manager', name, arn, kmsKeyId }]];
  });
}
