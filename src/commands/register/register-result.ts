import type { Context, Result } from '../../cli.ts';
import { CliError, Interrupted } from '../../errors.ts';
import { hidePlaintext } from '../../model/definitions/hidden-plaintext.ts';
import { secretUses, useWords, type SecretUse } from '../../model/definitions/secret-uses.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { notWritable } from '../../operations/file-problem.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import type { World } from '../../world.ts';
import type { RegisterOutcome } from '../../operations/register/register-task-definition.ts';
import { lastPart } from '../../model/last-part.ts';
import type { RegisterDocument } from './documents.ts';

/** Formats the result of a registration. `definition` is the one to print. */
export function registeredResult(
  { action, arn, diff, latest }: RegisterOutcome,
  definition: TaskDefinition,
  { dryRun, diff: asked }: { dryRun: boolean; diff: boolean },
): Result<RegisterDocument> {
  const uses = secretUses(definition);
  const against = latest === undefined ? 'a new family' : `against ${lastPart(latest)}`;
  const changes = asked ? [diff.length === 0 ? 'no differences' : against, ...diff] : [];
  const words = action === 'registered' ? 'registered' : 'unchanged: it already has this content';
  return {
    data: { action, dryRun, taskDefinitionArn: arn, taskDefinition: definition, diff },
    text: [
      ...changes,
      ...(dryRun
        ? asked
          ? []
          : [JSON.stringify(definition, null, 2)]
        : [
            `${arn ?? ''} ${words}`,
            ...uses.map((use) => `  ${registeredUse(use)} from ${use.valueFrom}`),
          ]),
    ].join('\n'),
  };
}

/**
 * Checks, before anything is registered, that `writeOutputs` can write. Throws CliError
 * `file-not-writable`.
 */
export async function checkOutputs(world: World, file: string | undefined): Promise<void> {
  const { env, appendFile, checkWritable } = world;
  if (file !== undefined) await orNotWritable(file, checkWritable(file));
  const outputs = env.GITHUB_OUTPUT;
  if (outputs) await orNotWritable(outputs, appendFile(outputs, ''));
}

/**
 * Writes the task definition to a file, and its path and ARN to the outputs of a GitHub Actions
 * step, named as in AWS's own actions. A file with values that look like secrets is only accessible
 * by its owner. The revision is registered by now, so a failed write is returned, for a result that
 * contains the ARN. Throws Interrupted, e.g. while a FIFO has no reader.
 */
export async function writeOutputs(
  context: Pick<Context, 'world' | 'report'>,
  { definition, arn }: RegisterOutcome,
  file: string | undefined,
): Promise<CliError | undefined> {
  const { world, report } = context;
  const registered = arn === undefined ? undefined : `${arn} is registered`;
  const write = async (path: string, writing: Promise<void>): Promise<void> => {
    const message = `interrupted; ${[registered, `${path} may be missing or incomplete`].filter(Boolean).join(', and ')}`;
    const hint = registered && `${registered}; run the command again to write the file`;
    const written = writing.catch((error: unknown) => {
      throw notWritable(path, error, hint);
    });
    await untilInterrupted(written, world.interrupted, message);
  };
  const outputs = world.env.GITHUB_OUTPUT;
  try {
    if (file !== undefined) {
      const { hidden } = hidePlaintext(definition);
      const text = `${JSON.stringify(definition, null, 2)}\n`;
      await write(file, world.writeFile(file, text, hidden > 0 ? 0o600 : undefined));
      if (hidden > 0) {
        report.note(
          `${file} holds ${countedSecrets(hidden)}; only its owner can read it (mode 0600)`,
        );
      }
    }
    if (outputs) {
      const text = stepOutputs(world, { 'task-definition': file, 'task-definition-arn': arn });
      await write(outputs, world.appendFile(outputs, text));
    }
    return undefined;
  } catch (error) {
    if (error instanceof CliError && !(error instanceof Interrupted)) return error;
    throw error;
  }
}

/** `1 value that looks like a secret`, `2 values that look like secrets`. */
export function countedSecrets(count: number): string {
  return count === 1
    ? '1 value that looks like a secret'
    : `${count} values that look like secrets`;
}

// --- internal ---

function registeredUse(use: SecretUse): string {
  return use.kind === 'repositoryCredentials' ? use.container : useWords(use).join(':');
}

/**
 * Lines for the file GITHUB_OUTPUT in the form for arbitrary values: between two unguessable
 * delimiters (docs.github.com, "Workflow commands", "Multiline strings").
 */
function stepOutputs(
  { randomInt }: Pick<World, 'randomInt'>,
  outputs: Readonly<Record<string, string | undefined>>,
): string {
  return Object.entries(outputs)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const end = `ghadelimiter_${[0, 1, 2].map(() => randomInt(2 ** 47).toString(36)).join('')}`;
      return `${name}<<${end}\n${value ?? ''}\n${end}\n`;
    })
    .join('');
}

async function orNotWritable(file: string, write: Promise<void>): Promise<void> {
  await write.catch((error: unknown) => {
    throw notWritable(file, error);
  });
}
