import { InvalidInput, type Problems } from '../problems.ts';
import { withoutValue } from '../secrets/shown-text.ts';
import { splitWords } from '../shell.ts';
import type { ContainerDefinition } from './task-definition.ts';

/** What a register command changes in the members that are no references. */
export interface PlainEdits {
  /** `[CONTAINER:]NAME=VALUE` */
  env?: readonly string[] | undefined;
  /** Variables from files; `env` overrides them. */
  envFiles?: readonly EnvFile[] | undefined;
  /** `[CONTAINER:]NAME` */
  removeEnv?: readonly string[] | undefined;
  /** `[CONTAINER=]COMMAND`; see `parseCommand`. */
  commands?: readonly string[] | undefined;
  /** `[CONTAINER:]NAME=VALUE` */
  dockerLabels?: readonly string[] | undefined;
  /** `[CONTAINER:]OPTION=VALUE` */
  logOptions?: readonly string[] | undefined;
}

/** The variables of a file that was given as `[CONTAINER=]FILE`. */
export interface EnvFile {
  /** The option as messages quote it, e.g. `--env-file web.env`. */
  option: string;
  container: string | undefined;
  variables: readonly (readonly [name: string, value: string])[];
}

/** What edits share: each reports a problem and continues. */
export interface Editing {
  problems: Problems;
  /** The container of a name, or the only one. */
  find: (option: string, name: string | undefined) => ContainerDefinition | undefined;
  /** Reports a thing that is set twice. */
  once: (option: string, key: string) => void;
}

/**
 * Changes the plain members of the containers of a task definition. Removes before it sets. No
 * message quotes a value.
 */
export function editPlainMembers(edits: PlainEdits, editing: Editing): void {
  for (const written of edits.removeEnv ?? []) removeVariable(written, editing);
  for (const { option, container: name, variables } of edits.envFiles ?? []) {
    const container = editing.find(option, name);
    for (const [variable, value] of container ? variables : []) {
      setVariable(option, container, [variable, value], editing);
    }
  }
  for (const written of edits.env ?? []) {
    eachSetting('--env', written, editing, (option, container, entry) => {
      editing.once(option, variableKey(container, entry[0]));
      setVariable(option, container, entry, editing);
    });
  }
  for (const written of edits.commands ?? []) setCommand(written, editing);
  for (const written of edits.dockerLabels ?? []) {
    eachSetting('--docker-label', written, editing, (option, container, [name, value]) => {
      editing.once(option, `label ${container.name} ${name}`);
      container.dockerLabels = { ...container.dockerLabels, [name]: value };
    });
  }
  for (const written of edits.logOptions ?? []) {
    eachSetting('--log-option', written, editing, (option, container, [name, value]) => {
      editing.once(option, `option ${container.name} ${name}`);
      const logs = container.logConfiguration;
      if (!logs?.logDriver) {
        editing.problems.add(
          `${option}: container "${container.name}" has no logConfiguration to set it in`,
        );
      } else if (logs.secretOptions?.some((entry) => entry.name === name)) {
        editing.problems.add(`${option}: "${name}" is set from a secret`);
      } else logs.options = { ...logs.options, [name]: value };
    });
  }
}

/** What `once` knows a variable by, whether it is set to a text or from a secret. */
export function variableKey({ name }: ContainerDefinition, variable: string): string {
  return `variable ${name} ${variable}`;
}

/** Cuts `[CONTAINER=]REST`; what is before "=" is a container if it has the form of its name. */
export function cutContainer(written: string): { container: string | undefined; rest: string } {
  const [start, container] = /^([\w-]+)=/.exec(written) ?? [];
  return { container, rest: written.slice(start?.length ?? 0) };
}

// --- internal ---

/** A setting `[CONTAINER:]NAME=VALUE`. Throws InvalidInput, which does not quote it. */
function parseSetting(
  option: string,
  written: string,
): { container: string | undefined; name: string; value: string } {
  const cut = written.indexOf('=');
  const target = written.slice(0, Math.max(cut, 0));
  const colon = target.indexOf(':');
  const container = colon < 0 ? undefined : target.slice(0, colon);
  const name = target.slice(colon + 1);
  if (name === '' || container === '') {
    throw new InvalidInput(`${option} …: it is not [CONTAINER:]NAME=VALUE`);
  }
  return { container, name, value: written.slice(cut + 1) };
}

/**
 * A command as a task definition has it: of a JSON list its texts, otherwise words separated and
 * quoted as in a shell. Throws InvalidInput, which does not quote it.
 */
function parseCommand(option: string, written: string): string[] {
  if (written.trimStart().startsWith('[')) return wordList(option, written);
  try {
    return splitWords(written);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(
      error.problems.map((problem) => `${option}: ${problem}`),
      error.hint,
    );
  }
}

function eachSetting(
  name: string,
  written: string,
  { problems, find }: Editing,
  set: (option: string, container: ContainerDefinition, entry: [string, string]) => void,
): void {
  const setting = problems.attempt(() => parseSetting(name, written));
  if (!setting) return;
  const option = `${name} ${withoutValue(written)}`;
  const container = find(option, setting.container);
  if (!container) return;
  set(option, container, [setting.name, setting.value]);
}

/** In its old place if the variable was there. */
function setVariable(
  option: string,
  container: ContainerDefinition | undefined,
  [name, value]: readonly [string, string],
  { problems }: Editing,
): void {
  if (!container) return;
  if (container.secrets?.some((entry) => entry.name === name)) {
    problems.add(
      `${option}: ${name} of container "${container.name}" is set from a secret; --remove-secret ${container.name}:${name} removes it`,
    );
    return;
  }
  const old = container.environment ?? [];
  container.environment = old.some((entry) => entry.name === name)
    ? old.map((entry) => (entry.name === name ? { ...entry, value } : entry))
    : [...old, { name, value }];
}

function removeVariable(written: string, { problems, find }: Editing): void {
  const option = `--remove-env ${withoutValue(written)}`;
  const colon = written.indexOf(':');
  const name = written.slice(colon + 1);
  const container = find(option, colon < 0 ? undefined : written.slice(0, colon));
  if (!container) return;
  const old = container.environment ?? [];
  const left = old.filter((entry) => entry.name !== name);
  if (left.length === old.length) {
    problems.add(
      `${option}: container "${container.name}" has no variable "${withoutValue(name)}"`,
    );
  }
  container.environment = left;
}

function setCommand(written: string, { problems, find, once }: Editing): void {
  const { container: name, rest } = cutContainer(written);
  const option = name === undefined ? '--command' : `--command ${name}=…`;
  const command = problems.attempt(() => parseCommand(option, rest));
  const container = command && find(option, name);
  if (!container) return;
  once(option, `--command ${container.name}`);
  if (command.length > 0) container.command = command;
  else delete container.command;
}

function wordList(option: string, written: string): string[] {
  let list: unknown;
  try {
    list = JSON.parse(written);
  } catch {
    list = undefined;
  }
  if (Array.isArray(list) && list.every((word) => typeof word === 'string')) return list;
  throw new InvalidInput(`${option}: it is not a JSON list of texts`);
}
