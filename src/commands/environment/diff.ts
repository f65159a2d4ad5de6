import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { exitCodes } from '../../errors.ts';
import type { Checked } from '../../model/checked.ts';
import { diffValues } from '../../model/secrets/diff-values.ts';
import type { NamedValue } from '../../operations/environment/format-secrets.ts';
import { parseSource } from '../../operations/environment/source.ts';
import type { DiffDocument } from './documents.ts';
import { readTwo, sourceWords, withReadingOptions } from './environment-source.ts';

/** `diff A B`: shows how the values of two sources differ, without the values. */
export const diff = defineCommand({
  declare: (command) =>
    withReadingOptions(
      command
        .addArgument(new Argument('<a>', sourceWords))
        .addArgument(new Argument('<b>', 'the same')),
    ).addHelpText(
      'after',
      `
Compares values without printing them: "-" is only in A, "+" only in B, "~" differs. For a task definition,
compares the environment that ECS would inject. sm:NAME stands for the keys of a JSON secret, or for the
secrets below it. An empty value in a file counts as missing if the other side does not have it. Exit code
3 when they differ.

Examples:
  $ ecs-secrets diff /shop/staging /shop/prod
  $ ecs-secrets diff .env.production /shop/prod
  $ ecs-secrets diff /shop/prod sm:shop/prod/json
  $ ecs-secrets diff web:12 web:13 --container app`,
    ),

  async run(context, [a, b], options): Promise<Result<DiffDocument>> {
    const places = [parseSource(a, options.store), parseSource(b, options.store)] as const;
    // Names are compared unchanged, unless one side has the names of variables.
    const variables = places.some(({ kind }) => kind === 'definition' || kind === 'file');
    const [before, after] = await readTwo(context, places, options, variables);
    const found = diffValues(
      places[0].kind === 'file' ? withoutUnset(before, after) : before,
      places[1].kind === 'file' ? withoutUnset(after, before) : after,
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
