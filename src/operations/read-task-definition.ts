import type { Aws } from '../aws/index.ts';
import { CliError } from '../errors.ts';
import { InvalidInput } from '../model/problems.ts';
import { parseTaskDefinition, type TaskDefinition } from '../model/task-definition.ts';

/** Where documents are read from. */
export interface Sources {
  readFile(path: string): Promise<Uint8Array>;
  readStdin(): Promise<Uint8Array>;
}

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

/** Reads a task definition from a file or `-`; see `readTaskDefinition`. */
export async function readTaskDefinitionFile(
  path: string,
  sources: Sources,
): Promise<TaskDefinition> {
  const text = new TextDecoder().decode(await bytes(path, sources));
  const name = path === '-' ? 'standard input' : path;
  const document = await parseDocument(text, name);
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
  throw new CliError('task-definition-not-found', `there is no task definition ${id}`, {
    hint: 'give FAMILY, FAMILY:REVISION, or the path of a file (./web.json)',
  });
}

// --- internal ---

function isFile(written: string): boolean {
  return !written.startsWith('arn:') && (written === '-' || /[/\\]|\.(json|ya?ml)$/i.test(written));
}

async function bytes(path: string, sources: Sources): Promise<Uint8Array> {
  if (path === '-') return sources.readStdin();
  try {
    return await sources.readFile(path);
  } catch (error) {
    throw new CliError('file-not-readable', `cannot read ${path}: ${reason(error)}`, {
      cause: error,
    });
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a directory',
    EACCES: 'permission denied',
  };
  return words[code ?? ''] ?? message;
}

/** JSON first, being strict and fast; YAML reads JSON too and tells line and column of a mistake. */
async function parseDocument(text: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    const { parseDocument: parseYaml } = await import('yaml');
    const document = parseYaml(text, { prettyErrors: false, merge: true });
    const [error] = document.errors;
    if (!error) {
      try {
        return document.toJS();
      } catch (thrown) {
        throw new InvalidInput(`${name}: ${(thrown as Error).message}`);
      }
    }
    const before = text.slice(0, error.pos[0]).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw new InvalidInput(`${name} is neither JSON nor YAML: ${place}: ${error.message}`);
  }
}
