import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Context, type Result } from '../../cli.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import type { Store } from '../../model/secrets/reference.ts';
import { parseTags } from '../../model/secrets/secret-rules.ts';
import { withoutValue } from '../../model/secrets/shown-text.ts';
import { tagSecret, type TagChange } from '../../operations/secrets/tag-secret.ts';
import { referenceArgument } from '../reference-argument.ts';
import type { TagDocument, UntagDocument } from './documents.ts';
import { storeOption } from './store-option.ts';

const ref = () => new Argument('<ref>', 'NAME or /path/NAME, sm:NAME, or an ARN');

/** `tag REF KEY=VALUE...`: adds tags to a secret, or changes them. */
export const tag = defineCommand({
  declare: (command) =>
    command
      .addArgument(ref())
      .addArgument(new Argument('<key=value...>', 'tags to set'))
      .addOption(storeOption())
      .option('--dry-run', 'print what would be done, and do nothing')
      .addHelpText(
        'after',
        `
Other tags stay. Tags are not secret: everyone who may describe the secret sees them.

Examples:
  $ ecs-secrets tag /shop/prod/db-password team=shop env=prod
  $ ecs-secrets tag sm:shop/prod/db owner=alice`,
      ),

  async run(context, [written, tags], options): Promise<Result<TagDocument>> {
    const problems = new Problems();
    const set = problems.attempt(() => parseTags(tags)) ?? [];
    return change(context, written, options, { set, remove: [] }, problems);
  },
});

/** `untag REF KEY...`: removes tags of a secret. */
export const untag = defineCommand({
  declare: (command) =>
    command
      .addArgument(ref())
      .addArgument(new Argument('<key...>', 'keys of the tags to remove'))
      .addOption(storeOption())
      .option('--dry-run', 'print what would be done, and do nothing')
      .addHelpText(
        'after',
        `
A key that the secret does not have is ignored. Roles that grant access by tags lose that access.

Examples:
  $ ecs-secrets untag /shop/prod/db-password acme:team`,
      ),

  async run(context, [written, keys], options): Promise<Result<UntagDocument>> {
    const problems = new Problems();
    for (const key of keys.filter((one) => one.includes('='))) {
      problems.add(
        `"${withoutValue(key)}" is not the key of a tag: untag takes KEY, not KEY=VALUE`,
      );
    }
    return change(context, written, options, { set: [], remove: keys }, problems);
  },
});

// --- internal ---

async function change(
  { aws }: Context,
  written: string,
  { store, dryRun = false }: { store?: Store | undefined; dryRun?: boolean | undefined },
  wanted: Omit<TagChange, 'dryRun'>,
  problems: Problems,
): Promise<Result<TagDocument>> {
  const reference = problems.attempt(() => referenceArgument(written, store));
  problems.throwIfAny();
  if (!reference) throw new InvalidInput('REF is missing');
  const tagged = await tagSecret(aws, reference, { ...wanted, dryRun });
  const noun = tagged.store === 'parameter-store' ? 'parameter' : 'secret';
  const verb = dryRun && tagged.action === 'updated' ? 'would be updated' : tagged.action;
  const tags = tagged.tags.map(({ key, value }) => `${key}=${value}`).join(', ');
  return {
    data: { ...tagged, dryRun },
    text: `tags of ${noun} ${tagged.name} ${verb}: ${tags === '' ? 'none' : tags}`,
  };
}
