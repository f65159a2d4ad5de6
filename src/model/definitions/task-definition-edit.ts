import { InvalidInput, Problems } from '../problems.ts';
import { formatReference, parseReference, type Store } from '../secrets/reference.ts';
import type { Tag } from '../secrets/secret-rules.ts';
import { assignmentHint, shownReference, withoutValue } from '../secrets/shown-text.ts';
import { editPlainMembers, variableKey, type PlainEdits } from './plain-members.ts';
import type { ContainerDefinition, SecretEntry, TaskDefinition } from './task-definition.ts';

/** What a register command changes in a task definition. */
export interface Edits extends PlainEdits {
  family?: string | undefined;
  executionRoleArn?: string | undefined;
  /** `[CONTAINER=]URI` */
  images: readonly string[];
  /** `[CONTAINER:]ENV=REF` */
  secrets: readonly string[];
  /** `[CONTAINER:]OPTION=REF` */
  secretOptions: readonly string[];
  /** `[CONTAINER:]ENV`: no longer from a secret. */
  removeSecrets?: readonly string[];
  /** Drop every variable from a secret that `secrets` does not set. */
  exclusiveSecrets?: boolean;
  taskRoleArn?: string | undefined;
  cpu?: string | undefined;
  memory?: string | undefined;
  /** Set in addition to those that are there. */
  tags?: readonly Tag[];
}

/** A reference to put into a container, as the user wrote it. */
export interface Assignment {
  container: string | undefined;
  name: string;
  reference: string;
}

/**
 * A copy of the task definition with the edits made. References are put in this tool's notation, to
 * be replaced by ARNs once they are read back from AWS; `store` decides what a bare name means.
 * Throws InvalidInput with every edit that cannot be made.
 */
export function editTaskDefinition(
  original: TaskDefinition,
  edits: Edits,
  store: Store,
): TaskDefinition {
  const problems = new Problems();
  const result = structuredClone(original);
  if (edits.family !== undefined) result.family = edits.family;
  if (edits.executionRoleArn !== undefined) result.executionRoleArn = edits.executionRoleArn;
  for (const key of ['taskRoleArn', 'cpu', 'memory'] as const) {
    if (edits[key] !== undefined) result[key] = edits[key];
  }
  if (edits.tags && edits.tags.length > 0) result.tags = withTags(result.tags ?? [], edits.tags);

  const find = (option: string, name: string | undefined): ContainerDefinition | undefined => {
    const { containerDefinitions: all } = result;
    const names = all.map((container) => container.name).join(', ');
    if (name === undefined) {
      if (all.length === 1) return all[0];
      problems.add(`${option}: name a container; the task definition has ${names}`);
      return undefined;
    }
    const found = all.find((container) => container.name === name);
    if (!found) problems.add(`${option}: there is no container "${name}"; there are ${names}`);
    return found;
  };

  const taken = new Set<string>();
  /** Of one thing set twice the last would win without a word. */
  const once = (option: string, key: string): void => {
    if (taken.has(key)) problems.add(`${option}: set twice`);
    taken.add(key);
  };

  for (const written of edits.images) {
    const cut = written.indexOf('=');
    const image = written.slice(cut + 1);
    const container = find(`--image ${written}`, cut < 0 ? undefined : written.slice(0, cut));
    if (image === '') problems.add(`--image ${written}: it is not [CONTAINER=]URI`);
    else if (container) {
      once(`--image ${written}`, `image ${container.name}`);
      container.image = image;
    }
  }
  if (edits.exclusiveSecrets) {
    for (const container of result.containerDefinitions) delete container.secrets;
  }
  for (const written of edits.removeSecrets ?? []) {
    const option = `--remove-secret ${withoutValue(written)}`;
    const colon = written.indexOf(':');
    const name = written.slice(colon + 1);
    const container = find(option, colon < 0 ? undefined : written.slice(0, colon));
    if (!container) continue;
    const left = (container.secrets ?? []).filter((entry) => entry.name !== name);
    if (left.length === (container.secrets?.length ?? 0)) {
      problems.add(
        `${option}: container "${container.name}" has no secret "${withoutValue(name)}"`,
      );
    }
    if (left.length > 0) container.secrets = left;
    else delete container.secrets;
  }
  editPlainMembers(edits, { problems, find, once });
  for (const written of edits.secrets) {
    const option = shownAssignment('--secret', written);
    const edit = problems.attempt(() => parseAssignment(option, written));
    const container = edit && find(option, edit.container);
    if (!container) continue;
    const valueFrom = problems.attempt(() => valueFromOf(option, edit.reference, store));
    if (valueFrom === undefined) continue;
    once(option, variableKey(container, edit.name));
    container.secrets = replaced(container.secrets, { name: edit.name, valueFrom });
    // ECS refuses a name that is in both; the secret takes the place of the plain value.
    if (container.environment?.some(({ name }) => name === edit.name)) {
      container.environment = container.environment.filter(({ name }) => name !== edit.name);
    }
  }
  for (const written of edits.secretOptions) {
    const option = shownAssignment('--secret-option', written);
    const edit = problems.attempt(() => parseAssignment(option, written));
    const container = edit && find(option, edit.container);
    if (!container) continue;
    const logs = container.logConfiguration;
    if (!logs?.logDriver) {
      problems.add(`${option}: container "${container.name}" has no logConfiguration to set it in`);
      continue;
    }
    const valueFrom = problems.attempt(() => valueFromOf(option, edit.reference, store));
    if (valueFrom === undefined) continue;
    once(option, `option ${container.name} ${edit.name}`);
    logs.secretOptions = replaced(logs.secretOptions, { name: edit.name, valueFrom });
  }
  problems.throwIfAny();
  return result;
}

