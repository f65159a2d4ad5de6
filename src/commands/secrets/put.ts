import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, fromEnv, repeatable, type Result } from '../../cli.ts';
import { formatReference, parameterArn } from '../../model/secrets/reference.ts';
import { parseTags, parseTier } from '../../model/secrets/secret-rules.ts';
import { parseDataType } from '../../model/secrets/parameter-policies.ts';
import { Problems } from '../../model/problems.ts';
import { checkTarget, putSecret } from '../../operations/secrets/put-secret.ts';
import { referenceArgument } from '../reference-argument.ts';
import type { PutDocument } from './documents.ts';
import { storeOption } from './store-option.ts';
import { checkSources, readValue, withValueOptions } from './value-source.ts';
import type { PutOutcome } from '../../operations/secrets/put-request.ts';

/** `put REF`: creates or updates one secret. */
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

Examples:
  $ printf %s "$DB_PASSWORD" | ecs-secrets put /shop/prod/db-password
  $ ecs-secrets put sm:shop/prod/db:password --generate 40
  $ ecs-secrets put /shop/prod/tls-key --value-file key.pem --raw --kms-key alias/shop`,
    ),

  async run(context, [ref], options): Promise<Result<PutDocument>> {
    const problems = new Problems();
    const reference = problems.attempt(() => referenceArgument(ref, options.store));
    const tags = problems.attempt(() => parseTags(options.tag ?? []));
    const tier = problems.attempt(() =>
      options.tier === undefined ? undefined : parseTier(options.tier),
    );
    const dataType = problems.attempt(() =>
      options.dataType === undefined ? undefined : parseDataType(options.dataType),
    );
    problems.throwIfAny();
    if (!reference) throw new Error('a reference without problems is parsed');
    const dryRun = options.dryRun ?? false;
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
      dryRun,
    };
    checkSources(options);
    checkTarget(reference, request);
    const value = await readValue(context, options, formatReference(reference));
    const onWarning = (text: string): void => {
      context.report.warn(text);
    };
    const outcome = await putSecret(context.aws, reference, { ...request, value, onWarning });
    if (!outcome.compared && outcome.action === 'updated') {
      context.report.note(
        'no permission to read the old value; the new value was written without comparison',
      );
    }
    if (
      outcome.action === 'created' &&
      outcome.store === 'secrets-manager' &&
      /-[A-Za-z0-9]{6}$/.test(outcome.name)
    ) {
      context.report.warn(
        `the name ${outcome.name} ends in a hyphen and six characters, like the random end of an ARN: always refer to it by its full ARN (Secrets Manager guide)`,
      );
    }
    const { aws, globals } = context;
    const isChosen = Boolean(globals.region ?? globals.profile);
    // Parameter Store does not return the ARN of a new parameter. The value is stored, even if STS
    // fails.
    const caller = globals.json || isChosen ? await aws.caller().catch(() => undefined) : undefined;
    const scope = reference.scope ?? caller;
    const isParameter = outcome.store === 'parameter-store';
    const arn =
      outcome.arn ?? (scope && isParameter ? parameterArn(outcome.name, scope) : undefined);
    const where = isChosen && scope ? ` in ${scope.region} (account ${scope.account})` : '';
    return { data: { ...outcome, arn, dryRun }, text: tellPut(outcome, dryRun) + where };
  },
});

/** What a put did, in one line. */
export function tellPut(
  { action, store, name, version, previousVersion }: PutOutcome,
  dryRun = false,
) {
  const noun = store === 'parameter-store' ? 'parameter' : 'secret';
  const verb = dryRun && action !== 'unchanged' ? `would be ${action}` : action;
  const versions = [
    version !== undefined && `version ${version}`,
    action === 'updated' && previousVersion !== undefined && `was ${previousVersion}`,
  ].filter((part) => part !== false);
  return `${noun} ${name} ${verb}${versions.length > 0 ? ` (${versions.join(', ')})` : ''}`;
}
