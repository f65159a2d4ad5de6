import { Argument, Option } from '@commander-js/extra-typings';
import {
  defineCommand,
  fromEnv,
  fromProject,
  repeatable,
  type Context,
  type Result,
} from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { namesIn } from '../../model/secrets/name-pattern.ts';
import { parsePrefix, referenceBelow, type Prefix } from '../../model/secrets/prefix.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import { parseReference } from '../../model/secrets/reference.ts';
import {
  checkValue,
  parseTags,
  parseTier,
  type Tag,
  type Tier,
} from '../../model/secrets/secret-rules.ts';
import { importAsJson } from '../../operations/import/import-as-json.ts';
import { importSecrets, type ImportItem } from '../../operations/import/import-secrets.ts';
import { checkTarget } from '../../operations/secrets/put-secret.ts';
import {
  emptyChoices,
  readSecretFile,
  secretFileFormats,
  type SecretFile,
  type SecretFileEntry,
} from '../../operations/secrets/read-secret-file.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import { confirmed } from '../confirm.ts';
import type { ImportDocument, ImportedJsonDocument } from './documents.ts';
import { nothingPruned, planPrune, prune } from './import-prune.ts';
import { withProgress } from '../progress.ts';
import { tell } from './import-result.ts';
import { tellPut } from '../secrets/put-one.ts';
import { referenceArgument } from '../reference-argument.ts';
import { sourcesOf } from '../sources.ts';
import { storeOption } from '../secrets/store-option.ts';

/** `import FILE`: stores many secrets at once. */
export const importCommand = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    command
      .addArgument(
        new Argument('<file>', 'file of secrets (see --format), or - for standard input'),
      )
      .addOption(
        new Option('--format <format>', 'format of the file (default: detected)').choices(
          secretFileFormats,
        ),
      )
      .option('--compose-service <name>', 'read only this service of a compose file')
      .option('--include <names>', 'only these names: A,B_* (repeatable)', repeatable)
      .option('--exclude <names>', 'all but these names: A,B_* (repeatable)', repeatable)
      .addOption(
        new Option('--empty <choice>', 'what to do with empty values (default: skip)').choices(
          emptyChoices,
        ),
      )
      .addOption(
        fromProject(
          new Option('--prefix <prefix>', '/path or sm:NAME to store them below'),
          ['prefix'],
          // A command that deletes has to name the target on the command line.
          ['store', 'asJson', 'prune'],
        ),
      )
      .addOption(storeOption())
      .option('--as-json <name>', 'store them as keys of this one Secrets Manager secret')
      .addOption(fromEnv(new Option('--kms-key <key>', 'encrypt with this key: id, ARN or alias')))
      .addOption(
        fromEnv(
          new Option('--tier <tier>', 'standard, advanced or intelligent-tiering (parameters)'),
        ),
      )
      .option('--tag <key=value>', 'tag each (repeatable)', repeatable)
      .option('--prune', 'delete secrets below the prefix that are not in the file (asks)')
      .option('--prune-in-use', 'with --prune: delete without checking for users')
      .option('--force', 'write values even if they are equal')
      .option('--replace-json', 'replace a JSON object with a value that is not one')
      .option('--dry-run', 'print what would be done, and do nothing')
      .addHelpText(
        'after',
        `
Compares first and writes only what differs, at the rate that AWS allows. Run it again to continue after
an interruption. Nested maps become paths; the case of a name is never changed. JSON, YAML, Kubernetes
Secrets (k8s), compose files and .properties files are detected; everything else is read as dotenv. Use
--format docker for files of "docker run --env-file", whose quotes belong to the value, and --format
chamber for "chamber export" and godotenv, which escape "$" and quotes.

Examples:
  $ ecs-secrets import .env.production --prefix /shop/prod --dry-run
  $ sops -d secrets.yaml | ecs-secrets import - --format yaml --prefix /shop/prod
  $ ecs-secrets import db.json --as-json shop/prod/db
  $ kubectl get secret shop -o yaml | ecs-secrets import - --prefix /shop/prod
  $ ecs-secrets import .env --prefix /shop/prod --include 'DB_*,API_KEY' --empty error`,
      ),

  async run(context, [file], options): Promise<Result<ImportDocument>> {
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
      throw new UsageError('--as-json and --prefix cannot be combined', 'give one of them');
    }
    if (options.prefix === '')
      throw new UsageError('--prefix is empty', '/ stands for the whole store');
    if (options.prune && !prefix?.path && options.asJson === undefined) {
      throw new UsageError('--prune needs --prefix: it would look at the whole store');
    }
    if (options.pruneInUse && !options.prune) {
      throw new UsageError('--prune-in-use requires --prune');
    }
    const request = {
      tags: tags ?? [],
      tier,
      kmsKeyId: options.kmsKey,
      force: options.force ?? false,
      replaceJson: options.replaceJson ?? false,
      dryRun: options.dryRun ?? false,
    };
    const { format, empty, composeService: service } = options;
    const include = namesIn(options.include);
    const exclude = namesIn(options.exclude);
    const read = await untilInterrupted(
      readSecretFile(file, { format, empty, include, exclude, service }, sourcesOf(world)),
      world.interrupted,
    );
    for (const note of read.notes) report.note(note);
    for (const warning of read.warnings) report.warn(warning);
    const { entries } = read;
    if (options.asJson !== undefined) {
      return asJson(context, options.asJson, read, {
        ...request,
        prune: options.prune ?? false,
      });
    }
    const items = itemsOf(entries, prefix, options.store, request);
    const inUse = options.pruneInUse ?? false;
    const extra =
      options.prune && prefix
        ? await planPrune(
            context,
            prefix,
            [...items.map(nameOf), ...namesBelow(prefix, read.left)],
            {
              inUse,
              dryRun: request.dryRun,
            },
          )
        : [];
    const warnings = new Set<string>();
    const imported = await withProgress(context, (onProgress) =>
      importSecrets(aws, items, {
        ...request,
        interrupted: world.interrupted,
        onProgress,
        onWarning: (text) => warnings.add(text),
      }),
    );
    for (const warning of warnings) report.warn(warning);
    const uncompared = imported.filter(
      ({ put }) => put?.compared === false && put.action === 'updated',
    ).length;
    if (uncompared > 0) {
      report.note(`${uncompared} could not be read, so they were written without comparison`);
    }
    const failed = imported.some(({ error }) => error !== undefined);
    if (failed && extra.length > 0)
      report.note('nothing was deleted because not everything was stored');
    const pruned = request.dryRun
      ? { ...nothingPruned, deleted: extra }
      : failed
        ? nothingPruned
        : await prune(context, extra);
    return tell(imported, pruned, request.dryRun);
  },
});

