import type { Aws } from '../../aws/index.ts';
import type { ParameterStore, ReadParameter } from '../../aws/parameter-store.ts';
import { CliError, UsageError } from '../../errors.ts';
import {
  isVersionId,
  isVersionNumber,
  timeWords,
  type At,
} from '../../model/environment/version-at.ts';
import { InvalidInput } from '../../model/problems.ts';
import { lastPart } from '../../model/last-part.ts';
import { formatPrefix, relativeName, type Prefix } from '../../model/secrets/prefix.ts';
import { formatReference, type ParameterReference } from '../../model/secrets/reference.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import { ifAllowed } from '../if-allowed.ts';
import { parameterStoreOf } from '../parameter-store-of.ts';
import { parameterVersionNotFound, secretNotFound } from '../secrets/missing-value.ts';
import type { NamedValue } from './format-secrets.ts';
import { parametersAt, parametersBelow } from './parameters-at.ts';
import { guessNote, secretsAt, type KnownSecret } from './secrets-at.ts';
import type { PrefixSource } from './source.ts';

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
 * Reads all values below a prefix, by the remainder of their names; if there are none, the parameter
 * of this name. Throws CliError `nothing-found` if there is neither, UsageError for a version number
 * or ID that cannot be one of several secrets, and CliError if one may not be read.
 */
export async function readPrefix(
  aws: Aws,
  { prefix, single }: PrefixSource,
  at: At | undefined,
): Promise<Environment> {
  if (prefix.store === 'secrets-manager') {
    const listed = await (
      await aws.secretsManager()
    ).list(prefix.path === '' ? '' : `${prefix.path}/`);
    return readListed(aws, prefix, listed, at);
  }
  if (at?.kind === 'version' && isVersionNumber(at.version)) {
    return readNumbered(aws, prefix, single, at.version);
  }
  const store = await aws.parameterStore();
  const { found, absent } = await parametersBelow(store, prefix.path || '/', at);
  if (found.length === 0 && absent.length === 0 && single) {
    const label = at?.kind === 'version' ? at.version : undefined;
    const own = await ifAllowed(store.read(single.name, label));
    if (own && own !== 'denied') return valueOf(store, single, own, at);
    if (label !== undefined && !own && (await store.read(single.name))) {
      throw await parameterVersionNotFound(aws, store, single, label);
    }
  }
  return relative(aws, prefix, found, { absent, at });
}

/** Reads secrets that were listed below a prefix of Secrets Manager; see `readPrefix`. */
export async function readListed(
  aws: Aws,
  prefix: Prefix,
  listed: readonly KnownSecret[],
  at: At | undefined,
): Promise<Environment> {
  if (at?.kind === 'version' && isVersionId(at.version)) {
    throw new InvalidInput(
      `--at: a version ID is of one secret, and ${formatPrefix(prefix)} stands for several`,
      'give a time, an age or a stage: --at AWSPREVIOUS',
    );
  }
  const { found, absent, guessed } = await secretsAt(await aws.secretsManager(), listed, at);
  return relative(aws, prefix, found, { absent, notes: guessNote(guessed), at });
}

/**
 * Reads one parameter, as a variable with the last part of its name. Throws CliError
 * `secret-not-found` or `version-not-found`, and `nothing-found` if it did not exist at that time.
 */
export async function readParameter(
  aws: Aws,
  reference: ParameterReference,
  version: string | undefined,
  at: At | undefined,
): Promise<Environment> {
  const store = await parameterStoreOf(aws, reference);
  const read = await store.read(reference.name, version);
  if (!read) {
    throw version === undefined
      ? await secretNotFound(aws, reference)
      : await parameterVersionNotFound(aws, store, reference, version);
  }
  return valueOf(store, reference, read, at);
}

/** The error for a secret that was created after a time. */
export function notYet(where: string, time: Date): CliError {
  return new CliError('nothing-found', `${where} did not exist at ${timeWords(time)}`);
}

/** The error for a source in which there is nothing. */
export async function nothingBelow(aws: Aws, where: string): Promise<CliError> {
  const { region, account } = await aws.caller();
  const place = `(account ${account}, region ${region})`;
  return new CliError('nothing-found', `there is nothing below ${where} ${place}`, {
    hint: 'ecs-secrets list prints the names; --store or sm: selects Secrets Manager',
  });
}

// --- internal ---

interface Found {
  name: string;
  value: SecretValue | undefined;
}

async function valueOf(
  store: ParameterStore,
  reference: ParameterReference,
  read: ReadParameter,
  at: At | undefined,
): Promise<Environment> {
  const name = lastPart(reference.name);
  if (at?.kind !== 'time') return { values: [{ name, value: read.value }], warnings: [] };
  const [then] = (await parametersAt(store, [read], at.time)).found;
  if (!then) throw notYet(formatReference(reference), at.time);
  return { values: [{ name, value: then.value }], warnings: [] };
}

async function readNumbered(
  aws: Aws,
  prefix: Prefix,
  single: ParameterReference | undefined,
  version: string,
): Promise<Environment> {
  try {
    if (single) return await readParameter(aws, single, version, undefined);
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'secret-not-found') throw error;
  }
  throw new UsageError(
    `--at ${version}: ${formatPrefix(prefix)} is not one parameter, and each parameter counts its own versions`,
    'give a time, an age or a label: --at 2h',
  );
}

async function relative(
  aws: Aws,
  prefix: Prefix,
  found: readonly Found[],
  {
    absent,
    notes = [],
    at,
  }: { absent: readonly string[]; notes?: readonly string[]; at: At | undefined },
): Promise<Environment> {
  const warnings: string[] = [];
  const values = found.flatMap(({ name, value }): NamedValue[] => {
    const own = relativeName(prefix, name);
    if (own === undefined) return [];
    if (value) return [{ name: own, value }];
    warnings.push(`${name} is a binary secret and left out: ECS cannot inject it`);
    return [];
  });
  const where = formatPrefix(prefix);
  if (values.length === 0) {
    if (!at || absent.length === 0) throw await nothingBelow(aws, where);
    const had =
      at.kind === 'time' ? `existed at ${timeWords(at.time)}` : `has ${markOf(prefix, at.version)}`;
    throw new CliError('nothing-found', `nothing below ${where} ${had}`, {
      hint: at.kind === 'time' ? undefined : 'to give a time: --at 2h, or --at 2026-11-30T14:05Z',
    });
  }
  const left = at && absent.length > 0 ? [leftOut(prefix, at, absent)] : [];
  return {
    values: values.sort((a, b) => (a.name < b.name ? -1 : 1)),
    notes: [...left, ...notes],
    warnings,
  };
}

function leftOut(prefix: Prefix, at: At, names: readonly string[]): string {
  const why =
    at.kind === 'time'
      ? `created after ${timeWords(at.time)}`
      : `without ${markOf(prefix, at.version)}`;
  return `left out, ${why}: ${names.join(', ')}`;
}

function markOf({ store }: Prefix, version: string): string {
  return `the ${store === 'parameter-store' ? 'label' : 'stage'} ${version}`;
}
