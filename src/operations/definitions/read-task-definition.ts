import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import { shownName } from '../../model/secrets/shown-text.ts';
import { substitute } from '../../model/definitions/substitute.ts';
import {
  parseTaskDefinition,
  type TaskDefinition,
} from '../../model/definitions/task-definition.ts';
import type { Sources } from '../read-source.ts';
import { parseDocument, readText, sourceName } from '../read-text.ts';

/**
 * Reads a task definition from a file, `-` (stdin), or AWS (`FAMILY[:REVISION]` or an ARN). What
 * has a slash, a backslash or the ending of a JSON or YAML file is taken for a file. Throws
 * InvalidInput, and CliError when there is no such file or family.
 */
export async function readTaskDefinition(
  written: string,
  aws: Aws,
  sources: Sources,
): Promise<TaskDefinition> {
  return isFile(written)
    ? readTaskDefinitionFile(written, sources)
    : (await describeTaskDefinition(written, aws)).definition;
}

/** How the task definition in a file is read. */
export interface FileOptions {
  /** Of a file with several (a list, or `taskDefinitions`) the one of this family. */
  family?: string | undefined;
  /** What placeholders stand for, see `substitute`; without it they stay as they are. */
  variables?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Reads a task definition from a file or `-`; see `readTaskDefinition`. */
export async function readTaskDefinitionFile(
  path: string,
  sources: Sources,
  options: FileOptions = {},
): Promise<TaskDefinition> {
  const text = await readText(path, sources);
  return taskDefinitionIn(text, sourceName(path), options);
}

/** Reads a task definition from the text of a file. Throws InvalidInput that begins with its name. */
export async function taskDefinitionIn(
  text: string,
  name: string,
  { family, variables }: FileOptions = {},
): Promise<TaskDefinition> {
  const written = chosen(await parseDocument(text, name, 'a task definition'), family, name);
  const problems = new Problems();
  const document = variables ? substitute(written, variables, problems) : written;
  problems.throwIfAny();
  try {
    return parseTaskDefinition(document);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(
      error.problems.map((problem) => `${name}: ${problem}`),
      error.hint,
    );
  }
}

/** Reads a revision from AWS. Throws CliError `task-definition-not-found`. */
export async function describeTaskDefinition(id: string, aws: Aws) {
  const revision = await (await aws.ecs()).taskDefinition(id);
  if (revision) return revision;
  throw new CliError('task-definition-not-found', `there is no task definition ${shownName(id)}`, {
    hint: 'give FAMILY, FAMILY:REVISION, or the path of a file (./web.json)',
  });
}

/** Whether a task definition is written as the path of a file. */
function isFile(written: string): boolean {
  return !written.startsWith('arn:') && (written === '-' || /[/\\]|\.(json|ya?ml)$/i.test(written));
}

// --- internal ---

function chosen(document: unknown, family: string | undefined, name: string): unknown {
  const { taskDefinitions } = (document ?? {}) as { taskDefinitions?: unknown };
  const all = Array.isArray(document) ? (document as unknown[]) : taskDefinitions;
  if (!Array.isArray(all)) return document;
  const familyOf = (one: unknown): string => {
    const { taskDefinition = one } = (one ?? {}) as { taskDefinition?: unknown };
    return (taskDefinition as { family?: string } | null)?.family ?? '';
  };
  const found = (all as unknown[]).filter(
    (one) => family === undefined || familyOf(one) === family,
  );
  if (found.length === 1) return found[0];
  throw new InvalidInput(
    `${name} has ${all.length} task definitions: ${(all as unknown[]).map(familyOf).join(', ')}`,
    'choose one with --family',
  );
}
