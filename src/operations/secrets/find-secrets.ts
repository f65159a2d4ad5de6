import type { Aws } from '../../aws/index.ts';
import { isAccessDenied, type CliError } from '../../errors.ts';
import { formatPrefix, type Prefix } from '../../model/secrets/prefix.ts';
import { matchesName } from '../../model/name-pattern.ts';
import { formatReference, type Store } from '../../model/secrets/reference.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import type { OnProgress } from '../progress.ts';
import type { SecretDetails } from './describe-secret.ts';
import { listSecrets } from './list-secrets.ts';
import { isUnreadable, readParameters, readSecrets } from './read-values.ts';

/** What to look for; at least one of the two. */
export interface Wanted {
  /** See `matchesName`. */
  pattern: string | undefined;
  value: SecretValue | undefined;
}

/** A secret that was found. */
export interface FoundSecret {
  /** `ssm:/a/b` as `/a/b`; of a secret `sm:NAME` or `sm:NAME:KEY`. */
  ref: string;
  store: Store;
  name: string;
  arn: string;
  /**
   * How: by name alone; the value is equal; the value of a top-level JSON key is equal; or the value
   * contains the wanted one.
   */
  match: 'name' | 'value' | 'key' | 'part';
  /** The JSON key. */
  key?: string | undefined;
}

/** The secrets that match, in the order of their names, and what could not be searched. */
export interface Findings {
  found: FoundSecret[];
  /** With the reason, for people. */
  unchecked: string[];
}

/**
 * Looks for secrets below prefixes, by name and by value. Values are read in batches, only of
 * secrets whose name matches, and compared in memory. A shorter value than 8 bytes is never looked
 * for inside others. Throws AwsError if no prefix may be listed.
 */
export async function findSecrets(
  aws: Aws,
  prefixes: readonly Prefix[],
  { pattern, value }: Wanted,
  onProgress: OnProgress,
): Promise<Findings> {
  const found = new Map<string, FoundSecret>();
  const unchecked: string[] = [];
  const refusals: CliError[] = [];
  for (const prefix of prefixes) {
    onProgress({ step: `listing ${formatPrefix(prefix)}` });
    const listed = await listSecrets(aws, prefix).catch((error: unknown) => {
      if (!isAccessDenied(error)) throw error;
      refusals.push(error);
      unchecked.push(`${formatPrefix(prefix)}: ${error.message}`);
      return [];
    });
    const named = listed.filter(({ name }) => pattern === undefined || matchesName(pattern, name));
    const matching =
      value === undefined
        ? named.map((one) => foundSecret(one, 'name'))
        : await withValue(aws, prefix.store, named, value, { unchecked, onProgress });
    for (const one of matching) found.set(`${one.arn} ${one.key ?? ''}`, one);
  }
  if (refusals[0] && refusals.length === prefixes.length) throw refusals[0];
  return { found: [...found.values()], unchecked };
}

// --- internal ---

/** A value that is contained in another by chance is not worth a line. */
const leastBytes = 8;

async function withValue(
  aws: Aws,
  store: Store,
  listed: readonly SecretDetails[],
  wanted: SecretValue,
  { unchecked, onProgress }: { unchecked: string[]; onProgress: OnProgress },
): Promise<FoundSecret[]> {
  let done = 0;
  const onRead = (count: number): void => {
    done += count;
    onProgress({ step: 'comparing values', done, total: listed.length });
  };
  const names = listed.map(({ name }) => name);
  const { found, denied } =
    store === 'parameter-store'
      ? await readParameters(await aws.parameterStore(), names, onRead, isUnreadable)
      : await readSecrets(await aws.secretsManager(), names, onRead, isUnreadable);
  return listed.flatMap((one): FoundSecret[] => {
    const refusal = denied.get(one.name);
    if (refusal) unchecked.push(`${refOf(one)}: ${refusal.message}`);
    const { value } = found.get(one.name) ?? {};
    if (!value) return [];
    if (value.equals(wanted)) return [foundSecret(one, 'value')];
    const keys = (value.jsonKeys() ?? []).filter((key) => value.jsonMember(key)?.equals(wanted));
    if (keys.length > 0) return keys.map((key) => foundSecret(one, 'key', key));
    const isInside = wanted.byteLength >= leastBytes && value.contains(wanted);
    return isInside ? [foundSecret(one, 'part')] : [];
  });
}

function foundSecret(
  secret: SecretDetails,
  match: FoundSecret['match'],
  key?: string,
): FoundSecret {
  const { store, name, arn } = secret;
  return { ref: refOf(secret, key), store, name, arn, match, key };
}

function refOf({ store, name }: SecretDetails, key?: string): string {
  return store === 'secrets-manager' ? formatReference({ store, name, jsonKey: key }) : name;
}
