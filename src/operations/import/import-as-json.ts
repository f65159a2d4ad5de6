import type { Aws } from '../../aws/index.ts';
import type { ReadSecret, SecretDescription, SecretsManager } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import { formatReference, lookupId, type SecretReference } from '../../model/secrets/reference.ts';
import { checkValue } from '../../model/secrets/secret-rules.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { ahead } from '../ahead.ts';
import { ifAllowed } from '../if-allowed.ts';
import { putStoredSecret } from '../secrets/put-stored-secret.ts';
import type { SecretFileEntry } from '../secrets/read-secret-file.ts';
import type { PutOutcome, PutRequest } from '../secrets/put-request.ts';

/** The result for one key of a JSON secret. */
export interface ImportedKey {
  key: string;
  action: 'created' | 'updated' | 'unchanged' | 'deleted';
}

/** What an import into one secret did, or with `dryRun` would do. */
export interface ImportedJson {
  put: PutOutcome;
  keys: ImportedKey[];
}

/**
 * Sets many keys of one JSON secret, in one new version based on the one that was read; keys that
 * others set meanwhile are kept. Other keys are kept too, unless `prune` is set. Throws CliError
 * `json-secret` for a secret that is not a JSON object.
 */
export async function importAsJson(
  aws: Aws,
  reference: SecretReference,
  entries: readonly SecretFileEntry[],
  { prune, keep, ...request }: Omit<PutRequest, 'value'> & JsonOptions,
): Promise<ImportedJson> {
  const manager = await aws.secretsManager(reference.scope?.region);
  const id = lookupId(reference);
  for (let attempt = 1; ; attempt += 1) {
    const describing = ahead(ifAllowed(manager.describe(id)));
    const read = await ifAllowed(manager.read(id));
    const found = await describing;
    const current = read === 'denied' ? undefined : read;
    const stored = found === 'denied' ? undefined : found;
    // If a policy names ARNs, AWS also denies reading a secret that does not exist: it is created
    // then.
    if (read === 'denied' && stored) throw unreadable(reference);
    if (current && !current.value?.jsonKeys()) throw noObject(reference);
    const base = current?.value ?? new SecretValue('{}');
    const keys = plan(base, entries, { prune, keep });
    const gone = keys.filter(({ action }) => action === 'deleted').map(({ key }) => key);
    const value = entries.reduce(
      (json, entry) => json.withJsonKey(entry.key, entry.value),
      base.withoutJsonKeys(new Set(gone)),
    );
    checkValue(value, 'secrets-manager');
    const same = keys.every(({ action }) => action === 'unchanged');
    try {
      const put = await putStoredSecret(withRead(manager, current, found), reference, {
        ...request,
        // A secret with different whitespace is the same for all its consumers.
        value: same && current?.value ? current.value : value,
        replaceJson: true,
        exclusive: true,
        only: current || stored ? 'update' : 'create',
      });
      return { put, keys };
    } catch (error) {
      const overtaken =
        error instanceof CliError && ['concurrent-write', 'already-exists'].includes(error.code);
      if (overtaken && read === 'denied') throw unreadable(reference);
      if (!overtaken || attempt === 10) throw error;
    }
  }
}

// --- internal ---

interface JsonOptions {
  /** Delete keys that are neither among the entries nor among `keep`. */
  prune: boolean;
  keep: readonly string[];
}

function unreadable(reference: SecretReference): CliError {
  return new CliError(
    'access-denied',
    `keys of ${formatReference(reference)} cannot be set without reading it`,
    { hint: 'allow secretsmanager:GetSecretValue' },
  );
}

function noObject(reference: SecretReference): CliError {
  return new CliError(
    'json-secret',
    `${formatReference(reference)} is not a JSON object, so it takes no keys`,
    { hint: 'choose another name, or delete it first' },
  );
}

function plan(
  base: SecretValue,
  entries: readonly SecretFileEntry[],
  { prune, keep }: JsonOptions,
): ImportedKey[] {
  const had = new Set(base.jsonKeys());
  const wanted = new Set([...entries.map(({ key }) => key), ...keep]);
  return [
    ...entries.map(({ key, value }): ImportedKey => {
      if (!had.has(key)) return { key, action: 'created' };
      return { key, action: base.jsonKey(key)?.equals(value) ? 'unchanged' : 'updated' };
    }),
    ...[...had]
      .filter((key) => prune && !wanted.has(key))
      .map((key): ImportedKey => ({ key, action: 'deleted' })),
  ];
}

/**
 * The gateway, but its reads return what the plan is based on. The write relies on it, and nothing is
 * requested twice.
 */
function withRead(
  manager: SecretsManager,
  current: ReadSecret | undefined,
  found: SecretDescription | 'denied' | undefined,
): SecretsManager {
  // What was read is there, even if it cannot be described yet.
  const isKnown = found !== 'denied' && (found !== undefined || current === undefined);
  return {
    ...manager,
    ...(current && { read: () => Promise.resolve(current) }),
    ...(isKnown && { describe: () => Promise.resolve(found) }),
  };
}
