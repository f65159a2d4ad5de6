import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Context, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { splitParameterVersion } from '../../model/secrets/parameter-version.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import type { Reference, Store } from '../../model/secrets/reference.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import { shownName } from '../../model/secrets/shown-text.ts';
import { allTold } from '../../operations/all-told.ts';
import { notWritable } from '../../operations/file-problem.ts';
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

/** `get REF...`: shows the details of secrets; with `--reveal`, only the value. */
export const get = defineCommand({
  declare: (command) =>
    command
      .addArgument(
        new Argument(
          '<ref...>',
          'NAME or /path/NAME[:VERSION or :LABEL], sm:NAME, sm:NAME:KEY:STAGE:VERSION, or an ARN',
        ),
      )
      .addOption(storeOption())
      .option('--reveal', 'print the value, byte for byte, without a newline')
      .option('--output-file <file>', 'write the value of --reveal to a file of mode 0600')
      .option('--mode <mode>', 'permissions of the file, for example 0640 (default: 0600)')
      .option('--owner <owner>', 'owner of the file: USER, USER:GROUP or their numbers')
      .addHelpText(
        'after',
        `
Without --reveal the value is not shown; the keys of a JSON secret are. Times are UTC. --reveal of
several secrets needs --json. The file of --output-file appears complete, with its mode and owner; a
symbolic link is refused.

Examples:
  $ ecs-secrets get /shop/prod/db-password
  $ ecs-secrets get sm:shop/prod/db:password --reveal | wc -c
  $ ecs-secrets get /shop/prod/db-password:3 --reveal
  $ ecs-secrets get /shop/prod/tls-key --reveal --output-file key.pem --owner www-data`,
      ),

  async run(context, [refs], options): Promise<Result<GetDocument>> {
    const problems = new Problems();
    const asked = refs.flatMap((ref) => problems.attempt(() => askedOf(ref, options.store)) ?? []);
    const access = problems.attempt(() => accessOf(options, refs.length));
    problems.throwIfAny();
    if (!options.reveal) return details(context, asked);
    if (asked.length > 1 && !context.globals.json) {
      throw new UsageError(
        'the values of several secrets cannot be told apart on standard output',
        'add --json, or give one REF',
      );
    }
    const values = await allTold(asked, ({ reference, version }) =>
      readValueOf(context.aws, reference, version),
    );
    for (const value of values) mask(context.world, value);
    const [value] = values;
    if (!value) throw new Error('every REF has a value');
    if (access) return writtenFile(context, value, access);
    if (values.length === 1) {
      return { data: { value: value.reveal() }, text: value.reveal(), exact: true };
    }
    const revealed = values.map((one, at) => ({ ref: refs[at] ?? '', value: one.reveal() }));
    return { data: { values: revealed }, text: '' };
  },
});

// --- internal ---

/** A secret as asked for. */
interface Asked {
  /** As written. */
  ref: string;
  reference: Reference;
  /** Number or label of a parameter's version. */
  version: string | undefined;
}

function askedOf(written: string, store: Store | undefined): Asked {
  const { ref, version } = splitParameterVersion(written, store);
  return { ref: written, reference: referenceArgument(ref, store), version };
}

async function details(
  { aws, report }: Context,
  asked: readonly Asked[],
): Promise<Result<GetDocument>> {
  for (const { ref, reference, version } of asked) refusePart(ref, reference, version);
  const found = await allTold(asked, ({ reference }) => describeSecret(aws, reference));
  if (found.some(({ tags }) => !tags)) {
    report.note('its tags cannot be read (ssm:ListTagsForResource)');
  }
  const withUnknownKeys = found.some(
    ({ store, version, deletedAt, bytes, binary }) =>
      store === 'secrets-manager' && version && !deletedAt && bytes === undefined && !binary,
  );
  if (withUnknownKeys) {
    report.note('whether it has keys cannot be read (secretsmanager:GetSecretValue)');
  }
  const [first] = found;
  const data = first && found.length === 1 ? first : { secrets: found };
  return { data, text: found.map(tell).join('\n\n') };
}

/** Throws UsageError for a part or version of a secret: only whole secrets are described. */
function refusePart(ref: string, reference: Reference, version: string | undefined): void {
  const part =
    reference.store === 'secrets-manager'
      ? (reference.jsonKey ?? reference.versionStage ?? reference.versionId)
      : version;
  if (part === undefined) return;
  throw new UsageError(
    'a key, stage or version requires --reveal; without it the whole secret is described',
    `ecs-secrets get ${ref.replace(/^((?:sm:|ssm:|arn:(?:[^:]*:){4})?(?:secret:)?[^:]+):.*$/, '$1')}`,
  );
}

interface FileOptions {
  reveal?: true | undefined;
  outputFile?: string | undefined;
  mode?: string | undefined;
  owner?: string | undefined;
}

interface Access {
  file: string;
  mode: number;
  owner: string | undefined;
}

function accessOf(
  { reveal, outputFile, mode = '0600', owner }: FileOptions,
  count: number,
): Access | undefined {
  if (outputFile === undefined) {
    if (owner === undefined && mode === '0600') return undefined;
    throw new UsageError('--mode and --owner require --output-file');
  }
  if (!reveal) throw new UsageError('--output-file requires --reveal');
  if (count > 1) throw new UsageError('--output-file takes the value of one REF', 'give one REF');
  if (!/^0?[0-7]{3}$/.test(mode)) {
    throw new InvalidInput(`--mode: "${mode}" is not an octal number such as 0600 or 640`);
  }
  return { file: outputFile, mode: Number.parseInt(mode, 8), owner };
}

async function writtenFile(
  { world }: Context,
  value: SecretValue,
  { file, mode, owner }: Access,
): Promise<Result<GetDocument>> {
  await world.writePrivateFile(file, value.reveal(), { mode, owner }).catch((error: unknown) => {
    throw error instanceof InvalidInput ? error : notWritable(file, error);
  });
  const bytes = value.byteLength;
  const octal = mode.toString(8).padStart(4, '0');
  const data = { file, bytes, mode: octal };
  return { data, text: `wrote ${shownName(file)} (${bytes} bytes, mode ${octal})` };
}

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
