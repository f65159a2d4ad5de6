import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { secretHistory } from '../../operations/secrets/secret-history.ts';
import { referenceArgument } from '../reference-argument.ts';
import type { HistoryDocument } from './documents.ts';
import { storeOption } from './store-option.ts';
import { shortArn } from '../short-arn.ts';
import { minute } from '../minute.ts';
import { table, withWide } from '../table.ts';

/** `history REF`: lists the retained versions of a secret, without their values. */
export const history = defineCommand({
  declare: (command) =>
    withWide(
      command
        .addArgument(new Argument('<ref>', 'NAME or /path/NAME, sm:NAME, or an ARN'))
        .addOption(storeOption()),
    ).addHelpText(
      'after',
      `
Newest first. Parameter Store keeps 100 versions. Secrets Manager keeps versions with a stage, and
others for a limited time. Values are never read. Times are UTC.

Examples:
  $ ecs-secrets history /shop/prod/db-password
  $ ecs-secrets history sm:shop/prod/db --json`,
    ),

  async run({ aws, world }, [ref], { store, wide }): Promise<Result<HistoryDocument>> {
    const { name, versions } = await secretHistory(aws, referenceArgument(ref, store));
    const rows = versions.map(({ version, labels, changedAt, changedBy, kmsKeyId, tier }) => [
      String(version),
      labels.join(', '),
      minute(changedAt),
      shortArn(changedBy),
      shortArn(kmsKeyId),
      tier ?? '',
    ]);
    return {
      data: { name, versions },
      tabs: true,
      text: table(['VERSION', 'LABELS', 'STORED', 'BY', 'KEY', 'TIER'], rows, {
        output: world.stdout,
        wide,
      }),
    };
  },
});
