import type { Command, OptionValues } from '@commander-js/extra-typings';
import { cutAtEnd, shortened, wrapped } from '../model/fit-text.ts';
import { oneLine } from '../model/printable.ts';
import type { Output } from '../world.ts';

/** The layout of a table. */
export interface TableLayout {
  /** The output that it is written to. */
  output: Pick<Output, 'isTTY' | 'size'>;
  /** On a terminal, shows every column, unshortened. */
  wide?: boolean | undefined;
}

/** Adds `--wide` to a command that prints a table. */
export function withWide<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return command.option(
    '--wide',
    'show every column in full, also beyond the width of the terminal',
  );
}

/**
 * Formats rows in columns with headings. On a terminal, no line is longer than its width: a value
 * that is the same in every row is shown once above, and the widest columns are shortened in the
 * middle. Elsewhere, prints every column in full, separated by tabs.
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  { output, wide = false }: TableLayout,
): string {
  const all = [heads, ...rows].map((row) => row.map(oneLine));
  if (!output.isTTY) return all.map((row) => row.join('\t')).join('\n');
  const columns = all[0]?.map((_, column) => all.map((row) => row[column] ?? '')) ?? [];
  if (wide) return aligned(columns, Number.POSITIVE_INFINITY);
  const { columns: width } = output.size();
  const filled = columns.filter(([, ...cells]) => cells.some((cell) => cell !== ''));
  // With a single row, no column differs, and a table needs at least one column.
  const isSame = ([, first, ...others]: string[]): boolean =>
    others.length > 0 && others.every((cell) => cell === first);
  const differing = filled.filter((column) => !isSame(column));
  if (differing.length === 0) return aligned(filled, width);
  const same = filled.filter(isSame).map(([head, cell]) => `${head ?? ''} ${cell ?? ''}`);
  return [
    ...(same.length === 0 ? [] : wrapped(`in every row: ${same.join(', ')}`, width, '  ')),
    aligned(differing, width),
  ].join('\n');
}

// --- internal ---

/** A column shorter than this is not useful. */
const leastWidth = 8;

const gap = '  ';

/** Lines of at most `width` characters. */
function aligned(columns: readonly (readonly string[])[], width: number): string {
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => cell.length)));
  const total = (): number => widths.reduce((sum, one) => sum + one + gap.length, -gap.length);
  while (total() > width && Math.max(...widths) > leastWidth) {
    const widest = Math.max(...widths);
    widths[widths.indexOf(widest)] = widest - 1;
  }
  const lines = columns[0]?.map((_, row) =>
    columns
      .map((cells, column) => {
        const own = widths[column] ?? 0;
        return shortened(cells[row] ?? '', own).padEnd(own);
      })
      .join(gap)
      .trimEnd(),
  );
  return (lines ?? []).map((line) => cutAtEnd(line, width)).join('\n');
}
