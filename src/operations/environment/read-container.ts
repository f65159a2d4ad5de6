import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import type { ReadSecret } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import { Problems } from '../../model/problems.ts';
import {
  formatReference,
  lookupId,
  type ParameterReference,
  type Reference,
  type SecretReference,
} from '../../model/secrets/reference.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { secretUses, useReference, type SecretUse } from '../../model/definitions/secret-uses.ts';
import type {
  ContainerDefinition,
  TaskDefinition,
} from '../../model/definitions/task-definition.ts';
import { whyNoKey } from '../../model/secrets/missing-key.ts';
import type { NamedValue } from './format-secrets.ts';
import { parametersAt } from './parameters-at.ts';
import { notYet, type Environment } from './read-prefix.ts';
import { guessNote, secretAt } from './secrets-at.ts';
import { valueNotFound } from '../secrets/missing-value.ts';
import { parameterStoreOf } from '../parameter-store-of.ts';
import { readParameters } from '../secrets/read-values.ts';

/**
 * Reads what ECS would inject into a container: its plaintext variables, and its secrets as the ECS
 * agent resolves them; with `time`, as it would have resolved those without a version then. Throws
 * CliError `secret-not-found` and `key-not-found` with every variable that would prevent the container
 * from starting.
 */
export async function readContainer(
  aws: Aws,
  definition: TaskDefinition,
  containerName: string | undefined,
  time?: Date,
): Promise<Environment> {
  const container = choose(definition, containerName);
  const uses = usesOf(definition, container);
  const problems = new Problems();
  const references = uses.map((use) => problems.attempt(() => useReference(use), use.name));
  problems.throwIfAny();
  const { resolve, notes } = await readReferences(
    aws,
    references.filter((reference) => reference !== undefined),
    time,
  );
  const warnings: string[] = [];
  const missing: string[] = [];
  const secrets = uses.map(({ name }, index): NamedValue => {
    const { value, warning = slashWarning(uses[index]), failure } = resolve(references[index]);
    if (warning !== undefined) warnings.push(`${name}: ${warning}`);
    if (failure !== undefined) missing.push(`${name}: ${failure}`);
    return { name, value };
  });
  if (missing.length > 0) {
    throw new CliError('secret-not-found', missing.join('\n'), {
      hint: time ? undefined : 'ECS would not start this container either',
    });
  }
  if (Array.isArray(container.environmentFiles) && container.environmentFiles.length > 0) {
    warnings.push('the environment files of the container (S3) are not read');
  }
  const plain = (container.environment ?? []).map(({ name, value = '' }) => ({
    name,
    value: new SecretValue(value),
  }));
  return { values: [...plain, ...secrets], notes, warnings };
}

// --- internal ---

interface Resolved {
  value: SecretValue;
  warning?: string;
  failure?: string;
}

/**
 * The references that become variables of a container: its `secrets`, and in the container of FireLens the
 * `secretOptions` of all containers that log through it, by `OPTION_INDEX` (agent/api/task/task.go).
 */
function usesOf(definition: TaskDefinition, container: ContainerDefinition): SecretUse[] {
  const own = secretUses({ ...definition, containerDefinitions: [container] });
  const routed = container.firelensConfiguration
    ? definition.containerDefinitions.flatMap((other, index) =>
        other.logConfiguration?.logDriver === 'awsfirelens'
          ? secretUses({ ...definition, containerDefinitions: [other] })
              .filter(({ kind }) => kind === 'secretOptions')
              .map((use) => ({ ...use, name: `${use.name}_${index}` }))
          : [],
      )
    : [];
  return [...own.filter(({ kind }) => kind === 'secrets'), ...routed];
}

/** What Parameter Store answers for `/name`, and so what the agent makes of it, is not confirmed. */
function slashWarning(use: SecretUse | undefined): string | undefined {
  const { valueFrom = '' } = use ?? {};
  return /^\/[^/]+$/.test(valueFrom)
    ? `Parameter Store stores it as ${valueFrom.slice(1)}; for ${valueFrom} ECS may inject an empty variable`
    : undefined;
}

function choose(
  { containerDefinitions }: TaskDefinition,
  name: string | undefined,
): ContainerDefinition {
  const found =
    name === undefined && containerDefinitions.length === 1
      ? containerDefinitions[0]
      : containerDefinitions.find((container) => container.name === name);
  if (found) return found;
  const names = containerDefinitions.map((container) => container.name).join(', ');
  throw name === undefined
    ? new CliError('container-not-named', `the task definition has the containers ${names}`, {
        hint: 'name one with --container',
      })
    : new CliError('container-not-found', `there is no container "${name}"; there are ${names}`);
}

/** Reads every reference once; the result has what a container gets for it. */
async function readReferences(
  aws: Aws,
  references: readonly Reference[],
  time: Date | undefined,
): Promise<{ resolve: (reference: Reference | undefined) => Resolved; notes: string[] }> {
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
  const resolve = (reference: Reference | undefined): Resolved => {
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
function injected({ value }: Pick<ReadSecret, 'value'>, reference: SecretReference): Resolved {
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

const nothing = new SecretValue('');
