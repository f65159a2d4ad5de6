import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import {
  exportFormats,
  formatSecrets,
  namesAreVariables,
} from '../../operations/environment/format-secrets.ts';
import type { ExportDocument } from './documents.ts';
import { readEnvironment, withSource, withSourceOptions } from './environment-source.ts';
import { mask } from '../secrets/mask.ts';

/** `export`: prints many values in a format that other programs read. */
export const exportCommand = defineCommand({
  declare: (command) =>
    withSourceOptions(
      command.addArgument(
        new Argument('[source]', '/path or sm:NAME, or a task definition (FILE or FAMILY[:REV])'),
      ),
    )
      .addOption(
        new Option('--format <format>', 'how to write them (default: dotenv)').choices(
          exportFormats,
        ),
      )
      .addHelpText(
        'after',
        `
Prints values. Below a prefix "/", "-" and "." of a name become "_" where the format wants variables.
A value that a format cannot carry byte for byte is refused, by its name.

Examples:
  $ ecs-secrets export /shop/prod --format json | jq keys
  $ eval "$(ecs-secrets export --task-definition web --format shell)"`,
      ),

  async run(context, [source], options): Promise<Result<ExportDocument>> {
    const { json = false } = context.globals;
    if (json && options.format !== undefined && options.format !== 'json') {
      throw new UsageError('--json and --format cannot be combined', 'give one of them');
    }
    const format = json ? 'json' : (options.format ?? 'dotenv');
    const values = await readEnvironment(
      context,
      withSource(options, source),
      namesAreVariables(format),
    );
    for (const { value } of values) mask(context.world, value);
    const text = formatSecrets(values, format);
    return {
      data: JSON.parse(formatSecrets(values, 'json')) as ExportDocument,
      text,
      exact: true,
    };
  },
});
