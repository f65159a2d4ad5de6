import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, fromProject, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { formatPrefix, parsePrefix } from '../../model/secrets/prefix.ts';
import { listSecrets } from '../../operations/secrets/list-secrets.ts';
import type { ListDocument } from '../secrets/documents.ts';
import { storeOption } from '../secrets/store-option.ts';
import { expirationOf } from '../../model/secrets/parameter-policies.ts';
import { shortArn } from '../short-arn.ts';
import { minute } from '../minute.ts';
import { table, withWide } from '../table.ts';
import { withProgress } from '../progress.ts';
import { withTagsOfParameters } from '../../operations/secrets/tags-of-parameters.ts';
import { olderThan, orders, sorted, unusedOf } from './list-selection.ts';

/** `list [PREFIX]`: lists the secrets of a store, without their values. */
export const list = defineCommand({
  callerPolicy: ({ tags, unused }) => (unused ? 'list --unused' : tags ? 'list --tags' : undefined),

  declare: (command) =>
    withWide(
      command
        .addArgument(
          fromProject(
            new Argument('[prefix]', '/path, or sm:NAME of Secrets Manager (default: all)'),
            ['prefix'],
            ['store'],
          ),
        )
        .addOption(storeOption())
        .addOption(
          new Option('--sort <order>', 'order of the secrets (default: name)').choices(orders),
        )
        .option(
          '--older-than <age>',
          'only secrets that have not changed for so long: 90d, 2w, 12h',
        )
        .option('--unused', 'only secrets that no service, task, rule or schedule refers to')
        .option('--tags', 'show the tags of parameters too (one call for each)'),
    ).addHelpText(
      'after',
      `
Lists the parameters below a path, or the secrets of Secrets Manager below a name. Values are never
read. Times are UTC. --unused searches all clusters of the region, as where-used does. A secret of
Secrets Manager also counts as changed when its tags or labels change.

Examples:
  $ ecs-secrets list /shop/prod
  $ ecs-secrets list /shop --older-than 90d --sort oldest
  $ ecs-secrets list sm: --unused
  $ ecs-secrets list sm: --json`,
    ),

  async run(context, [text], options): Promise<Result<ListDocument>> {
    const { aws, report, world } = context;
    const prefix = parsePrefix(withoutWildcard(text ?? ''), options.store);
    const isOld =
      options.olderThan === undefined
        ? () => true
        : olderThan(options.olderThan, world.clock.now());
    // Who may not ask STS still gets the list, and nobody waits for one before the other.
    const asked = aws.caller().catch(() => undefined);
    const listed = (await listSecrets(aws, prefix)).filter(isOld);
    const { unused, unchecked } = options.unused
      ? await unusedOf(context, listed)
      : { unused: listed, unchecked: [] };
    for (const what of unchecked) report.warn(`not checked: ${what}`);
    const inOrder = sorted(unused, options.sort ?? 'name');
    const found = options.tags
      ? await withProgress(context, (onProgress) => withTagsOfParameters(aws, inOrder, onProgress))
      : inOrder;
    if (options.tags && found.some(({ tags }) => !tags)) {
      report.note('tags cannot be read (ssm:ListTagsForResource)');
    }
    const rows = found.map((secret) => [
      secret.name,
      secret.type === 'SecureString' ? '' : (secret.type ?? ''),
      String(secret.version ?? '').slice(0, 8),
      minute(secret.changedAt),
      shortArn(secret.changedBy),
      shortArn(secret.kmsKeyId),
      secret.tier ?? '',
      secret.dataType === 'text' ? '' : (secret.dataType ?? ''),
      minute(expirationOf(secret.policies ?? [])),
      minute(secret.nextRotationAt),
      (secret.tags ?? []).map(({ key, value }) => `${key}=${value}`).join(', '),
    ]);
    const caller = await asked;
    const store = prefix.store === 'secrets-manager' ? 'Secrets Manager' : 'Parameter Store';
    const place = caller ? `${store}, region ${caller.region}, account ${caller.account}` : store;
    report.note(
      found.length === 0
        ? `there is nothing below ${formatPrefix(prefix)}${narrowed(options)} (${place})`
        : `${formatPrefix(prefix)} in ${place}`,
    );
    return {
      data: {
        searched: {
          store: prefix.store,
          prefix: formatPrefix(prefix),
          region: caller?.region,
          account: caller?.account,
        },
        secrets: found,
        ...(options.unused && { unchecked }),
      },
      tabs: true,
      text:
        rows.length === 0
          ? ''
          : table(heads, rows, {
              output: world.stdout,
              wide: options.wide,
            }),
    };
  },
});

// --- internal ---

const heads = [
  ...['NAME', 'TYPE', 'VERSION', 'CHANGED', 'BY', 'KEY', 'TIER'],
  ...['DATA TYPE', 'EXPIRES', 'ROTATES NEXT', 'TAGS'],
];

/** What narrows the list, as a part of a sentence. */
function narrowed(options: { olderThan?: string; unused?: true }): string {
  return options.olderThan !== undefined || options.unused ? ' that these options select' : '';
}

/** `/shop/*` means everything below `/shop`. Throws UsageError for other patterns. */
function withoutWildcard(text: string): string {
  const path = text.replace(/\/\*{1,2}$/, '');
  if (!path.includes('*')) return path;
  const above = path.slice(0, path.indexOf('*')).replace(/\/[^/]*$/, '');
  throw new UsageError('a prefix has no wildcards', `ecs-secrets list ${above || '/'}`);
}
