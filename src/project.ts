import { dirname, join } from 'node:path';
import { CliError, UsageError, exitCodes } from './errors.ts';
import { projectFileName } from './model/project/file-name.ts';
import type { Project } from './model/project/project.ts';
import { fileProblem } from './operations/file-problem.ts';
import type { World } from './world.ts';

/** The project file that applies to a command. */
export interface ProjectFile {
  /** As shown in messages, relative to the working directory. */
  path: string;
  /** File paths in it are relative to the working directory here. */
  members: Project;
}

/**
 * Reads the project file: the named one, or the one found between the working directory and the
 * root of the repository. `false` and an empty name read none. Undefined if there is none. Throws
 * InvalidInput for errors in the file, CliError `file-not-readable`, and `untrusted-config` for a
 * found file that another user could have written.
 */
export async function readProject(
  world: World,
  named: string | false | undefined,
): Promise<ProjectFile | undefined> {
  if (named === false || named === '') return undefined;
  if (named === '-') throw new UsageError('--config reads no standard input', 'name a file');
  const found = named === undefined ? await find(world) : undefined;
  const path = named ?? found?.path;
  if (path === undefined) return undefined;
  // Loaded only if there is a file: most runs have none.
  const { parseProject } = await import('./project-text.ts');
  const readFile = found ? () => Promise.resolve(found.bytes) : world.readFile;
  const members = await parseProject(path, readFile);
  const here = dirname(path);
  const taskDefinitions = members.taskDefinitions?.map((one) =>
    isFamily(one) ? one : inFolder(here, one),
  );
  return { path, members: { ...members, ...(taskDefinitions && { taskDefinitions }) } };
}

// --- internal ---

async function find(world: World) {
  const found = await world.projectFile(projectFileName).catch((error: unknown) => {
    const message = `cannot read ${projectFileName}: ${fileProblem(error)}`;
    throw new CliError('file-not-readable', message, {
      hint: '--no-config ignores it',
      cause: error,
    });
  });
  if (found?.distrust === undefined) return found;
  const own = found.distrust === 'other-owner';
  throw new CliError(
    'untrusted-config',
    `${found.path} ${own ? 'belongs to another user' : 'can be written by every user'}`,
    {
      hint: `${own ? '' : `chmod o-w ${found.path}; or `}--config ${found.path} (ECS_SECRETS_CONFIG) uses it, --no-config ignores it`,
      exitCode: exitCodes.invalid,
    },
  );
}

/** A family has no dot and no slash (ECS API reference, RegisterTaskDefinition). */
function isFamily(text: string): boolean {
  return /^[\w-]+(:\d+)?$/.test(text);
}

function inFolder(folder: string, file: string): string {
  const path = file.startsWith('/') ? file : join(folder, file);
  return isFamily(path) ? `./${path}` : path;
}
