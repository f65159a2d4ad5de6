import { Argument } from '@commander-js/extra-typings';
import { defineCommand } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { lookupId } from '../../model/secrets/reference.ts';
import { secretNotFound } from '../../operations/secrets/missing-value.ts';
import { referenceArgument } from '../reference-argument.ts';

/** `restore REF`: take back the scheduled deletion of a secret. */
export const restore = defineCommand({
  declare: (command) =>
    command.addArgument(new Argument('<ref>', 'sm:NAME or an ARN')).addHelpText(
      'after',
      `
The secret comes back with its values, its ARN and its tags.

Examples:
  $ ecs-secrets restore sm:shop/prod/db`,
    ),

  async run({ aws }, [ref]) {
    const reference = referenceArgument(ref, 'secrets-manager');
    if (reference.store === 'parameter-store') {
      throw new UsageError(
        'a deleted parameter is gone; only Secrets Manager keeps what is deleted',
      );
    }
    const manager = await aws.secretsManager(reference.scope?.region);
    const found = await manager.describe(lookupId(reference));
    if (!found) throw secretNotFound(reference);
    const { name, arn, deletedAt } = found;
    if (deletedAt) await manager.restore(arn);
    return {
      data: { store: 'secrets-manager', name, arn, action: deletedAt ? 'restored' : 'unchanged' },
      text: deletedAt ? `secret ${name} restored` : `secret ${name} is not being deleted`,
    };
  },
});
