import type { Aws } from '../../aws/index.ts';
import type { ReadSecret, SecretDescription, SecretsManager } from '../../aws/secrets-manager.ts';
import { CliError, isAccessDenied } from '../../errors.ts';
import type { At } from '../../model/environment/version-at.ts';
import { formatPrefix, type Prefix } from '../../model/secrets/prefix.ts';
import { formatReference, lookupId, type SecretReference } from '../../model/secrets/reference.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { ifAllowed } from '../if-allowed.ts';
import { valueNotFound } from '../secrets/missing-value.ts';
import type { NamedValue } from './format-secrets.ts';
import { nothingBelow, notYet, readListed, type Environment } from './read-prefix.ts';
import { guessNote, secretAt, secretsAt } from './secrets-at.ts';
import type { SecretSource } from './source.ts';

/**
 * Reads the keys of a JSON secret; if there are secrets below its name (`prefix`), those as
 * `readPrefix` does. `exact`: values as they are stored, instead of as the ECS agent injects them.
 * Throws CliError `nothing-found` if there is neither, `version-not-found`, and `json-secret` for
 * another value.
 */
export async function readJsonSecret(
  aws: Aws,
  { reference, prefix }: SecretSource,
  exact: boolean,
  at: At | undefined,
): Promise<Environment> {
  const manager = await aws.secretsManager(reference.scope?.region);
  const { below, own, refusal } = await namesOf(manager, prefix);
  if (prefix && below.length > 0) {
    const read = await readListed(aws, prefix, below, at);
    const note = `${formatPrefix(prefix)} stands for the secrets below it; the secret of this name is not read (its ARN stands for its keys)`;
    return own ? { ...read, notes: [note, ...(read.notes ?? [])] } : read;
  }
  const isUnlisted = prefix === undefined || refusal !== undefined;
  const call = own || isUnlisted ? readOne(aws, manager, reference, own, at) : undefined;
  const found = await (refusal && call ? ifAllowed(call) : call);
  if (refusal && (found === undefined || found === 'denied')) throw refusal;
  if (!found || found === 'denied') throw await nothingBelow(aws, formatReference(reference));
  // It may stand for the secrets below it, which could not be listed.
  if (refusal && !found.value?.jsonKeys()) throw refusal;
  const read = keysOf(found.value, formatReference(reference), exact);
  return { ...read, notes: found.notes };
}

// --- internal ---

interface FoundValue {
  value: SecretValue | undefined;
  notes: string[];
}

/** Undefined if the secret does not exist, or has no value. */
async function readOne(
  aws: Aws,
  manager: SecretsManager,
  reference: SecretReference,
  own: SecretDescription | undefined,
  at: At | undefined,
): Promise<FoundValue | undefined> {
  const id = lookupId(reference);
  if (at?.kind === 'time') {
    const { found, absent, guessed } = await (own
      ? secretsAt(manager, [own], at)
      : secretAt(manager, id, at.time));
    if (absent.length > 0) throw notYet(formatReference(reference), at.time);
    return found[0] && { value: found[0].value, notes: guessNote(guessed) };
  }
  const { versionId } = reference;
  const stage = at?.version ?? reference.versionStage;
  const read: ReadSecret | undefined = await manager.read(id, { stage, versionId });
  if (read) return { value: read.value, notes: [] };
  if (stage === undefined && versionId === undefined) return undefined;
  throw await valueNotFound(aws, manager, { ...reference, ...(stage && { versionStage: stage }) });
}

/**
 * The secrets below a prefix, and the one that has its name, as far as they can be listed. A caller
 * without secretsmanager:ListSecrets may still read the secret.
 */
async function namesOf(
  manager: SecretsManager,
  prefix: Prefix | undefined,
): Promise<{ below: SecretDescription[]; own?: SecretDescription; refusal?: CliError }> {
  if (!prefix) return { below: [] };
  try {
    const listed = await manager.list(prefix.path);
    const own = listed.find(({ name }) => name === prefix.path);
    const below = listed.filter(({ name }) => name.startsWith(`${prefix.path}/`));
    return own ? { below, own } : { below };
  } catch (error) {
    if (!(error instanceof CliError) || !isAccessDenied(error)) throw error;
    return { below: [], refusal: error };
  }
}

function keysOf(value: SecretValue | undefined, where: string, exact: boolean): Environment {
  const keys = value?.jsonKeys();
  if (!value || !keys) {
    throw new CliError('json-secret', `${where} is not a JSON object, so it has no keys`, {
      hint: 'a source is a prefix (end it with "/"), a JSON secret, a task definition or a file',
    });
  }
  const warnings: string[] = [];
  const values = keys.map((name): NamedValue => {
    const stored = value.jsonMember(name) ?? new SecretValue('');
    const given = exact ? stored : value.injectedKey(name);
    // ECS would not start a container with a key that the agent cannot read.
    const injected = given instanceof SecretValue ? given : stored;
    if (!exact && !value.jsonKey(name)) {
      warnings.push(
        `the key "${name}" of ${where} is not a string: the ECS agent formats it as Go does (12345678 as 1.2345678e+07)`,
      );
    }
    return { name, value: injected };
  });
  return { values, warnings };
}
