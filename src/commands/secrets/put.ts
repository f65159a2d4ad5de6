import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, fromEnv, repeatable, type Result } from '../../cli.ts';
import { formatReference } from '../../model/secrets/reference.ts';
import { parseTags, parseTier } from '../../model/secrets/secret-rules.ts';
import { parseDataType } from '../../model/secrets/parameter-policies.ts';
import { expandBraces } from '../../model/expand-braces.ts';
import { Problems } from '../../model/problems.ts';
import { checkTarget } from '../../operations/secrets/put-secret.ts';
import { referenceArgument } from '../reference-argument.ts';
import type { PutDocument } from './documents.ts';
import { storeOption } from './store-option.ts';
import { putOne } from './put-one.ts';
import { putSeveral } from './put-several.ts';
import { checkSources, readValue, withValueOptions } from './value-source.ts';

/** `put REF`: creates or updates a secret, or several: `put '/shop/{staging,prod}/db'`. */
export const put = defineCommand({
  declare: (command) =>
    withValueOptions(
      command
        .addArgument(
          new Argument(
            '<ref>',
            'NAME or /path/NAME, sm:NAME, sm:NAME:KEY (one JSON key), or an ARN',
          ),
        )
        .addOption(storeOption())
        .addOption(
          fromEnv(new Option('--kms-key <key>', 'encrypt with this key: id, ARN or alias')),
        )
        .addOption(
          fromEnv(
            new Option('--tier <tier>', 'standard, advanced or intelligent-tiering (parameters)'),
          ),
        )
        .option('--data-type <type>', 'have Parameter Store check the value: json, url, integer, …')
        .option('--description <text>', 'description')
        .option('--tag <key=value>', 'tag it (repeatable)', repeatable)
        .option('--no-overwrite', 'fail if it exists')
        .option('--force', 'write the value even if it is equal')
        .option('--replace-json', 'replace a JSON object with a value that is not one')
        .option('--restore', 'cancel a scheduled deletion first (Secrets Manager)')
        .option('--dry-run', 'print what would be done, and do nothing'),
    ).addHelpText(
      'after',
      `
An equal value is not written again. On an update the key, tier, data type and description are kept unless given, and the policies always.

{a,b} in REF, in quotes, stands for several secrets: a prompt for each, or the same piped value for all.
--value-file and --from-env can have {a,b} too. All problems are reported before the first write.

Examples:
  $ printf %s "$DB_PASSWORD" | ecs-secrets put /shop/prod/db-password
  $ ecs-secrets put sm:shop/prod/db:password --generate 40
  $ ecs-secrets put '/shop/{staging,prod}/db' --from-env 'DB_{STAGING,PROD}'
  $ ecs-secrets put /shop/prod/tls-key --value-file key.pem --raw --kms-key alias/shop`,
    ),

  async run(context, [ref], options): Promise<Result<PutDocument>> {
    const problems = new Problems();
    const references = expandBraces(ref).flatMap(
      (one) => problems.attempt(() => referenceArgument(one, options.store)) ?? [],
    );
    const tags = problems.attempt(() => parseTags(options.tag ?? []));
    const tier = problems.attempt(() =>
      options.tier === undefined ? undefined : parseTier(options.tier),
    );
    const dataType = problems.attempt(() =>
      options.dataType === undefined ? undefined : parseDataType(options.dataType),
    );
    problems.throwIfAny();
    const request = {
      kmsKeyId: options.kmsKey,
      tier,
      dataType,
      description: options.description,
      tags: tags ?? [],
      force: options.force ?? false,
      replaceJson: options.replaceJson ?? false,
      only: options.overwrite ? undefined : ('create' as const),
      restore: options.restore ?? false,
      dryRun: options.dryRun ?? false,
    };
    checkSources(options);
    for (const reference of references) {
      problems.attempt(() => {
        checkTarget(reference, request);
      });
    }
    problems.throwIfAny();
    const [reference, ...more] = references;
    if (!reference) throw new Error('a reference without problems is parsed');
    if (more.length > 0) return putSeveral(context, references, options, request);
    const value = await readValue(context, options, formatReference(reference));
    return putOne(context, reference, { ...request, value });
  },
});
