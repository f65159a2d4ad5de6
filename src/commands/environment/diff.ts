import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Context, type Result } from '../../cli.ts';
import { CliError, UsageError, exitCodes } from '../../errors.ts';
import type { Checked } from '../../model/checked.ts';
import { formatPrefix } from '../../model/secrets/prefix.ts';
import { diffValues } from '../../model/secrets/diff-values.ts';
import type { NamedValue } from '../../operations/environment/format-secrets.ts';
import { readContainer } from '../../operations/environment/read-container.ts';
import { readPrefix } from '../../operations/environment/read-prefix.ts';
import { readTaskDefinition } from '../../operations/definitions/read-task-definition.ts';
import type { DiffDocument } from './documents.ts';
import { asVariables } from './environment-source.ts';
import { placeOf, type Place } from './place.ts';
import { sourcesOf } from '../sources.ts';
import { variablesOf, withSubstitution, type SubstitutionOptions } from '../substitution.ts';
import { storeOption } from '../secrets/store-option.ts';

/** `diff A B`: shows how the values of two sources differ, without the values. */
export const diff = defineCommand({
  declare: (command) =>
    withSubstitution(command)
      .addArgument(
        new Argument('<a>', '/path, sm:NAME, or a task definition (FILE or FAMILY[:REV])'),
      )
      .addArgument(new Argument('<b>', 'the same'))
      .addOption(storeOption())
      .option('--container <name>', 'container, if the task definition has several')
      .addHelpText(
        'after',
        `
Compares values without printing them: "-" is only in A, "+" only in B, "~" differs. For a task definition,
compares the environment that ECS would inject. Exit code 3 when they differ.

Examples:
  $ ecs-secrets diff /shop/staging /shop/prod
  $ ecs-secrets diff web:12 web:13 --container app`,
      ),

  async run(context, [a, b], options): Promise<Result<DiffDocument>> {
    for (const text of [a, b]) checkNoDotenv(text);
    const places = [placeOf(a, options.store), placeOf(b, options.store)] as const;
    // Names below a prefix are compared unchanged, unless the other side is a task definition.
    const variables = places.some(({ kind }) => kind === 'task-definition');
    const [before, after] = await Promise.all(
      places.map((place) => valuesOf(context, place, options, variables)),
    );
    const found = diffValues(before ?? [], after ?? []);
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

async function valuesOf(
  { aws, world, report }: Context,
  place: Place,
  options: SubstitutionOptions & { container?: string | undefined },
  variables: boolean,
): Promise<NamedValue[]> {
  if (place.kind === 'prefix') {
    // An empty prefix differs in everything.
    const { values, warnings } = await readPrefix(aws, place.prefix).catch((error: unknown) => {
      if (!(error instanceof CliError) || error.code !== 'nothing-found') throw error;
      report.note(error.message);
      return { values: [], warnings: [] };
    });
    for (const warning of warnings) report.warn(warning);
    return variables ? asVariables(values, formatPrefix(place.prefix)) : values;
  }
  const definition = await readTaskDefinition(place.id, aws, sourcesOf(world), {
    variables: await variablesOf(options, world),
  });
  const { values, warnings } = await readContainer(aws, definition, options.container);
  for (const warning of warnings) report.warn(warning);
  return values;
}

function checkNoDotenv(text: string): void {
  if (!/(^|[/\\])\.env(\.[\w-]+)?$|\.env$/.test(text)) return;
  throw new UsageError(
    'diff compares prefixes and task definitions, not dotenv files',
    'to compare a file with what is stored: ecs-secrets import FILE --prefix PREFIX --dry-run',
  );
}
