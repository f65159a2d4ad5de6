import { Argument } from '@commander-js/extra-typings';
import { defineCommand, fromProject, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { formatPrefix, parsePrefix } from '../../model/secrets/prefix.ts';
import { listSecrets } from '../../operations/secrets/list-secrets.ts';
import type { ListDocument } from './documents.ts';
import { storeOption } from './store-option.ts';
import { expirationOf } from '../../model/secrets/parameter-policies.ts';
import { shortArn } from '../short-arn.ts';
import { minute } from '../minute.ts';
import { table, withWide } from '../table.ts';

/** `list [PREFIX]`: lists the secrets of a store, without their values. */
export const list = defineCommand({
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
        .addOption(storeOption()),
    ).addHelpText(
      'after',
      `
Lists the parameters below a path, or the secrets of Secrets Manager below a name. Values are never
read. Times are UTC.

Examples:
  $ ecs-secrets list /shop/prod
  $ ecs-secrets list sm: --json`,
    ),

  async run({ aws, report, world }, [text], options): Promise<Result<ListDocument>> {
    const prefix = parsePrefix(withoutWildcard(text ?? ''), options.store);
    // Who may not ask STS still gets the list, and nobody waits for one before the other.
    const asked = aws.caller().catch(() => undefined);
    const found = await listSecrets(aws, prefix);
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
    ]);
    const caller = await asked;
    const store = prefix.store === 'secrets-manager' ? 'Secrets Manager' : 'Parameter Store';
    const place = caller ? `${store}, region ${caller.region}, account ${caller.account}` : store;
    report.note(
      found.length === 0
        ? `there is nothing below ${formatPrefix(prefix)} (${place})`
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
  ...['DATA TYPE', 'EXPIRES', 'ROTATES NEXT'],
];

/** `/shop/*` means everything below `/shop`. Throws UsageError for other patterns. */
function withoutWildcard(text: string): string {
  const path = text.replace(/\/\*{1,2}$/, '');
  if (!path.includes('*')) return path;
  const above = path.slice(0, path.indexOf('*')).replace(/\/[^/]*$/, '');
  throw new UsageError('a prefix has no wildcards', `ecs-secrets list ${above || '/'}`);
}
