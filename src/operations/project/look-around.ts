import { lastPart } from '../../model/last-part.ts';
import { secretUses } from '../../model/definitions/secret-uses.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { InvalidInput } from '../../model/problems.ts';
import { fittingMembers, type Project } from '../../model/project/project.ts';
import { parseValueFrom } from '../../model/secrets/reference.ts';
import type { World } from '../../world.ts';
import { readTaskDefinitionFile } from '../definitions/read-task-definition.ts';

/**
 * What the files of the working directory say about a project: its task definitions, and where these agree,
 * their execution role and the path of their parameters. Files that are no task definition are passed over.
 */
export async function lookAround(world: Pick<World, 'glob' | 'readFile'>): Promise<Project> {
  const files = await Promise.all(places.map((place) => world.glob(place)));
  const sources = {
    readFile: (path: string) => world.readFile(path),
    readStdin: () => Promise.resolve(new Uint8Array()),
  };
  const found: { file: string; definition: TaskDefinition }[] = [];
  for (const file of [...new Set(files.flat())].sort().slice(0, mostFiles)) {
    const definition = await readTaskDefinitionFile(file, sources).catch(() => undefined);
    if (definition) found.push({ file, definition });
  }
  const definitions = found.map(({ definition }) => definition);
  const roles = definitions.flatMap(({ executionRoleArn }) =>
    executionRoleArn ? [lastPart(executionRoleArn)] : [],
  );
  const executionRole = new Set(roles).size === 1 ? roles[0] : undefined;
  const prefix = commonPath(definitions.flatMap(parametersOf));
  // A placeholder or a value in the wrong place fits no member.
  return fittingMembers({
    ...(prefix !== undefined && { prefix }),
    ...(found.length > 0 && { taskDefinitions: found.map(({ file }) => file) }),
    ...(executionRole !== undefined && { executionRole }),
  });
}

// --- internal ---

/** Where repositories keep task definitions. */
const places = ['*.{json,yaml,yml}', '{ecs,.aws,aws,deploy,task-definitions}/**/*.{json,yaml,yml}'];
const mostFiles = 100;

function parametersOf(definition: TaskDefinition): string[] {
  return secretUses(definition).flatMap(({ valueFrom }) => {
    try {
      const reference = parseValueFrom(valueFrom);
      return reference.store === 'parameter-store' ? [reference.name] : [];
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      return [];
    }
  });
}

/** The path that all these parameters are below; undefined for none but `/`. */
function commonPath(names: readonly string[]): string | undefined {
  const [first = [], ...others] = names.map((name) => name.split('/').slice(0, -1));
  const length = first.findIndex((part, at) => others.some((other) => other[at] !== part));
  const path = first.slice(0, length < 0 ? first.length : length).join('/');
  return path === '' ? undefined : path;
}
