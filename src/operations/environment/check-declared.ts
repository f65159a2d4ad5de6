import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import type { ReadSecret } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import { distinctBy } from '../../model/distinct-by.ts';
import type { DeclaredSecret, DeclaredSet } from '../../model/environment/declared.ts';
import { formatPrefix, type Prefix } from '../../model/secrets/prefix.ts';
import { formatReference, lookupId, type SecretReference } from '../../model/secrets/reference.ts';
import { whyUnseen } from '../if-allowed.ts';
import { listSecrets } from '../secrets/list-secrets.ts';
import { lookUpSecrets } from '../secrets/look-up-secrets.ts';
import { isUnreadable, readSecrets } from '../secrets/read-values.ts';
import { judgeDeclared, type Judgement, type ReadKeyed } from './judge-declared.ts';

/** A declared secret with what is there of it. */
export type CheckedSecret = DeclaredSecret & Judgement;

/** The secrets of an environment, and what is there besides. */
export interface CheckedSet {
  environment: string;
  secrets: CheckedSecret[];
  /** Secrets in the folders of the environment that no environment declares. */
  undeclared: string[];
  /** Sentences about folders that could not be listed. */
  unlisted: string[];
}

/** What to look at besides the declared secrets themselves. */
export interface CheckOptions {
  /** Whether to read the JSON secret of a declared key: only its value says which keys it has. */
  readsValue: (secret: DeclaredSecret) => boolean;
  /** List the folders of the environments, to find what nobody declared. */
  lists: boolean;
}

/**
 * Looks up the secrets of all environments at the same time, each once. Reads no value but of JSON
 * secrets whose keys are declared, and returns none. What may not be looked at is `not-checked`.
 */
export async function checkDeclared(
  aws: Aws,
  sets: readonly DeclaredSet[],
  { readsValue, lists }: CheckOptions,
): Promise<CheckedSet[]> {
  const all = sets.flatMap(({ secrets }) => secrets);
  const read = all.filter((one) => isKey(one) && readsValue(one));
  const folders = lists ? sets.flatMap((set) => set.folders) : [];
  const [lookups, values, listed] = await Promise.all([
    lookUpSecrets(
      aws,
      distinctBy(
        all.map(({ reference }) => reference),
        formatReference,
      ),
      optionalIn(all),
    ),
    readKeyed(
      aws,
      read.flatMap(({ reference }) => (reference.store === 'secrets-manager' ? [reference] : [])),
    ),
    listFolders(aws, folders),
  ]);
  // By their names too: a secret that may not be looked at has no known ARN.
  const declared = new Set([
    ...[...lookups.values()].flatMap((one) => (one.state === 'found' ? one.secret.arn : [])),
    ...all.flatMap(({ reference }) => (reference.scope ? [] : written(reference))),
  ]);
  return sets.map(({ environment, secrets, folders: own }) => {
    const found = own.flatMap((folder) => listed.get(formatPrefix(folder)) ?? []);
    return {
      environment,
      secrets: secrets.map((secret) => {
        const lookup = lookups.get(formatReference(secret.reference));
        const value = read.includes(secret) ? values.get(versionOf(secret.reference)) : 'not-asked';
        return { ...secret, ...judgeDeclared(secret.reference, lookup, value) };
      }),
      undeclared: found.flatMap((one) =>
        'secrets' in one
          ? one.secrets
              .filter((secret) => !declared.has(secret.arn) && !declared.has(written(secret)))
              .map(written)
          : [],
      ),
      unlisted: found.flatMap((one) => ('unlisted' in one ? [one.unlisted] : [])),
    };
  });
}

// --- internal ---

/** The references that no secret requires. */
function optionalIn(secrets: readonly DeclaredSecret[]): Set<string> {
  const required = secrets.filter((one) => one.required);
  const keys = new Set(required.map(({ reference }) => formatReference(reference)));
  return new Set(
    secrets.map(({ reference }) => formatReference(reference)).filter((key) => !keys.has(key)),
  );
}

function isKey({ reference }: DeclaredSecret): boolean {
  return reference.store === 'secrets-manager' && reference.jsonKey !== undefined;
}

function versionOf(reference: DeclaredSecret['reference']): string {
  return formatReference(
    reference.store === 'parameter-store' ? reference : { ...reference, jsonKey: undefined },
  );
}

/** The JSON secrets, by `versionOf`: the current ones of this region 20 in a call. */
async function readKeyed(
  aws: Aws,
  references: readonly SecretReference[],
): Promise<Map<string, ReadKeyed>> {
  const unique = distinctBy(references, versionOf);
  const isPlain = (one: SecretReference): boolean =>
    !one.scope && !one.versionStage && !one.versionId;
  const names = unique.filter(isPlain).map(({ name }) => name);
  const [{ found, denied }, others] = await Promise.all([
    names.length === 0
      ? { found: new Map<string, ReadSecret>(), denied: new Map<string, CliError>() }
      : readSecrets(await aws.secretsManager(), names, undefined, isUnreadable),
    pMap(
      unique.filter((one) => !isPlain(one)),
      async (one) => [versionOf(one), await readVersion(aws, one)] as const,
      { concurrency: 10 },
    ),
  ]);
  const plain = unique.filter(isPlain).map((one) => {
    return [versionOf(one), found.get(one.name) ?? denied.get(one.name)] as const;
  });
  return new Map([...plain, ...others]);
}

async function readVersion(aws: Aws, reference: SecretReference): Promise<ReadKeyed> {
  const { scope, versionStage: stage, versionId } = reference;
  try {
    const manager = await aws.secretsManager(scope?.region);
    return await manager.read(lookupId(reference), { stage, versionId });
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

type Listed = { secrets: { store: string; name: string; arn: string }[] } | { unlisted: string };

async function listFolders(aws: Aws, folders: readonly Prefix[]): Promise<Map<string, Listed>> {
  const listed = await pMap(
    distinctBy(folders, formatPrefix),
    async (folder): Promise<[string, Listed]> => {
      const name = formatPrefix(folder);
      try {
        return [name, { secrets: await listSecrets(aws, folder) }];
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        return [name, { unlisted: `${name} is not listed: ${whyUnseen(error)}` }];
      }
    },
    { concurrency: 10 },
  );
  return new Map(listed);
}

function written({ store, name }: { store: string; name: string }): string {
  return store === 'secrets-manager' ? `sm:${name}` : name;
}
