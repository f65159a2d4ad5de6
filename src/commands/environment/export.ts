import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import {
  exportFormats,
  formatSecrets,
  namesAreVariables,
} from '../../operations/environment/format-secrets.ts';
import type { ExportDocument } from './documents.ts';
import { readSources, sourceWords, withSourceOptions } from './environment-source.ts';
import { mask } from '../secrets/mask.ts';

/** `export`: prints many values in a format that other programs read. */
export const exportCommand = defineCommand({
  declare: (command) =>
    withSourceOptions(command.addArgument(new Argument('[source...]', sourceWords)))
      .addOption(
        new Option('--format <format>', 'how to write them (default: dotenv)').choices(
          exportFormats,
        ),
      )
      .addHelpText(
        'after',
        `
Prints values. Below a prefix "/", "-" and "." of a name become "_" where the format wants variables.
A value that a format cannot carry byte for byte is refused, by its name. Several sources are merged in
order: a later one overwrites, with a note, or fails with --strict. sm:NAME stands for the keys of a JSON
secret, or for the secrets below it.

Examples:
  $ ecs-secrets export /shop/prod --format json | jq keys
  $ ecs-secrets export /shop/common sm:shop/prod --only DB_PASSWORD,API_KEY
  $ eval "$(ecs-secrets export --task-definition web --format shell)"`,
      ),

  async run(context, [sources], options): Promise<Result<ExportDocument>> {
    const { json = false } = context.globals;
    if (json && options.format !== undefined && options.format !== 'json') {
      throw new UsageError('--json and --format cannot be combined', 'give one of them');
    }
    const format = json ? 'json' : (options.format ?? 'dotenv');
    const values = await readSources(context, sources, options, {
      variables: namesAreVariables(format),
      example: 'ecs-secrets export SOURCE',
    });
    for (const { value } of values) mask(context.world, value);
    const text = formatSecrets(values, format);
    return {
      data: JSON.parse(formatSecrets(values, 'json')) as ExportDocument,
      text,
      exact: true,
    };
  },
});
