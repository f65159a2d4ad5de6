import type { Ecs, Revision } from '../../aws/ecs.ts';
import { CliError, Interrupted, isUncertain } from '../../errors.ts';
import { sameTaskDefinition } from '../../model/definitions/task-definition-equal.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';

/**
 * Registers a revision once. Each call of RegisterTaskDefinition creates a revision, so after a
 * lost, late or unreadable answer, it first checks the revisions newer than `latest`. Throws
 * CliError `uncertain-write` if that is not possible.
 */
export async function registerOnce(
  ecs: Ecs,
  definition: TaskDefinition,
  latest: Revision | undefined,
): Promise<{ arn: string }> {
  const { family = '' } = definition;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ecs.registerTaskDefinition(definition);
    } catch (error) {
      if (!isUncertain(error)) throw error;
      const registered = await registeredSince(ecs, definition, latest).catch((unseen: unknown) => {
        if (!(unseen instanceof CliError)) throw unseen;
        throw maybeRegistered(family, error);
      });
      if (registered) return registered;
      if (attempt === 3 || error instanceof Interrupted) throw error;
    }
  }
}

// --- internal ---

/** Maximum new revisions to check: others may have registered some meanwhile. */
const most = 10;

/**
 * The newest ACTIVE revision after `latest` with this content: others may have deregistered an
 * equal one.
 */
async function registeredSince(
  ecs: Ecs,
  definition: TaskDefinition,
  latest: Revision | undefined,
): Promise<{ arn: string } | undefined> {
  const { family = '' } = definition;
  let revision = await ecs.taskDefinition(family);
  const newest = revision ? numberOf(revision.arn) : 0;
  const oldest = Math.max(latest ? numberOf(latest.arn) : 0, newest - most);
  for (let number = newest; number > oldest; number -= 1) {
    if (number < newest) revision = await ecs.taskDefinition(`${family}:${number}`);
    if (revision?.status !== 'ACTIVE') continue;
    if (sameTaskDefinition(revision.definition, definition)) return revision;
  }
  return undefined;
}

function numberOf(arn: string): number {
  return Number(/:(\d+)$/.exec(arn)?.[1] ?? 0);
}

function maybeRegistered(family: string, cause: CliError): CliError {
  return new CliError(
    'uncertain-write',
    `a revision of ${family} may have been registered: ${cause.message}`,
    {
      hint: 'run the command again: a revision with the same content is reused',
      exitCode: cause.exitCode,
      cause,
    },
  );
}
