import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { Problems } from '../../model/problems.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { secretUses, useReference, type SecretUse } from '../../model/definitions/secret-uses.ts';
import type {
  ContainerDefinition,
  TaskDefinition,
} from '../../model/definitions/task-definition.ts';
import type { NamedValue } from './format-secrets.ts';
import type { Environment } from './read-prefix.ts';
import { readReferences } from './read-references.ts';

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
