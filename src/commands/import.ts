import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, fromEnv, repeatable, type Context, type Result } from '../cli.ts';
import { CliError, UsageError } from '../errors.ts';
import { formatPrefix, parsePrefix, referenceBelow, type Prefix } from '../model/prefix.ts';
import { Problems } from '../model/problems.ts';
import { formatReference, parseReference, type SecretIdentity } from '../model/reference.ts';
import { checkValue, parseTags, parseTier, type Tag, type Tier } from '../model/secret-rules.ts';
import { checkUnused, deleteSecret } from '../operations/delete-secret.ts';
import { importAsJson } from '../operations/import-as-json.ts';
import {
  importSecrets,
  type ImportedItem,
  type ImportItem,
  type ImportProgress,
} from '../operations/import-secrets.ts';
import { listSecrets } from '../operations/list-secrets.ts';
import { checkTarget } from '../operations/put-secret.ts';
import {
  readSecretFile,
  secretFileFormats,
  type SecretFileEntry,
} from '../operations/read-secret-file.ts';
import { confirmed } from './confirm.ts';
import { tellPut } from './put.ts';
import { sourcesOf } from './sources.ts';
import { storeOption } from './store-option.ts';

/** `import FILE`: many secrets at once. */
export const importCommand = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    command
      .addArgument(new Argument('<file>', 'dotenv, JSON or YAML file, or - for standard input'))
      .addOption(new Option('--format <format>', 'what the file is').choices(secretFileFormats))
      .option('--prefix <prefix>', '/path or sm:NAME to store them below')
      .addOption(storeOption())
      .option('--as-json <name>', 'set them as keys of this one secret of Secrets Manager')
      .addOption(fromEnv(new Option('--kms-key <key>', 'encrypt with this key: id, ARN or alias')))
      .addOption(
        fromEnv(
          new Option('--tier <tier>', 'standard, advanced or intelligent-tiering (parameters)'),
        ),
      )
      .option('--tag <key=value>', 'tag each (repeatable)', repeatable)
      .option('--prune', 'delete what is below the prefix and not in the file (asks)')
      .option('--force', 'write equal values too; prune what is in use')
      .option('--dry-run', 'say what would be done, and do nothing')
      .addHelpText(
        'after',
        `
Compares first and writes only what differs, at the rate that AWS takes: run it again to go on after
an interruption. Nested maps become paths; the case of a name is never changed.

Examples:
  $ ecs-secrets import .env.production --prefix /shop/prod --dry-run
  $ sops -d secrets.yaml | ecs-secrets import - --format yaml --prefix /shop/prod
  $ ecs-secrets import db.json --as-json shop/prod/db`,
      ),

  async run(context, [file], options) {
    const { aws, report, world } = context;
    const problems = new Problems();
    const prefix = problems.attempt(() =>
      options.prefix === undefined ? undefined : parsePrefix(options.prefix, options.store),
    );
    const tags = problems.attempt(() => parseTags(options.tag ?? []));
    const tier = problems.attempt(() =>
      options.tier === undefined ? undefined : parseTier(options.tier),
    );
    problems.throwIfAny();
    if (options.asJson !== undefined && prefix) {
      throw new UsageError('--as-json and --prefix exclude each other', 'give one of them');
    }
    if (options.prune && !prefix && options.asJson === undefined) {
      throw new UsageError('--prune needs --prefix: it would look at the whole store');
    }
    const request = {
      tags: tags ?? [],
      tier,
      kmsKeyId: options.kmsKey,
      force: options.force ?? false,
      dryRun: options.dryRun ?? false,
    };
    const entries = await readSecretFile(file, options.format, sourcesOf(world));
    if (options.asJson !== undefined) {
      return asJson(context, options.asJson, entries, {
        ...request,
        prune: options.prune ?? false,
      });
    }
    const items = itemsOf(entries, prefix, options.store, request);
    const view = progressView(context);
    const imported = await importSecrets(aws, items, {
      ...request,
      interrupted: world.interrupted,
      onProgress: view,
    });
    report.clearLive();
    const failed = imported.filter(({ error }) => error !== undefined);
    const pruned =
      options.prune && prefix && failed.length === 0
        ? await prune(context, prefix, items, request)
        : [];
    return tell(imported, pruned, request.dryRun);
  },
});

// --- internal ---

interface Request {
  tags: Tag[];
  tier: Tier | undefined;
  kmsKeyId: string | undefined;
  force: boolean;
  dryRun: boolean;
}

/** Names and values are checked together, before anything is read or written. */
function itemsOf(
  entries: readonly SecretFileEntry[],
  prefix: Prefix | undefined,
  store: Prefix['store'] | undefined,
  request: Request,
): ImportItem[] {
  const problems = new Problems();
  const names = new Map<string, string>();
  const items = entries.flatMap(({ key, value }): ImportItem[] => {
    const reference = problems.attempt(() => {
      const own = prefix ? referenceBelow(prefix, key) : parseReference(key, store);
      checkTarget(own, request);
      checkValue(value, own.store, request.tier ?? 'Standard');
      return own;
    }, key);
    if (!reference) return [];
    const other = names.get(reference.name);
    if (other !== undefined) problems.add(`${key} and ${other} are both ${reference.name}`);
    names.set(reference.name, key);
    return [{ key, reference, value }];
  });
  const stores = new Set(items.map(({ reference }) => reference.store));
  if (stores.size > 1) problems.add('the file names secrets of both stores; import one at a time');
  problems.throwIfAny();
  return items;
}

