import type { Aws } from '../../aws/index.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import type { DeclaredSecret, DeclaredSet } from '../../model/environment/declared.ts';
import { Problems } from '../../model/problems.ts';
import { formatReference } from '../../model/secrets/reference.ts';
import { checkDeclared } from '../environment/check-declared.ts';
import { isAbsent } from '../environment/judge-declared.ts';
import { leftOut, missingDeclared } from '../environment/read-declared.ts';

/** Declared secrets as edits of a task definition. */
export interface DeclaredAssignments {
  /** `CONTAINER:ENV=REF`, as `--secret` takes them. */
  assignments: string[];
  /** Sentences about secrets that are left out. */
  notes: string[];
  /** Sentences about optional secrets whose key could not be checked. */
  warnings: string[];
}

/**
 * Turns the declared secrets of an environment into assignments for the containers of a task definition:
 * those that a secret names, or the only essential one. Reads values only of JSON secrets with an
 * optional key, or with `readValues` of all with a key. Throws InvalidInput if no container is meant,
 * and as `missingDeclared` says.
 */
export async function declaredAssignments(
  aws: Aws,
  set: DeclaredSet,
  definition: TaskDefinition,
  readValues: boolean,
): Promise<DeclaredAssignments> {
  const placed = placesOf(set.secrets, definition);
  const own = { ...set, secrets: placed.filter(({ containers }) => containers.length > 0) };
  const [found] = await checkDeclared(aws, [own], {
    readsValue: ({ required }) => readValues || !required,
    lists: false,
  });
  const secrets = found?.secrets ?? [];
  const absent = secrets.filter(isAbsent);
  const missing = absent.filter(({ required }) => required);
  if (missing.length > 0) {
    const lines = missing.map(({ variable, message = '' }) => `${variable}: ${message}`);
    throw missingDeclared(lines, set.environment);
  }
  const unsure = secrets.filter(({ state, required }) => !required && state === 'not-checked');
  return {
    assignments: secrets
      .filter((one) => !isAbsent(one))
      .flatMap(({ variable, reference, containers }) =>
        containers.map((name) => `${name}:${variable}=${formatReference(reference)}`),
      ),
    notes: [
      ...placed
        .filter(({ containers }) => containers.length === 0)
        .map(({ variable }) => {
          const named = set.secrets.find((one) => one.variable === variable)?.containers ?? [];
          return `${variable} is left out: the task definition has no container ${named.join(' or ')}`;
        }),
      ...absent.map(({ variable, message = '' }) => leftOut(variable, message)),
    ],
    warnings: unsure.map(({ variable, message = '' }) => `${variable}: ${message}`),
  };
}

// --- internal ---

/** The secrets with those of their containers that the definition has. Throws InvalidInput. */
function placesOf(
  secrets: readonly DeclaredSecret[],
  { containerDefinitions }: TaskDefinition,
): DeclaredSecret[] {
  const names = containerDefinitions.map(({ name }) => name);
  const essential = containerDefinitions.filter((one) => one.essential !== false);
  const only = essential.length === 1 ? essential[0]?.name : undefined;
  const problems = new Problems();
  const placed = secrets.map((secret): DeclaredSecret => {
    if (secret.containers.length > 0) {
      return { ...secret, containers: secret.containers.filter((name) => names.includes(name)) };
    }
    if (only === undefined) {
      problems.add(
        `secrets.${secret.variable} names no container; the essential ones are ${essential.map(({ name }) => name).join(', ')}`,
      );
    }
    return { ...secret, containers: only === undefined ? [] : [only] };
  });
  problems.throwIfAny('add "container" to the secret in the project file');
  return placed;
}
