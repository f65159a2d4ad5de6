import { definitionTexts, placeOf } from '../definitions/definition-texts.ts';
import { cutContainer, editPlainMembers } from '../definitions/plain-members.ts';
import { plaintextIn } from '../definitions/plaintext-findings.ts';
import type { ContainerDefinition, TaskDefinition } from '../definitions/task-definition.ts';
import type { Problems } from '../problems.ts';
import { isAtLeast } from '../secrets/plaintext-secrets.ts';
import { withoutValue } from '../secrets/shown-text.ts';

/** What one task changes of its task definition, as the user wrote it. */
export interface RunEdits {
  /** The container whose exit code counts. */
  container: string | undefined;
  /** `[CONTAINER=]COMMAND` */
  commands: readonly string[];
  /** `[CONTAINER:]NAME=VALUE` */
  env: readonly string[];
  cpu: string | undefined;
  memory: string | undefined;
}

/** The member `overrides` of RunTask. */
export interface TaskOverrides {
  cpu?: string;
  memory?: string;
  containerOverrides?: ContainerOverride[];
}

/** What a task changes of one container. */
export interface ContainerOverride {
  name: string;
  command?: string[];
  environment?: { name: string; value: string }[];
}

/**
 * The container to follow: the named one, or the only essential one. Adds a problem if there is no
 * such container, and returns undefined then.
 */
export function chosenContainer(
  { containerDefinitions: all }: TaskDefinition,
  name: string | undefined,
  problems: Problems,
): string | undefined {
  if (name !== undefined) {
    if (all.some((one) => one.name === name)) return name;
    const names = all.map((one) => one.name).join(', ');
    problems.add(`--container: there is no container "${withoutValue(name)}"; there are ${names}`);
    return undefined;
  }
  const essential = all.filter((one) => one.essential !== false);
  const [only] = all.length === 1 ? all : essential;
  if (only && (all.length === 1 || essential.length === 1)) return only.name;
  const names = essential.map((one) => one.name).join(', ');
  problems.add(`give --container: the task definition has several essential containers: ${names}`);
  return undefined;
}

/** The overrides of a run. Adds all problems; no message quotes a value. */
export function taskOverrides(
  definition: TaskDefinition,
  { commands, env, cpu, memory }: RunEdits,
  container: string | undefined,
  problems: Problems,
): TaskOverrides {
  const originals = definition.containerDefinitions;
  const stubs: ContainerDefinition[] = originals.map(({ name }) => ({ name }));
  const taken = new Set<string>();
  editPlainMembers(
    { env, commands },
    {
      problems,
      find(option, name = container) {
        const found = stubs.find((one) => one.name === name);
        if (!found && name !== undefined) {
          const names = stubs.map((one) => one.name).join(', ');
          problems.add(`${option}: there is no container "${name}"; there are ${names}`);
        }
        return found;
      },
      once(option, key) {
        if (taken.has(key)) problems.add(`${option}: set twice`);
        taken.add(key);
      },
    },
  );
  for (const written of commands) {
    // A shell variable that is not set: the task would run the command of the image.
    if (/^\s*(\[\s*\]\s*)?$/.test(cutContainer(written).rest)) {
      problems.add('--command is empty; omit it to run the command of the task definition');
    }
  }
  for (const { name, secrets } of originals) {
    const set = stubs.find((one) => one.name === name)?.environment ?? [];
    for (const { name: variable } of set) {
      if (!secrets?.some((one) => one.name === variable)) continue;
      // The agent adds the secrets after the overrides (amazon-ecs-agent, populateContainerSecrets).
      problems.add(
        `--env ${variable}: container "${name}" reads ${variable} from a secret, which an override does not replace`,
      );
    }
  }
  const changed = stubs.filter((one) => one.environment ?? one.command);
  const overrides: TaskOverrides = {
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    ...(changed.length > 0 && { containerOverrides: changed as ContainerOverride[] }),
  };
  const length = JSON.stringify(overrides).length;
  if (length > mostCharacters) {
    problems.add(
      `the overrides have ${length} characters as JSON; ECS accepts ${mostCharacters} (--env, --command)`,
    );
  }
  return overrides;
}

/** An override that looks like a secret. */
export interface PlainOverride {
  container: string;
  /** Name of the variable; empty for a command. */
  name: string;
  /** Why it looks like one. */
  kind: string;
}

/** The overrides that look like secrets. */
export function plainOverrides(overrides: TaskOverrides): PlainOverride[] {
  return plaintextIn(asDefinition(overrides))
    .filter(({ confidence }) => isAtLeast(confidence, 'medium'))
    .map(({ container, name, kind, placeKind }) => ({
      container,
      name: placeKind === 'environment' ? name : '',
      kind,
    }));
}

/** The overrides as a task definition, for what looks at the texts of one. */
export function asDefinition({ containerOverrides = [] }: TaskOverrides): TaskDefinition {
  return { containerDefinitions: containerOverrides.map((one) => ({ ...one })) };
}

/**
 * The plain values of task definitions that look like secrets, the longest first: what a container
 * may print of them is hidden.
 */
export function plainSecrets(definitions: readonly TaskDefinition[]): string[] {
  const values = definitions.flatMap((definition) => {
    const warned = new Set(
      plaintextIn(definition)
        .filter(({ confidence }) => isAtLeast(confidence, 'medium'))
        .map(({ place }) => place),
    );
    return definitionTexts(definition)
      .filter(({ path, value }) => warned.has(placeOf(path)) && value.length >= 8)
      .map(({ value }) => value);
  });
  return [...new Set(values)].sort((a, b) => b.length - a.length);
}

// --- internal ---

/** Including the JSON of the structure (ECS API reference, RunTask, `overrides`). */
const mostCharacters = 8_192;
