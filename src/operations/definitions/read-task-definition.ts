import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import { shownName } from '../../model/secrets/shown-text.ts';
import { substitute } from '../../model/definitions/substitute.ts';
import {
  parseTaskDefinition,
  registerInput,
  type TaskDefinition,
} from '../../model/definitions/task-definition.ts';
import { checkKind } from './document-kind.ts';
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
    ? readTaskDefinitionFile(written, sources, { aws })
    : (await describeTaskDefinition(written, aws)).definition;
}

/** How the task definition in a file is read. */
export interface FileOptions {
  /** With it, all that ECS refuses for its form is told where the file cannot be read, not only the first. */
  aws?: Aws | undefined;
  /** Whether the command has `--family`, for hints. */
  choosable?: boolean;
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
  { aws, choosable = false, family, variables }: FileOptions = {},
): Promise<TaskDefinition> {
  const read = await parseDocument(text, name, 'a task definition');
  checkKind(read, name);
  const written = chosen(read, family, name, choosable);
  const problems = new Problems();
  const document = variables ? substitute(written, variables, problems) : written;
  problems.throwIfAny();
  try {
    return parseTaskDefinition(document);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const form = registerInput(document);
    const faults =
      aws && typeof form === 'object' && form !== null ? (await aws.ecs()).formOf(form).faults : [];
    const placeIn = (problem: string): string => problem.replace(/: .*$/s, '');
    const places = new Set(error.problems.map(placeIn));
    throw new InvalidInput(
      [...error.problems, ...faults.filter((one) => !places.has(placeIn(one)))].map(
        (problem) => `${name}: ${problem}`,
      ),
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
export function isFile(written: string): boolean {
  return !written.startsWith('arn:') && (written === '-' || /[/\\]|\.(json|ya?ml)$/i.test(written));
}

// --- internal ---

function chosen(
  document: unknown,
  family: string | undefined,
  name: string,
  choosable: boolean,
): unknown {
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
  const families = (all as unknown[]).map(familyOf).filter((one) => one !== '');
  throw new InvalidInput(
    `${name} has ${all.length} task definitions${families.length > 0 ? `: ${families.join(', ')}` : ''}`,
    choosable ? 'choose one with --family' : 'give a file with one of them',
  );
}
