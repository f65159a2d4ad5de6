import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Context, type Result } from '../../cli.ts';
import { CliError, UsageError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { distinctBy } from '../../model/distinct-by.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import {
  formatReference,
  isProvidedByAws,
  type Reference,
  type SecretIdentity,
} from '../../model/secrets/reference.ts';
import { allTold } from '../../operations/all-told.ts';
import { checkUnused } from '../../operations/usage/check-unused.ts';
import { deleteSecret } from '../../operations/secrets/delete-secret.ts';
import { checkDeletableSecret } from '../../operations/secrets/check-writable-secret.ts';
import {
  resolveReference,
  resolveReferences,
  type ResolvedSecret,
} from '../../operations/secrets/resolve-references.ts';
import { confirmed } from '../confirm.ts';
import { referenceArgument } from '../reference-argument.ts';
import { withProgress } from '../progress.ts';
import { storeOption } from '../secrets/store-option.ts';
import { minute } from '../minute.ts';
import type { DeletedDocument, DeleteDocument } from './documents.ts';

/** `delete REF...`: delete secrets that nothing uses. */
export const deleteCommand = defineCommand({
  declare: (command) =>
    command
      .addArgument(new Argument('<ref...>', 'NAME or /path/NAME, sm:NAME, or an ARN'))
      .addOption(storeOption())
      .option('--recovery-days <days>', 'recovery window in days: 7 to 30 (default: 30)')
      .option('--no-recovery', 'delete a secret immediately, without a recovery window')
      .option('--force', 'delete without checking for users')
      .option('--dry-run', 'print who uses it, and do nothing')
      .addHelpText(
        'after',
        `
Asks first (--yes skips the question). Fails while a service, running task, rule or schedule refers to
it; several secrets are all checked before one is deleted. A parameter is deleted immediately; a secret of
Secrets Manager can be restored within its recovery window.

Examples:
  $ ecs-secrets delete /shop/old/db-password
  $ ecs-secrets delete /shop/old/db-password /shop/old/api-key --dry-run
  $ ecs-secrets delete sm:shop/old/db --recovery-days 7 --yes`,
      ),

  async run(context, [refs], options): Promise<Result<DeleteDocument>> {
    const { aws, report } = context;
    const problems = new Problems();
    const references = refs.flatMap(
      (ref) => problems.attempt(() => deletable(referenceArgument(ref, options.store))) ?? [],
    );
    problems.throwIfAny();
    const recoveryDays = checkedDays(references, options);
    const dryRun = options.dryRun ?? false;
    const secrets = await secretsOf(context, references);
    if (!options.force) {
      for (const { arn } of secrets) await checkRegion(context, arn);
      const unchecked = await withProgress(context, (onProgress) =>
        checkUnused(aws, secrets, '--force', onProgress),
      );
      for (const what of unchecked) {
        report.warn(`not checked: ${what}`);
      }
    }
    if (dryRun) {
      const data = secrets.map(({ store, name, arn }) => ({ store, name, arn, dryRun }));
      const lines = secrets.map((one) => `${nounOf(one)} ${one.name} would be deleted`);
      return result(data, [], lines);
    }
    await confirmed(context, question(secrets, recoveryDays));
    const deleted: DeletedDocument[] = [];
    const failed: Failure[] = [];
    const lines: string[] = [];
    for (const secret of secrets) {
      const { store, name, arn } = secret;
      try {
        const found = await deleteSecret(aws, secret, recoveryDays, (text) => {
          report.warn(text);
        });
        const recoverableUntil = found?.recoverableUntil;
        deleted.push({ store, name, arn, ...(recoverableUntil && { recoverableUntil }), dryRun });
        lines.push(tell(secret, recoverableUntil));
      } catch (error) {
        if (!(error instanceof CliError) || secrets.length === 1) throw error;
        failed.push({ name, error });
      }
    }
    return result(deleted, failed, lines);
  },
});

// --- internal ---

/** A secret to delete, with its reference as written. */
interface Doomed extends ResolvedSecret {
  written: string;
}

interface Failure {
  name: string;
  error: CliError;
}

/** Throws InvalidInput for what nobody can delete: a part of a secret, and what AWS provides. */
function deletable(reference: Reference): Reference {
  if (isProvidedByAws(reference)) {
    throw new InvalidInput(
      `${formatReference(reference)} is provided by AWS: nobody can delete it`,
    );
  }
  if (
    reference.store === 'secrets-manager' &&
    (reference.jsonKey ?? reference.versionStage ?? reference.versionId)
  ) {
    throw new InvalidInput(
      `${formatReference(reference)} names a part of a secret; only whole secrets are deleted`,
      'to remove a key, store the whole secret without it (put sm:NAME)',
    );
  }
  return reference;
}

