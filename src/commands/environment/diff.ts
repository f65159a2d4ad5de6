import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import type { Checked } from '../../model/checked.ts';
import { diffValues } from '../../model/secrets/diff-values.ts';
import { shownName } from '../../model/secrets/shown-text.ts';
import type { NamedValue } from '../../operations/environment/format-secrets.ts';
import { parseSource } from '../../operations/environment/source.ts';
import type { DiffDocument } from './documents.ts';
import { readTwo, sourcesAt, sourceWords, withReadingOptions } from './environment-source.ts';

/** `diff A [B]`: shows how the values of two sources differ, without the values. */
export const diff = defineCommand({
  callerPolicy: ({ at }) => (at === undefined ? undefined : 'diff --at'),

  declare: (command) =>
    withReadingOptions(
      command
        .addArgument(new Argument('<a>', sourceWords))
        .addArgument(new Argument('[b]', 'the same; can be left out with --at')),
      'compare A as it was: at a time (2026-11-30T14:05Z), an age (2h) or a version',
    ).addHelpText(
      'after',
      `
Compares values without printing them: "-" is only in A, "+" only in B, "~" differs. For a task definition,
compares the environment that ECS would inject. sm:NAME stands for the keys of a JSON secret, or for the
secrets below it. An empty value in a file counts as missing if the other side does not have it. Exit code
3 when they differ.

--at applies to A; with A alone, A as it was is compared with A as it is now. It is a time (ISO 8601), an
age, a label, a stage or a version; see "export --help". A secret that was deleted since is not known.

Examples:
  $ ecs-secrets diff /shop/staging /shop/prod
  $ ecs-secrets diff .env.production /shop/prod
  $ ecs-secrets diff /shop/prod sm:shop/prod/json
  $ ecs-secrets diff web:12 web:13 --container app
  $ ecs-secrets diff /shop/prod --at 2h
  $ ecs-secrets diff /shop/prod/db-password:3 /shop/prod/db-password`,
    ),

  async run(context, [writtenA, writtenB], options): Promise<Result<DiffDocument>> {
    const { at, store } = options;
    if (writtenB === undefined && at === undefined) {
      throw new UsageError(
        'a second source is missing',
        `ecs-secrets diff ${shownName(writtenA)} B, or --at TIME to compare with earlier values`,
      );
    }
    const b = writtenB ?? writtenA;
    const a = at === undefined ? writtenA : `${writtenA} at ${at}`;
    const [now, after] = [parseSource(writtenA, store), parseSource(b, store)];
    const [before = now] = sourcesAt(context, [now], at);
    const places = [before, after] as const;
    // Names are compared unchanged, unless one side has the names of variables.
    const variables = places.some(({ kind }) => kind === 'definition' || kind === 'file');
    const [then, other] = await readTwo(context, places, options, variables);
    const found = diffValues(
      before.kind === 'file' ? withoutUnset(then, other) : then,
      after.kind === 'file' ? withoutUnset(other, then) : other,
    );
    const { missing, extra, different } = found;
    const lines = [
      ...missing.map((name) => ['-', name]),
      ...extra.map((name) => ['+', name]),
      ...different.map((name) => ['~', name]),
    ].sort(([, x = ''], [, y = '']) => (x < y ? -1 : 1));
    const differs = (names: readonly string[], message: string): Checked[] =>
      names.map((what) => ({ status: 'problem', where: `${a} and ${b}`, what, message }));
    return {
      data: found,
      checked: [
        ...differs(missing, `only in ${a}`),
        ...differs(extra, `only in ${b}`),
        ...differs(different, 'the values differ'),
      ],
      text:
        lines.length === 0
          ? `no differences (${found.equal} equal)`
          : lines.map((line) => line.join(' ')).join('\n'),
      exitCode: lines.length === 0 ? exitCodes.done : exitCodes.findings,
    };
  },
});

// --- internal ---

/** The values of a file without the empty ones that the other side does not have. */
function withoutUnset(
  values: readonly NamedValue[],
  other: readonly NamedValue[],
): readonly NamedValue[] {
  const names = new Set(other.map(({ name }) => name));
  return values.filter(({ name, value }) => value.byteLength > 0 || names.has(name));
}
