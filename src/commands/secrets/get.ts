import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { oneLine } from '../../model/printable.ts';
import {
  describeSecret,
  readValueOf,
  type SecretDetails,
} from '../../operations/secrets/describe-secret.ts';
import type { GetDocument } from './documents.ts';
import { mask } from './mask.ts';
import { referenceArgument } from '../reference-argument.ts';
import { storeOption } from './store-option.ts';
import { policyWords } from '../../model/secrets/parameter-policies.ts';
import { minute } from '../minute.ts';

/** `get REF`: shows the details of a secret; with `--reveal`, only its value. */
export const get = defineCommand({
  declare: (command) =>
    command
      .addArgument(
        new Argument('<ref>', 'NAME or /path/NAME, sm:NAME, sm:NAME:KEY:STAGE:VERSION, or an ARN'),
      )
      .addOption(storeOption())
      .option('--reveal', 'print the value, byte for byte, without a newline')
      .addHelpText(
        'after',
        `
Without --reveal the value is not shown; the keys of a JSON secret are. Times are UTC.

Examples:
  $ ecs-secrets get /shop/prod/db-password
  $ ecs-secrets get sm:shop/prod/db:password --reveal | wc -c`,
      ),

  async run({ aws, world, report }, [ref], { store, reveal }): Promise<Result<GetDocument>> {
    const reference = referenceArgument(ref, store);
    if (!reveal) {
      if (
        reference.store === 'secrets-manager' &&
        (reference.jsonKey ?? reference.versionStage ?? reference.versionId) !== undefined
      ) {
        throw new UsageError(
          'a key, stage or version requires --reveal; without it the whole secret is described',
          `ecs-secrets get ${ref.replace(/^(sm:[^:]+|arn:(?:[^:]*:){5}secret:[^:]+):.*$/, '$1')}`,
        );
      }
      const details = await describeSecret(aws, reference);
      if (!details.tags) report.note('its tags cannot be read (ssm:ListTagsForResource)');
      const { store: own, version, deletedAt, bytes, binary } = details;
      if (own === 'secrets-manager' && version && !deletedAt && bytes === undefined && !binary) {
        report.note('whether it has keys cannot be read (secretsmanager:GetSecretValue)');
      }
      return { data: details, text: tell(details) };
    }
    const value = await readValueOf(aws, reference);
    mask(world, value);
    return { data: { value: value.reveal() }, text: value.reveal(), exact: true };
  },
});

// --- internal ---

function tell(details: SecretDetails): string {
  const tags = details.tags?.map(({ key, value }) => `${key}=${value}`).join(', ');
  const lines: [string, string | undefined][] = [
    ['name', details.name],
    ['store', details.store],
    ['arn', details.arn],
    ['type', details.type],
    ['version', details.version === undefined ? 'none: it has no value' : String(details.version)],
    ['changed', minute(details.changedAt)],
    ['by', details.changedBy],
    ['kms key', details.kmsKeyId],
    ['tier', details.tier],
    ['data type', details.dataType],
    ['policies', details.policies?.map(policyWords).join(', ')],
    ['description', details.description],
    ['tags', tags],
    ['value', details.binary && 'binary; ECS injects text only'],
    ['keys', details.keys?.join(', ')],
    ['bytes', details.bytes === undefined ? undefined : String(details.bytes)],
    ['managed by', details.owningService],
    ['held by', details.partner],
    ['replica of', details.crossAccountPrimary],
    ['replicas', details.crossAccountReplicas?.join(', ')],
    ['primary region', details.primaryRegion],
    ['rotation', rotationOf(details)],
    ['rotates next', minute(details.nextRotationAt)],
    ['pending', details.pendingVersionId],
    ['deleted on', minute(details.deletedAt)],
  ];
  return lines
    .filter(([, text]) => text)
    .map(([what, text]) => `${`${what}:`.padEnd(13)} ${oneLine(text ?? '')}`)
    .join('\n');
}

function rotationOf({ rotation, lastRotatedAt }: SecretDetails): string | undefined {
  if (!rotation) return undefined;
  return [
    rotation.enabled ? 'on' : 'off',
    ...(rotation.functionArn === undefined ? [] : [rotation.functionArn]),
    ...(lastRotatedAt ? [`last on ${minute(lastRotatedAt)}`] : []),
  ].join(', ');
}