/**
 * The references of assignments that messages may not quote, since they may be values: by
 * `formatReference`, the assignment without them. See `shownReference`.
 */
export function unshownReferences(
  { secrets, secretOptions }: Pick<Edits, 'secrets' | 'secretOptions'>,
  store: Store,
): Map<string, string> {
  const given = [
    ...secrets.map((written) => ['--secret', written] as const),
    ...secretOptions.map((written) => ['--secret-option', written] as const),
  ];
  return new Map(
    given.flatMap(([option, written]) => {
      const { reference } = parseAssignment(option, written);
      if (shownReference(reference) !== '…') return [];
      const place = `${option} ${written.slice(0, written.indexOf('='))}`;
      return [[formatReference(parseReference(reference, store)), place] as const];
    }),
  );
}

/** Cuts `[CONTAINER:]NAME=REF`. Throws InvalidInput. */
export function parseAssignment(option: string, written: string): Assignment {
  const cut = written.indexOf('=');
  const target = written.slice(0, Math.max(cut, 0));
  const reference = written.slice(cut + 1);
  const colon = target.indexOf(':');
  const container = colon < 0 ? undefined : target.slice(0, colon);
  const name = target.slice(colon + 1);
  if (cut < 0 || name === '' || reference === '' || container === '') {
    throw new InvalidInput(
      `${option}: it is not [CONTAINER:]NAME=REFERENCE`,
      assignmentHint(option),
    );
  }
  return { container, name, reference };
}

// --- internal ---

/** An assignment as messages quote it: `--secret web:DB=/shop/db`, or `--secret web:DB=…`. */
function shownAssignment(option: string, written: string): string {
  const cut = written.indexOf('=');
  if (cut < 0) return `${option} …`;
  return `${option} ${written.slice(0, cut)}=${shownReference(written.slice(cut + 1))}`;
}

/** A reference in this tool's notation. Throws InvalidInput, which quotes it only if it is one by its form. */
function valueFromOf(option: string, written: string, store: Store): string {
  try {
    return formatReference(parseReference(written, store));
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw shownReference(written) === '…'
      ? new InvalidInput(`${option}: the text after "=" is not a reference`, assignmentHint(option))
      : new InvalidInput(error.problems, error.hint ?? assignmentHint(option));
  }
}

/** Tags by key, new ones behind the old. */
function withTags(
  old: NonNullable<TaskDefinition['tags']>,
  tags: readonly Tag[],
): NonNullable<TaskDefinition['tags']> {
  const byKey = new Map(old.map((tag) => [tag.key, tag]));
  for (const tag of tags) byKey.set(tag.key, { ...byKey.get(tag.key), ...tag });
  return [...byKey.values()];
}

/** The list with one entry set, in its old place when the name was there. */
function replaced(
  list: readonly SecretEntry[] | null | undefined,
  entry: SecretEntry,
): SecretEntry[] {
  const old = list ?? [];
  return old.some(({ name }) => name === entry.name)
    ? old.map((other) => (other.name === entry.name ? { ...other, ...entry } : other))
    : [...old, entry];
}
