import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { notWritable } from '../../operations/file-problem.ts';
import { isKubernetesName } from '../../operations/environment/formats/kubernetes.ts';
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
  callerPolicy: ({ at }) => (at === undefined ? undefined : 'export --at'),

  declare: (command) =>
    withSourceOptions(command.addArgument(new Argument('[source...]', sourceWords)))
      .addOption(
        new Option('--format <format>', 'how to write them (default: dotenv)').choices(
          exportFormats,
        ),
      )
      .option('--k8s-name <name>', 'name of the Secret for --format k8s (default: secrets)')
      .option(
        '--output-file <file>',
        'write to this file, readable only by you, instead of printing',
      )
      .addHelpText(
        'after',
        `
Prints values. Below a prefix "/", "-" and "." of a name become "_" where the format wants variables.
A value that a format cannot carry byte for byte is refused, by its name. Several sources are merged in
order: a later one overwrites, with a note, or fails with --strict. sm:NAME stands for the keys of a JSON
secret, or for the secrets below it. /path:VERSION is one parameter, sm:NAME::STAGE one version of a secret.
--declared comes before the other sources, and fails if a required secret is missing.

--at reads the values of a time: in ISO 8601 (UTC if it has no offset; a date means 00:00), or an age. Of
a parameter, it is the newest version that is not newer. Of a secret in Secrets Manager that was changed
since, it is the newest version that was created by then: when AWSCURRENT moved is not recorded, and
versions without a stage may be deleted. What did not exist then is left out, with a note. What was deleted
since is not known. --at LABEL reads the versions with this label (Secrets Manager: with this stage), --at
VERSION a version of one parameter or secret.

Examples:
  $ ecs-secrets export /shop/prod --format json | jq keys
  $ ecs-secrets export /shop/common sm:shop/prod --only DB_PASSWORD,API_KEY
  $ ecs-secrets export --declared --environment prod
  $ ecs-secrets export /shop/ci --format github-env >> "$GITHUB_ENV"
  $ ecs-secrets export /shop/prod --at 2026-11-30T14:05Z --format json
  $ ecs-secrets export /shop/prod --format systemd --output-file /etc/shop.env
  $ eval "$(ecs-secrets export --task-definition web --format shell)"`,
      ),

  async run(context, [sources], options): Promise<Result<ExportDocument>> {
    const { json = false } = context.globals;
    if (json && options.format !== undefined && options.format !== 'json') {
      throw new UsageError('--json and --format cannot be combined', 'give one of them');
    }
    const { k8sName, outputFile } = options;
    if (k8sName !== undefined && (options.format !== 'k8s' || !isKubernetesName(k8sName))) {
      throw new UsageError('--k8s-name is a DNS name in lower case, with --format k8s');
    }
    if (json && outputFile !== undefined) {
      throw new UsageError('--json and --output-file cannot be combined', 'use --format json');
    }
    const format = json ? 'json' : (options.format ?? 'dotenv');
    const values = await readSources(context, sources, options, {
      variables: namesAreVariables(format),
      example: 'ecs-secrets export SOURCE',
    });
    for (const { value } of values) mask(context.world, value);
    const text = formatSecrets(values, format, k8sName);
    if (outputFile !== undefined) {
      await context.world.writePrivateFile(outputFile, text).catch((error: unknown) => {
        throw notWritable(outputFile, error);
      });
      return { data: {}, text: `${values.length} variables written to ${outputFile}` };
    }
    return {
      data: JSON.parse(formatSecrets(values, 'json')) as ExportDocument,
      text,
      exact: true,
    };
  },
});
