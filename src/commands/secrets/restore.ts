import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { CliError, UsageError } from '../../errors.ts';
import { formatReference, lookupId } from '../../model/secrets/reference.ts';
import { secretNotFound } from '../../operations/secrets/missing-value.ts';
import { referenceArgument } from '../reference-argument.ts';
import type { RestoreDocument } from './documents.ts';

/** `restore REF`: cancels the scheduled deletion of a secret. */
export const restore = defineCommand({
  declare: (command) =>
    command.addArgument(new Argument('<ref>', 'sm:NAME or an ARN')).addHelpText(
      'after',
      `
The secret is restored with its values, ARN and tags.

Examples:
  $ ecs-secrets restore sm:shop/prod/db`,
    ),

  async run({ aws }, [ref]): Promise<Result<RestoreDocument>> {
    const reference = referenceArgument(ref, 'secrets-manager');
    if (reference.store === 'parameter-store') {
      throw new UsageError(
        'Parameter Store does not keep deleted parameters; only secrets can be restored',
        undoOf(formatReference(reference).replace(/^ssm:/, '')),
      );
    }
    const manager = await aws.secretsManager(reference.scope?.region);
    const found = await manager.describe(lookupId(reference));
    if (!found) throw ref.startsWith('/') ? notKept(ref) : await secretNotFound(aws, reference);
    const { name, arn, deletedAt } = found;
    if (deletedAt) await manager.restore(arn);
    return {
      data: { store: 'secrets-manager', name, arn, action: deletedAt ? 'restored' : 'unchanged' },
      text: deletedAt ? `secret ${name} restored` : `secret ${name} is not scheduled for deletion`,
    };
  },
});

// --- internal ---

/** A name with a leading slash is almost always a parameter, although a secret may have one too. */
function notKept(name: string): CliError {
  return new CliError(
    'secret-not-found',
    `there is no deleted secret ${name}; Parameter Store does not keep deleted parameters`,
    { hint: undoOf(name) },
  );
}

function undoOf(name: string): string {
  return `to make an earlier version current: ecs-secrets rollback ${name}; to store it again: ecs-secrets put ${name}`;
}
