import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Context, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { InvalidInput } from '../../model/problems.ts';
import { formatReference, isProvidedByAws, type Reference } from '../../model/secrets/reference.ts';
import { checkUnused } from '../../operations/usage/check-unused.ts';
import { deleteSecret } from '../../operations/secrets/delete-secret.ts';
import { resolveReference } from '../../operations/secrets/resolve-references.ts';
import { confirmed } from '../confirm.ts';
import { referenceArgument } from '../reference-argument.ts';
import { withProgress } from '../progress.ts';
import { storeOption } from '../secrets/store-option.ts';
import { minute } from '../minute.ts';
import type { DeleteDocument } from './documents.ts';

/** `delete REF`: delete a secret that nothing uses. */
export const deleteCommand = defineCommand({
  declare: (command) =>
    command
      .addArgument(new Argument('<ref>', 'NAME or /path/NAME, sm:NAME, or an ARN'))
      .addOption(storeOption())
      .option('--recovery-days <days>', 'recovery window in days: 7 to 30 (default: 30)')
      .option('--no-recovery', 'delete a secret immediately, without a recovery window')
      .option('--force', 'delete without checking for users')
      .option('--dry-run', 'print who uses it, and do nothing')
      .addHelpText(
        'after',
        `
Asks first (--yes skips the question). Fails while a service, running task, rule or schedule refers to
it. A parameter is deleted immediately; a secret of Secrets Manager can be restored within its recovery
window.

Examples:
  $ ecs-secrets delete /shop/old/db-password
  $ ecs-secrets delete sm:shop/old/db --recovery-days 7 --yes`,
      ),

  async run(context, [ref], options): Promise<Result<DeleteDocument>> {
    const { aws, report } = context;
    const reference = referenceArgument(ref, options.store);
    if (isProvidedByAws(reference)) {
      throw new InvalidInput(
        `${formatReference(reference)} is provided by AWS: nobody can delete it`,
      );
    }
    const recoveryDays = checkedDays(reference, options);
    const dryRun = options.dryRun ?? false;
    const secret = await resolveReference(aws, reference);
    if (!options.force) {
      await checkRegion(context, secret.arn);
      const unchecked = await withProgress(context, (onProgress) =>
        checkUnused(aws, [secret], '--force', onProgress),
      );
      for (const what of unchecked) {
        report.warn(`not checked: ${what}`);
      }
    }
    const { store, name, arn } = secret;
    const noun = store === 'parameter-store' ? 'parameter' : 'secret';
    if (dryRun) {
      return { data: { store, name, arn, dryRun }, text: `${noun} ${name} would be deleted` };
    }
    const how =
      store === 'parameter-store' || recoveryDays === 0
        ? 'It cannot be restored.'
        : `It can be restored for ${recoveryDays} days.`;
    await confirmed(context, `Delete the ${noun} ${name}? ${how}`);
    const deleted = await deleteSecret(aws, secret, recoveryDays, (text) => {
      report.warn(text);
    });
    const until = deleted?.recoverableUntil;
    return {
      data: { store, name, arn, recoverableUntil: until, dryRun },
      text: until
        ? `${noun} ${name} will be deleted on ${minute(until)} UTC\nundo: ecs-secrets restore ${formatReference(reference)}`
        : `${noun} ${name} deleted`,
    };
  },
});

// --- internal ---

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
  reference: Reference,
  { recoveryDays, recovery }: { recoveryDays?: string | undefined; recovery: boolean },
): number {
  if (reference.store === 'parameter-store') {
    if (recoveryDays === undefined && recovery) return 0;
    throw new UsageError(
      '--recovery-days and --no-recovery are for Secrets Manager: a deleted parameter cannot be restored',
    );
  }
  if (reference.jsonKey ?? reference.versionStage ?? reference.versionId) {
    throw new InvalidInput(
      `${formatReference(reference)} names a part of a secret; only whole secrets are deleted`,
      'to remove a key, store the whole secret without it (put sm:NAME)',
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