async function asJson(
  { aws }: Context,
  name: string,
  entries: readonly SecretFileEntry[],
  { tier, ...request }: Request & { prune: boolean },
): Promise<Result> {
  const reference = parseReference(name, 'secrets-manager');
  checkTarget(reference, { ...request, tier });
  const problems = new Problems();
  if (reference.store === 'parameter-store') {
    throw new UsageError('--as-json names a secret of Secrets Manager');
  }
  if (reference.jsonKey !== undefined) {
    throw new UsageError('--as-json names a whole secret, without a key');
  }
  for (const { key } of entries) {
    if (key.includes(':')) problems.add(`${key}: ECS cannot refer to a key with a ":"`);
  }
  problems.throwIfAny();
  const { put, keys } = await importAsJson(aws, reference, entries, request);
  return {
    data: { ...put, dryRun: request.dryRun, keys },
    text: [
      ...keys
        .filter(({ action }) => action !== 'unchanged')
        .map(({ key, action }) => `${request.dryRun ? `would be ${action}` : action}  ${key}`),
      tellPut(put, request.dryRun),
    ].join('\n'),
  };
}

/** Progress with the rate of what was written: live on a terminal, elsewhere a line every 5 seconds. */
function progressView({ report, world }: Context): (progress: ImportProgress) => void {
  let started: number | undefined;
  let told = world.clock.now();
  return ({ step, done, total }) => {
    const now = world.clock.now();
    if (step === 'writing') started ??= now;
    const seconds = (now - (started ?? now)) / 1_000;
    const rate = seconds > 0 && done > 1 ? `, ${(done / seconds).toFixed(1)}/s` : '';
    const line = `${step} ${done}/${total}${rate}`;
    report.live([line]);
    if (report.isLive || now - told < 5_000) return;
    told = now;
    report.event(line);
  };
}

async function prune(
  context: Context,
  prefix: Prefix,
  items: readonly ImportItem[],
  { force, dryRun }: Request,
): Promise<SecretIdentity[]> {
  const { aws, report } = context;
  const kept = new Set(items.map(({ reference }) => reference.name));
  const extra = (await listSecrets(aws, prefix)).filter(({ name }) => !kept.has(name));
  if (extra.length === 0) return [];
  if (!force) {
    for (const what of await checkUnused(aws, extra, () => undefined)) {
      report.warn(`not checked, for want of a permission: ${what}`);
    }
  }
  if (dryRun) return extra;
  for (const { name } of extra) report.event(`to be deleted: ${name}`);
  const count = extra.length === 1 ? 'this secret' : `these ${extra.length} secrets`;
  await confirmed(context, `Delete ${count} below ${formatPrefix(prefix)}?`);
  const deleted: SecretIdentity[] = [];
  for (const secret of extra) {
    if (context.world.interrupted.aborted) break;
    if (await deleteSecret(aws, secret, 30)) deleted.push(secret);
  }
  return deleted;
}

function tell(
  imported: readonly ImportedItem[],
  pruned: readonly SecretIdentity[],
  dryRun: boolean,
): Result {
  const verb = (action: string): string => (dryRun ? `would be ${action}` : action);
  const count = (action: string): number =>
    imported.filter(({ put }) => put?.action === action).length;
  const failed = imported.flatMap(({ reference, error }) =>
    error ? [{ name: formatReference(reference).replace(/^ssm:/, ''), error }] : [],
  );
  const counts = [
    `${count('created')} ${verb('created')}`,
    `${count('updated')} ${verb('updated')}`,
    `${count('unchanged')} unchanged`,
    ...(pruned.length > 0 ? [`${pruned.length} ${verb('deleted')}`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
  ].join(', ');
  const changes = dryRun
    ? imported.flatMap(({ put }) =>
        put && put.action !== 'unchanged' ? [`${verb(put.action)}  ${put.name}`] : [],
      )
    : [];
  return {
    data: {
      dryRun,
      secrets: imported.map(({ key, reference, put, error }) => ({
        key,
        name: put?.name ?? reference.name,
        ...(put
          ? { action: put.action, version: put.version, previousVersion: put.previousVersion }
          : { action: 'failed', error: { code: error.code, message: error.message } }),
      })),
      deleted: pruned.map(({ name }) => name),
    },
    text: [...changes, ...pruned.map(({ name }) => `${verb('deleted')}  ${name}`), counts].join(
      '\n',
    ),
    failure:
      failed.length === 0
        ? undefined
        : new CliError(
            'import-failed',
            failed.map(({ name, error }) => `${name}: ${error.message}`).join('\n'),
            {
              hint:
                failed[0]?.error.hint ?? 'run the command again: it writes only what is missing',
            },
          ),
  };
}
