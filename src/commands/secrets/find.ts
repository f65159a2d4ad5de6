import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, repeatable, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { Problems } from '../../model/problems.ts';
import { formatPrefix, parsePrefix, type Prefix } from '../../model/secrets/prefix.ts';
import { setsVariable, valueHint, withoutValue } from '../../model/secrets/shown-text.ts';
import { findSecrets } from '../../operations/secrets/find-secrets.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import { withProgress } from '../progress.ts';
import type { FindDocument } from './documents.ts';
import { readValue } from './value-source.ts';

/** `find [PATTERN] [--value]`: finds secrets of both stores by name or by value. */
export const find = defineCommand({
  declare: (command) =>
    command
      .addArgument(new Argument('[pattern]', 'a part of the name, or with * the whole name'))
      .addOption(
        new Option(
          '--prefix <prefix>',
          'search below /path or sm:NAME (repeatable; default: both stores)',
        ).argParser(repeatable),
      )
      .option('--value', 'find secrets by value: piped in, or asked for on a terminal')
      .addHelpText(
        'after',
        `
Prints names, never values. Upper and lower case are the same in a name. --value compares with whole
values, with the values of top-level JSON keys (printed as sm:NAME:KEY) and, from 8 bytes on, with parts of
values. It reads every secret whose name matches.

Examples:
  $ ecs-secrets find db-password
  $ ecs-secrets find '/shop/*/db-*' --prefix /shop
  $ printf %s "$LEAKED" | ecs-secrets find --value`,
      ),

  async run(context, [pattern], options): Promise<Result<FindDocument>> {
    const { aws, report, world } = context;
    if (pattern === undefined && !options.value) {
      throw new UsageError(
        'give a PATTERN, --value, or both',
        'ecs-secrets list lists all secrets',
      );
    }
    if (pattern !== undefined && setsVariable(pattern)) {
      throw new UsageError(
        `"${withoutValue(pattern)}" sets a value, but PATTERN is a name`,
        valueHint,
      );
    }
    const problems = new Problems();
    const prefixes = (options.prefix ?? ['/', 'sm:']).flatMap(
      (text): Prefix[] => problems.attempt(() => [parsePrefix(text)]) ?? [],
    );
    problems.throwIfAny();
    const value = options.value
      ? await readValue(context, {}, 'the secret to find', 'pipe the value in')
      : undefined;
    const { found, unchecked } = await withProgress(context, (onProgress) =>
      untilInterrupted(
        findSecrets(aws, prefixes, { pattern, value }, onProgress),
        world.interrupted,
      ),
    );
    for (const what of unchecked) report.warn(`not searched: ${what}`);
    const parts = found.filter(({ match }) => match === 'part');
    if (parts.length > 0) {
      report.note(`the value is only a part of ${parts.map(({ ref }) => ref).join(', ')}`);
    }
    if (found.length === 0) {
      report.note(`nothing found below ${prefixes.map(formatPrefix).join(' and ')}`);
    }
    return { data: { found, unchecked }, text: found.map(({ ref }) => ref).join('\n') };
  },
});
