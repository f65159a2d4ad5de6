import type { Aws } from '../../aws/index.ts';
import type { SecretsManager } from '../../aws/secrets-manager.ts';
import { CliError, isAccessDenied } from '../../errors.ts';
import { formatPrefix, relativeName, type Prefix } from '../../model/secrets/prefix.ts';
import { formatReference, lookupId, type SecretReference } from '../../model/secrets/reference.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { ifAllowed } from '../if-allowed.ts';
import { readSecrets } from '../secrets/read-values.ts';
import type { NamedValue } from './format-secrets.ts';

/** The values of a source, with what the user should know about them; never a value. */
export interface Environment {
  values: NamedValue[];
  notes?: string[];
  /** Unexpected differences in what a container would get. */
  warnings: string[];
  /** The values are those of a container. */
  isContainer?: boolean;
}

/**
 * Reads all values below a prefix, by the remainder of their names. Throws CliError `nothing-found`
 * if there are none, and CliError if one may not be read.
 */
export async function readPrefix(aws: Aws, prefix: Prefix): Promise<Environment> {
  if (prefix.store === 'parameter-store') {
    const found = await (await aws.parameterStore()).readBelow(prefix.path || '/');
    return relative(aws, prefix, found);
  }
  const manager = await aws.secretsManager();
  const listed = await manager.list(prefix.path === '' ? '' : `${prefix.path}/`);
  const names = listed.map(({ name }) => name);
  return relative(aws, prefix, await readNamed(manager, names));
}

/**
 * Reads the keys of a JSON secret; if there are secrets below its name (`prefix`), those as
 * `readPrefix` does. `exact`: values as they are stored, instead of as the ECS agent injects them.
 * Throws CliError `nothing-found` if there is neither, and `json-secret` for another value.
 */
export async function readJsonSecret(
  aws: Aws,
  reference: SecretReference,
  prefix: Prefix | undefined,
  exact: boolean,
): Promise<Environment> {
  const manager = await aws.secretsManager(reference.scope?.region);
  const { below, isThere, refusal } = await namesOf(manager, prefix);
  if (prefix && below.length > 0) {
    const read = await relative(aws, prefix, await readNamed(manager, below));
    const note = `${formatPrefix(prefix)} stands for the secrets below it; the secret of this name is not read (its ARN stands for its keys)`;
    return isThere ? { ...read, notes: [note] } : read;
  }
  const found =
    isThere === false
      ? undefined
      : await (refusal
          ? ifAllowed(manager.read(lookupId(reference)))
          : manager.read(lookupId(reference)));
  if (refusal && (found === undefined || found === 'denied')) throw refusal;
  if (!found || found === 'denied') throw await nothingBelow(aws, formatReference(reference));
  // It may stand for the secrets below it, which could not be listed.
  if (refusal && !found.value?.jsonKeys()) throw refusal;
  return keysOf(found.value, formatReference(reference), exact);
}

// --- internal ---

interface Found {
  name: string;
  value: SecretValue | undefined;
}

/**
 * The names of the secrets below a prefix, and whether one has the name itself; undefined if this
 * is not known. A caller without secretsmanager:ListSecrets may still read the secret.
 */
async function namesOf(
  manager: SecretsManager,
  prefix: Prefix | undefined,
): Promise<{ below: string[]; isThere?: boolean; refusal?: CliError }> {
  if (!prefix) return { below: [] };
  try {
    const names = (await manager.list(prefix.path)).map(({ name }) => name);
    const below = names.filter((name) => name.startsWith(`${prefix.path}/`));
    return { below, isThere: names.includes(prefix.path) };
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

async function relative(aws: Aws, prefix: Prefix, found: readonly Found[]): Promise<Environment> {
  const warnings: string[] = [];
  const values = found.flatMap(({ name, value }): NamedValue[] => {
    const own = relativeName(prefix, name);
    if (own === undefined) return [];
    if (value) return [{ name: own, value }];
    warnings.push(`${name} is a binary secret and left out: ECS cannot inject it`);
    return [];
  });
  if (values.length === 0) throw await nothingBelow(aws, formatPrefix(prefix));
  return { values: values.sort((a, b) => (a.name < b.name ? -1 : 1)), warnings };
}

async function readNamed(manager: SecretsManager, names: readonly string[]): Promise<Found[]> {
  const { found, denied } = await readSecrets(manager, names);
  for (const refusal of denied.values()) throw refusal;
  return [...found.values()];
}

async function nothingBelow(aws: Aws, where: string): Promise<CliError> {
  const { region, account } = await aws.caller();
  const place = `(account ${account}, region ${region})`;
  return new CliError('nothing-found', `there is nothing below ${where} ${place}`, {
    hint: 'ecs-secrets list prints the names; --store or sm: selects Secrets Manager',
  });
}
