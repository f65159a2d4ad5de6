import type { Context, Result } from '../../cli.ts';
import { CliError, UsageError } from '../../errors.ts';
import { expandBraces } from '../../model/expand-braces.ts';
import { Problems } from '../../model/problems.ts';
import { formatReference, type Reference } from '../../model/secrets/reference.ts';
import { checkValue } from '../../model/secrets/secret-rules.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import { allTold } from '../../operations/all-told.ts';
import type { PutRequest } from '../../operations/secrets/put-request.ts';
import { putSecret } from '../../operations/secrets/put-secret.ts';
import type { StoredDocument, StoredSecretsDocument } from './documents.ts';
import { putOne } from './put-one.ts';
import { readValue, type ValueOptions } from './value-source.ts';

/**
 * Stores several secrets: `put '/shop/{staging,prod}/db'`. Whatever can be known before the first
 * write is checked before it. A failed write does not stop the others.
 */
export async function putSeveral(
  context: Context,
  references: readonly Reference[],
  options: ValueOptions,
  request: Omit<PutRequest, 'value'>,
): Promise<Result<StoredSecretsDocument>> {
  const values = await valuesOf(context, references, options);
  const problems = new Problems();
  const items = references.map((reference, at) => {
    const value = values[at];
    if (!value) throw new Error('each reference has a value');
    problems.attempt(() => {
      checkValue(value, reference.store, request.tier);
    }, formatReference(reference));
    return { reference, request: { ...request, value } };
  });
  problems.throwIfAny();
  await allTold(items, (item) =>
    putSecret(context.aws, item.reference, { ...item.request, dryRun: true }),
  );
  const secrets: StoredDocument[] = [];
  const lines: string[] = [];
  const failed: { name: string; error: CliError }[] = [];
  for (const item of items) {
    try {
      const { data, text } = await putOne(context, item.reference, item.request);
      secrets.push(data);
      lines.push(text);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      failed.push({ name: item.reference.name, error });
    }
  }
  return {
    data: {
      secrets,
      failed: failed.map(({ name, error: { code, message } }) => ({ name, code, message })),
    },
    text: lines.join('\n'),
    failure:
      failed.length === 0
        ? undefined
        : new CliError(
            'put-failed',
            failed.map(({ name, error }) => `${name}: ${error.message}`).join('\n'),
            {
              hint:
                failed[0]?.error.hint ?? 'run the command again: it writes only what is missing',
            },
          ),
  };
}

// --- internal ---

/**
 * A value for each: a prompt, a generated value, or the file or variable of the same alternative. One
 * file, one variable and standard input are the value of all.
 */
async function valuesOf(
  context: Context,
  references: readonly Reference[],
  options: ValueOptions,
): Promise<SecretValue[]> {
  const files = sourcesOf('--value-file', options.valueFile, references.length);
  const variables = sourcesOf('--from-env', options.fromEnv, references.length);
  const { stdin } = context.world;
  const isPrompted = stdin.isTTY && files === undefined && variables === undefined;
  const isOwn =
    options.generate !== undefined ||
    isPrompted ||
    (files ?? variables ?? []).length === references.length;
  const values: SecretValue[] = [];
  for (const [at, reference] of references.entries()) {
    const own = {
      ...options,
      valueFile: files?.[at] ?? files?.[0],
      fromEnv: variables?.[at] ?? variables?.[0],
    };
    const [first] = values;
    values.push(
      first && !isOwn ? first : await readValue(context, own, formatReference(reference)),
    );
  }
  return values;
}

/** The files or variables that an option names: one, or one for each reference. */
function sourcesOf(option: string, written: string | undefined, count: number) {
  if (written === undefined) return undefined;
  const sources = expandBraces(written);
  if (sources.length === 1 || sources.length === count) return sources;
  throw new UsageError(
    `${option} names ${sources.length} sources for ${count} secrets`,
    'give one for all, or one for each in the same order',
  );
}
