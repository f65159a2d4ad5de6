import { setTimeout as delay } from 'node:timers/promises';
import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import type { ParameterDescription, ParameterStore } from '../../aws/parameter-store.ts';
import type { SecretDescription } from '../../aws/secrets-manager.ts';
import { CliError, isAccessDenied } from '../../errors.ts';
import {
  formatReference,
  isProvidedByAws,
  lookupId,
  parameterArn,
  type ParameterReference,
  type Reference,
  type SecretIdentity,
  type SecretReference,
} from '../../model/secrets/reference.ts';
import { expirationOf } from '../../model/secrets/parameter-policies.ts';
import { parameterStoreOf } from '../parameter-store-of.ts';
import { notListed } from './missing-value.ts';
import { regionsIn } from './secret-regions.ts';

/** A secret as read back from AWS. */
export interface ResolvedSecret extends SecretIdentity {
  /** As stored: alias, ID or ARN of its KMS key; undefined for the default key of the store. */
  kmsKeyId: string | undefined;
  /** The staging labels by version ID; undefined for parameters, and if not returned. */
  stages?: Readonly<Record<string, readonly string[]>> | undefined;
  /** The region of the primary secret of this replica; undefined if not replicated. */
  primaryRegion?: string | undefined;
}

/** The result of looking up a secret. */
export type Lookup =
  | {
      state: 'found';
      secret: ResolvedSecret;
      /** `SecureString`, `String` or `StringList`; not set for secrets. */
      type?: string | undefined;
      /** When the value of a parameter last changed; not set for secrets. */
      changedAt?: Date | undefined;
      /** When a policy deletes the parameter; not set for secrets. */
      expiresAt?: Date | undefined;
      /** Further details from Secrets Manager; not set for parameters. */
      description?: SecretDescription | undefined;
      /** Why a cross-account secret has no description. */
      denied?: CliError | undefined;
    }
  | { state: 'missing' }
  /** The lookup failed. */
  | { state: 'unseen'; error: CliError };

/**
 * Looks up every reference, without reading a value and with as few calls as the APIs allow. The
 * result is keyed by `formatReference` and contains every reference. Secrets scheduled for deletion
 * count as found. `mayBeMissing` has the keys of those that nobody expects to exist: the others are
 * looked up again for a second, since a new parameter may not be listed yet.
 */
export async function lookUpSecrets(
  aws: Aws,
  references: readonly Reference[],
  mayBeMissing: ReadonlySet<string> | 'all' = new Set(),
): Promise<Map<string, Lookup>> {
  const parameters = references.filter((one) => one.store === 'parameter-store');
  const secrets = references.filter((one) => one.store === 'secrets-manager');
  const found = await Promise.all([
    lookUpParameters(aws, parameters, mayBeMissing),
    lookUp(aws, secrets),
  ]);
  return new Map(found.flat());
}

// --- internal ---

type Found = (readonly [key: string, lookup: Lookup])[];

async function lookUpParameters(
  aws: Aws,
  references: readonly ParameterReference[],
  mayBeMissing: ReadonlySet<string> | 'all',
): Promise<Found> {
  const found: Found = [];
  const byRegion = new Map<string | undefined, ParameterReference[]>();
  // References by name and by ARN may be in the same region: one call then covers both.
  const here = references.some(({ scope }) => scope) ? (await aws.caller()).region : undefined;
  for (const reference of references) {
    if (isProvidedByAws(reference)) {
      found.push([formatReference(reference), { state: 'unseen', error: notListed(reference) }]);
      continue;
    }
    const { answer: store, error } = await attempted(parameterStoreOf(aws, reference));
    if (error) found.push([formatReference(reference), { state: 'unseen', error }]);
    if (!store) continue;
    const { region = here } = reference.scope ?? {};
    byRegion.set(region, [...(byRegion.get(region) ?? []), reference]);
  }
  for (const [region, group] of byRegion) {
    const names = group.map(({ name }) => name);
    const expected = group
      .filter((one) => mayBeMissing !== 'all' && !mayBeMissing.has(formatReference(one)))
      .map(({ name }) => name);
    const { answer: descriptions, error } = await attempted(
      aws.parameterStore(region).then((store) => describeParameters(store, names, expected)),
    );
    for (const reference of group) {
      const key = formatReference(reference);
      const description = descriptions?.get(reference.name);
      if (error) found.push([key, { state: 'unseen', error }]);
      else if (!description) found.push([key, { state: 'missing' }]);
      else {
        const { name, kmsKeyId, type, changedAt } = description;
        const arn = description.arn ?? parameterArn(name, reference.scope ?? (await aws.caller()));
        const secret: ResolvedSecret = { store: 'parameter-store', name, arn, kmsKeyId };
        const expiresAt = expirationOf(description.policyList);
        found.push([key, { state: 'found', secret, type, changedAt, expiresAt }]);
      }
    }
  }
  return found;
}

async function attempted<T>(
  call: Promise<T>,
): Promise<{ answer: T; error?: undefined } | { answer?: undefined; error: CliError }> {
  try {
    return { answer: await call };
  } catch (error) {
    if (error instanceof CliError) return { error };
    throw error;
  }
}

/** DescribeParameters can lag behind a write for a moment: retries those `expected` that are missing. */
async function describeParameters(
  store: ParameterStore,
  names: readonly string[],
  expected: readonly string[],
): Promise<Map<string, ParameterDescription>> {
  const found = new Map(await store.describe([...new Set(names)]));
  for (const pause of [300, 700]) {
    const missing = [...new Set(expected)].filter((name) => !found.has(name));
    if (missing.length === 0) break;
    await delay(pause);
    for (const [name, description] of await store.describe(missing)) found.set(name, description);
  }
  return found;
}

async function lookUp(aws: Aws, references: readonly SecretReference[]): Promise<Found> {
  const ids = new Map(references.map((reference) => [idOf(reference), reference]));
  // DescribeSecret has no batch form; its quota of 10,000 calls per second allows 10 at once.
  const described = new Map(
    await pMap(ids, async ([id, reference]) => [id, await describe(aws, reference)] as const, {
      concurrency: 10,
    }),
  );
  return references.map((reference) => [
    formatReference(reference),
    described.get(idOf(reference)) ?? { state: 'missing' },
  ]);
}

function idOf(reference: SecretReference): string {
  return `${reference.scope?.region ?? ''} ${lookupId(reference)}`;
}

async function describe(aws: Aws, reference: SecretReference): Promise<Lookup> {
  const store = 'secrets-manager';
  try {
    const manager = await aws.secretsManager(reference.scope?.region);
    const description = await manager.describe(lookupId(reference));
    if (!description) return { state: 'missing' };
    const { name, arn, kmsKeyId, primaryRegion, stages } = description;
    const regions = description.replicaRegions && regionsIn(description);
    const secret = { store, name, arn, kmsKeyId, primaryRegion, regions, stages } as const;
    return { state: 'found', secret, description };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // A cross-account secret is often readable by the execution role only. Then its full ARN, as
    // written, is all that is known.
    const { scope, name } = reference;
    if (isAccessDenied(error) && scope && scope.account !== (await aws.caller()).account) {
      const secret = { store, name, arn: lookupId(reference), kmsKeyId: undefined } as const;
      return { state: 'found', secret, denied: error };
    }
    return { state: 'unseen', error };
  }
}
