import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import type { ReadSecret } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import { whyNoKey } from '../../model/secrets/missing-key.ts';
import {
  formatReference,
  lookupId,
  type ParameterReference,
  type Reference,
  type SecretReference,
} from '../../model/secrets/reference.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { parameterStoreOf } from '../parameter-store-of.ts';
import { valueNotFound } from '../secrets/missing-value.ts';
import { readParameters } from '../secrets/read-values.ts';
import { parametersAt } from './parameters-at.ts';
import { notYet } from './read-prefix.ts';
import { guessNote, secretAt } from './secrets-at.ts';

/** What a container gets for a reference. */
export interface ResolvedValue {
  value: SecretValue;
  warning?: string;
  /** Why ECS would not start the container; the value is empty then. */
  failure?: string;
}

/**
 * Reads every reference once; `resolve` returns what a container gets for it. With `time`, the values
 * that were current then; `notes` say where that is not certain. Throws AwsError for what may not be
 * read.
 */
export async function readReferences(
  aws: Aws,
  references: readonly Reference[],
  time?: Date,
): Promise<{ resolve: (reference: Reference | undefined) => ResolvedValue; notes: string[] }> {
  const { values: parameters, absent } = await readParameterReferences(
    aws,
    references.filter((reference) => reference.store === 'parameter-store'),
    time,
  );
  const guessed: string[] = [];
  const secrets = new Map<string, Pick<ReadSecret, 'value'> | CliError>();
  const wanted = references.filter((reference) => reference.store === 'secrets-manager');
  await pMap(
    new Map(wanted.map((reference) => [versionOf(reference), reference])),
    async ([key, reference]) => {
      const manager = await aws.secretsManager(reference.scope?.region);
      const { versionStage: stage, versionId } = reference;
      const id = lookupId(reference);
      const isPinned = stage !== undefined || versionId !== undefined;
      const call =
        time === undefined || isPinned
          ? manager.read(id, { stage, versionId })
          : secretAt(manager, id, time).then(({ found, absent, guessed: some }) => {
              guessed.push(...some);
              return absent.length > 0 ? notYet(versionOf(reference), time) : found[0];
            });
      const read = await call.catch((error: unknown) => pendingDeletion(error, reference));
      secrets.set(key, read ?? (await valueNotFound(aws, manager, reference)));
    },
    { concurrency: 10 },
  );
  const resolve = (reference: Reference | undefined): ResolvedValue => {
    if (!reference) throw new Error('a reference without problems is parsed');
    if (reference.store === 'parameter-store') {
      const value = parameters.get(formatReference(reference));
      const failure =
        time && absent.has(formatReference(reference))
          ? notYet(formatReference(reference), time).message
          : `there is no parameter ${formatReference(reference)}`;
      return value ? { value } : { value: nothing, failure };
    }
    const secret = secrets.get(versionOf(reference));
    if (!secret) throw new Error('every reference was read');
    return secret instanceof CliError
      ? { value: nothing, failure: secret.message }
      : injected(secret, reference);
  };
  return { resolve, notes: guessNote(guessed.sort()) };
}

// --- internal ---

const nothing = new SecretValue('');

function pendingDeletion(error: unknown, reference: SecretReference): CliError {
  if (!(error instanceof CliError) || error.code !== 'pending-deletion') throw error;
  const message = `the secret ${versionOf(reference)} is scheduled for deletion`;
  return new CliError(error.code, message);
}

function versionOf(reference: SecretReference): string {
  return formatReference({ ...reference, jsonKey: undefined });
}

async function readParameterReferences(
  aws: Aws,
  references: readonly ParameterReference[],
  time: Date | undefined,
): Promise<{ values: Map<string, SecretValue>; absent: Set<string> }> {
  const values = new Map<string, SecretValue>();
  const absent = new Set<string>();
  const regions = new Set(references.map(({ scope }) => scope?.region));
  for (const reference of references) await parameterStoreOf(aws, reference);
  for (const region of regions) {
    const store = await aws.parameterStore(region);
    const group = references.filter(({ scope }) => scope?.region === region);
    const { found, denied } = await readParameters(
      store,
      group.map(({ name }) => name),
    );
    for (const refusal of denied.values()) throw refusal;
    const then = time && (await parametersAt(store, [...found.values()], time));
    const earlier = new Map(then?.found.map((read) => [read.name, read]));
    for (const reference of group) {
      const read = (then ? earlier : found).get(reference.name);
      if (read) values.set(formatReference(reference), read.value);
      if (then?.absent.includes(reference.name)) absent.add(formatReference(reference));
    }
  }
  return { values, absent };
}

/** What the ECS agent injects for a secret (agent/taskresource/asmsecret, agent/asm). */
function injected({ value }: Pick<ReadSecret, 'value'>, reference: SecretReference): ResolvedValue {
  const { jsonKey } = reference;
  if (jsonKey === undefined) {
    return value
      ? { value }
      : {
          value: nothing,
          warning: 'the ECS agent passes a binary secret as an empty variable',
        };
  }
  const given = value?.injectedKey(jsonKey) ?? 'binary';
  if (!(given instanceof SecretValue)) {
    const why = whyNoKey(given, jsonKey, value?.jsonKeys());
    return { value: nothing, failure: `${versionOf(reference)} ${why}` };
  }
  return value?.jsonKey(jsonKey)
    ? { value: given }
    : {
        value: given,
        warning: `the key "${jsonKey}" of ${versionOf(reference)} is not a string: the ECS agent formats it as Go does (12345678 as 1.2345678e+07)`,
      };
}
