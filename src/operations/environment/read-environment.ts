import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import type { Variables } from '../../model/definitions/substitute.ts';
import { InvalidInput } from '../../model/problems.ts';
import { readText, sourceName } from '../read-text.ts';
import type { Sources } from '../read-source.ts';
import type { SecretFileFormat } from '../secrets/read-secret-file.ts';
import type { NamedValue } from './format-secrets.ts';
import { readJsonSecret } from './read-json-secret.ts';
import { readParameter, readPrefix, type Environment } from './read-prefix.ts';
import { noCommonVersion, type Source } from './source.ts';
import type { readContainer } from './read-container.ts';
import { rename, type Naming } from './variable-names.ts';

/** How to read sources. */
export interface ReadOptions {
  /** The container of a task definition. */
  container?: string | undefined;
  /** The format of files of secrets; default: detected. */
  fileFormat?: SecretFileFormat | undefined;
  /** A prefix without secrets is an empty source instead of an error. */
  allowEmpty?: boolean | undefined;
  /**
   * Keys of JSON secrets as they are stored, instead of as the ECS agent injects them, unless a
   * container is among the sources.
   */
  exact?: boolean;
  /** Refuse a source to which `--at` does not apply, instead of noting it. */
  needsAt?: boolean;
  naming: Naming;
  /** What placeholders in files of task definitions stand for; undefined: placeholders stay. */
  substitution?: Variables | undefined;
}

/** A value with the source that it comes from. */
export interface SourcedValue extends NamedValue {
  from: Source;
}

/** The values of several sources, merged. */
export interface MergedEnvironment {
  values: SourcedValue[];
  notes: string[];
  warnings: string[];
  /** What a later source overwrites, as sentences. */
  overwritten: string[];
}

/**
 * Reads sources at the same time, and merges them in order: a later value replaces an earlier one.
 * Throws as the readers do; InvalidInput for names that cannot be changed as asked.
 */
export async function readEnvironment(
  aws: Aws,
  from: readonly Source[],
  options: ReadOptions,
  sources: Sources,
): Promise<MergedEnvironment> {
  const read = await readEach(aws, from, options, sources);
  const merged = new Map<string, SourcedValue>();
  const overwritten: string[] = [];
  for (const [index, source] of from.entries()) {
    const values = read[index]?.values ?? [];
    const taken = values.filter(({ name }) => merged.has(name)).map(({ name }) => name);
    if (taken.length > 0) overwritten.push(`${placeOf(source)} overwrites ${taken.join(', ')}`);
    for (const one of values) merged.set(one.name, { ...one, from: source });
  }
  const values = [...merged.values()];
  return {
    values: from.length > 1 ? values.sort((a, b) => (a.name < b.name ? -1 : 1)) : values,
    notes: read.flatMap(({ notes = [] }) => notes),
    warnings: read.flatMap(({ warnings }) => warnings),
    overwritten,
  };
}

/** Reads sources at the same time; see `readEnvironment`. */
export async function readEach(
  aws: Aws,
  from: readonly Source[],
  options: ReadOptions,
  sources: Sources,
): Promise<Environment[]> {
  const read = new Map<Source, Environment>();
  const readAll = async (some: readonly Source[], how: ReadOptions): Promise<void> => {
    const each = async (one: Source) => read.set(one, await readOne(aws, one, how, sources));
    await Promise.all(some.map(each));
  };
  const isLast = ({ kind }: Source): boolean => options.exact === true && kind === 'secret';
  await readAll(
    from.filter((one) => !isLast(one)),
    options,
  );
  const exact = ![...read.values()].some(({ isContainer }) => isContainer);
  await readAll(from.filter(isLast), { ...options, exact });
  return from.flatMap((one) => read.get(one) ?? []);
}

// --- internal ---

function placeOf(source: Source): string {
  return source.kind === 'file' ? sourceName(source.path) : source.written.replace(/(?<=.)\/$/, '');
}

async function readOne(
  aws: Aws,
  source: Source,
  options: ReadOptions,
  sources: Sources,
): Promise<Environment> {
  const { values, ...told } = await readValuesOf(aws, source, options, sources).catch(
    (error: unknown): Environment => {
      const isNone = error instanceof CliError && error.code === 'nothing-found';
      if (!isNone || !options.allowEmpty) throw error;
      return { values: [], notes: [error.message], warnings: [] };
    },
  );
  return { ...told, values: rename(values, options.naming, placeOf(source)) };
}

async function readValuesOf(
  aws: Aws,
  source: Source,
  options: ReadOptions,
  sources: Sources,
): Promise<Environment> {
  const { at } = source;
  if (source.kind === 'prefix') return readPrefix(aws, source, at);
  if (source.kind === 'parameter') {
    return readParameter(aws, source.reference, source.version, at);
  }
  if (source.kind === 'secret') return readJsonSecret(aws, source, options.exact ?? false, at);
  // Loaded only if they are needed, for a quick start.
  if (source.kind === 'declared') {
    const { readDeclared } = await import('./read-declared.ts');
    return readDeclared(aws, source.set, at?.kind === 'time' ? at.time : undefined);
  }
  if (source.kind === 'file') {
    const text = await readText(source.path, sources);
    if (options.fileFormat !== undefined || !holdsTaskDefinition(text)) {
      const { parseSecretFile } = await import('../secrets/read-secret-file.ts');
      const { fileFormat: format } = options;
      const read = await parseSecretFile(text, source.path, { format, empty: 'keep' });
      const untimed = `--at does not apply to the file ${sourceName(source.path)}`;
      if (at && options.needsAt) {
        throw new InvalidInput(
          untimed,
          'a file of secrets has no earlier values; --at applies to the first source',
        );
      }
      const notes = at ? [untimed] : [];
      return {
        ...read,
        values: read.entries.map(({ key, value }) => ({ name: key, value })),
        notes: [...notes, ...read.notes],
      };
    }
    const { foundDefinitions } = await import('../definitions/found-definitions.ts');
    const how = { aws, variables: options.substitution, one: true };
    const [found] = await foundDefinitions(text, sourceName(source.path), how);
    if (!found) throw new InvalidInput(`${sourceName(source.path)} has no task definition`);
    if (at?.kind === 'version') throw noCommonVersion(sourceName(source.path), at.version);
    return readContainerOf(aws, found.definition, options, at?.time);
  }
  const { readTaskDefinition } = await import('../definitions/read-task-definition.ts');
  const how = { variables: options.substitution };
  const definition = await readTaskDefinition(source.id, aws, sources, how);
  return readContainerOf(aws, definition, options, at?.kind === 'time' ? at.time : undefined);
}

async function readContainerOf(
  aws: Aws,
  definition: Parameters<typeof readContainer>[1],
  { container }: ReadOptions,
  time: Date | undefined,
): Promise<Environment> {
  const { readContainer: read } = await import('./read-container.ts');
  const { values, ...told } = await read(aws, definition, container, time);
  // A variable may be set twice; the last one counts.
  const unique = new Map(values.map((one) => [one.name, one]));
  return { ...told, values: [...unique.values()], isContainer: true };
}

/** Whether a text, however malformed, is meant to be a task definition. */
function holdsTaskDefinition(text: string): boolean {
  return /container_?definitions["']?\s*[:=]|"taskDefinition"\s*:/i.test(text);
}