/**
 * The secrets, each once. Throws CliError `secret-not-found` with all that do not exist; several are
 * not deleted if AWS would refuse one of them.
 */
async function secretsOf({ aws }: Context, references: readonly Reference[]): Promise<Doomed[]> {
  const [only, ...more] = references;
  if (only && more.length === 0) {
    return [{ ...(await resolveReference(aws, only)), written: formatReference(only) }];
  }
  const found = await resolveReferences(aws, references);
  const secrets = distinctBy(
    [...found].map(([written, secret]) => ({ ...secret, written })),
    ({ arn }) => arn,
  );
  await allTold(
    secrets.filter(({ store }) => store === 'secrets-manager'),
    async ({ arn }) => {
      const manager = await aws.secretsManager(parseArn(arn)?.region);
      const stored = await manager.describe(arn);
      if (stored) checkDeletableSecret(stored);
    },
  );
  return secrets;
}

function question(secrets: readonly Doomed[], recoveryDays: number): string {
  const names = secrets.map(({ store, name }) =>
    store === 'secrets-manager' ? `sm:${name}` : name,
  );
  const [first] = secrets;
  const what =
    first && secrets.length === 1
      ? `the ${nounOf(first)} ${first.name}`
      : `${secrets.length} secrets: ${names.join(', ')}`;
  const restorable = recoveryDays > 0 && secrets.some(({ store }) => store === 'secrets-manager');
  const isMixed = restorable && secrets.some(({ store }) => store === 'parameter-store');
  const it = secrets.length === 1 ? 'It' : isMixed ? 'Those of Secrets Manager' : 'They';
  const rest = isMixed ? ', the others cannot' : '';
  return restorable
    ? `Delete ${what}? ${it} can be restored for ${recoveryDays} days${rest}.`
    : `Delete ${what}? ${it} cannot be restored.`;
}

function nounOf({ store }: Pick<SecretIdentity, 'store'>): string {
  return store === 'parameter-store' ? 'parameter' : 'secret';
}

function result(
  deleted: readonly DeletedDocument[],
  failed: readonly Failure[],
  lines: readonly string[],
): Result<DeleteDocument> {
  const [first, ...more] = deleted;
  const text = lines.join('\n');
  if (first && more.length === 0 && failed.length === 0) return { data: first, text };
  return {
    data: {
      secrets: [...deleted],
      failed: failed.map(({ name, error: { code, message } }) => ({ name, code, message })),
    },
    text,
    failure:
      failed.length === 0
        ? undefined
        : new CliError(
            'delete-failed',
            failed.map(({ name, error }) => `${name}: ${error.message}`).join('\n'),
            { hint: failed[0]?.error.hint },
          ),
  };
}

function tell(secret: Doomed, until: Date | undefined): string {
  const what = `${nounOf(secret)} ${secret.name}`;
  return until
    ? `${what} will be deleted on ${minute(until)} UTC\nundo: ecs-secrets restore ${secret.written}`
    : `${what} deleted`;
}

/** Users are looked for in the region of the command. */
async function checkRegion({ aws }: Context, arn: string): Promise<void> {
  const { region } = await aws.caller();
  const own = parseArn(arn)?.region ?? region;
  if (own === region) return;
  throw new UsageError(
    `${arn} is in ${own}, and its users would be looked for in ${region}`,
    `run the command with --region ${own}; --force deletes without this check`,
  );
}

function checkedDays(
  references: readonly Reference[],
  { recoveryDays, recovery }: { recoveryDays?: string | undefined; recovery: boolean },
): number {
  if (references.every(({ store }) => store === 'parameter-store')) {
    if (recoveryDays === undefined && recovery) return 0;
    throw new UsageError(
      '--recovery-days and --no-recovery are for Secrets Manager: a deleted parameter cannot be restored',
    );
  }
  if (!recovery && recoveryDays !== undefined) {
    throw new UsageError('--recovery-days and --no-recovery cannot be combined');
  }
  if (!recovery) return 0;
  const days = Number(recoveryDays ?? 30);
  if (!Number.isInteger(days) || days < 7 || days > 30) {
    throw new UsageError(`--recovery-days: "${recoveryDays ?? ''}" is not 7 to 30`);
  }
  return days;
}
