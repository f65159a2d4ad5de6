import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { InvalidInput } from '../../model/problems.ts';
import { shownName } from '../../model/secrets/shown-text.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { foundDefinitions, type FileOptions, type FileDefinition } from './found-definitions.ts';
import { isFile } from './is-file.ts';
import type { Sources } from '../read-source.ts';
import { readText, sourceName } from '../read-text.ts';

/**
 * Reads a task definition from a file, `-` (stdin), or AWS (`FAMILY[:REVISION]` or an ARN); see `isFile`. Throws
 * InvalidInput, and CliError when there is no such file or family.
 */
export async function readTaskDefinition(
  written: string,
  aws: Aws,
  sources: Sources,
  options: FileOptions = {},
): Promise<TaskDefinition> {
  return isFile(written)
    ? readTaskDefinitionFile(written, sources, { aws, ...options })
    : (await describeTaskDefinition(written, aws)).definition;
}

/** Reads all task definitions of a file that has several, else the one; see `readTaskDefinition`. */
export async function readTaskDefinitions(
  written: string,
  aws: Aws,
  sources: Sources,
  options: FileOptions = {},
): Promise<TaskDefinition[]> {
  if (!isFile(written)) return [(await describeTaskDefinition(written, aws)).definition];
  const found = await definitionsIn(written, sources, { aws, ...options, one: false });
  return found.map(({ definition }) => definition);
}

/** Reads a task definition from a file or `-`; see `readTaskDefinition`. */
export async function readTaskDefinitionFile(
  path: string,
  sources: Sources,
  options: FileOptions = {},
): Promise<TaskDefinition> {
  return (await readDefinitionFile(path, sources, options)).definition;
}

/** The same, with the format that it was found in. */
export async function readDefinitionFile(
  path: string,
  sources: Sources,
  options: FileOptions = {},
): Promise<FileDefinition> {
  const [found] = await definitionsIn(path, sources, { ...options, one: true });
  if (!found) throw new InvalidInput(`${sourceName(path)} has no task definition`);
  return found;
}

/** Reads a revision from AWS. Throws CliError `task-definition-not-found`, with this hint. */
export async function describeTaskDefinition(
  id: string,
  aws: Aws,
  hint = 'give FAMILY, FAMILY:REVISION, or the path of a file (./web.json)',
) {
  const revision = await (await aws.ecs()).taskDefinition(id);
  if (revision) return revision;
  throw new CliError('task-definition-not-found', `there is no task definition ${shownName(id)}`, {
    hint,
  });
}

// --- internal ---

async function definitionsIn(
  path: string,
  sources: Sources,
  options: FileOptions & { one: boolean },
): Promise<FileDefinition[]> {
  return foundDefinitions(await readText(path, sources), sourceName(path), options);
}