// --- internal ---

interface Request {
  tags: Tag[];
  tier: Tier | undefined;
  kmsKeyId: string | undefined;
  force: boolean;
  replaceJson: boolean;
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
      if (own.scope) throw new InvalidInput('a file names secrets by name, not by ARN');
      checkTarget(own, request);
      checkValue(value, own.store, request.tier);
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

function nameOf({ reference }: ImportItem): string {
  return reference.name;
}

/** The names of keys that were left out, which stay as they are. */
function namesBelow(prefix: Prefix, keys: readonly string[]): string[] {
  const problems = new Problems();
  return keys.flatMap((key) => problems.attempt(() => referenceBelow(prefix, key).name) ?? []);
}

async function asJson(
  context: Context,
  name: string,
  { entries, left }: SecretFile,
  { tier, ...request }: Request & { prune: boolean },
): Promise<Result<ImportedJsonDocument>> {
  const { aws, report, world } = context;
  const warnings = new Set<string>();
  const reference = referenceArgument(name, 'secrets-manager');
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
  const run = (dryRun: boolean) =>
    untilInterrupted(
      importAsJson(aws, reference, entries, {
        ...request,
        dryRun,
        keep: left,
        onWarning: (text) => warnings.add(text),
      }),
      world.interrupted,
      'interrupted; the write under way may have been made',
    );
  if (request.prune && !request.dryRun) {
    const gone = (await run(true)).keys.filter(({ action }) => action === 'deleted');
    const names = gone.map(({ key }) => key).join(', ');
    if (gone.length > 0) await confirmed(context, `Delete ${names} from the secret ${name}?`);
  }
  const { put, keys } = await run(request.dryRun);
  for (const warning of warnings) report.warn(warning);
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
