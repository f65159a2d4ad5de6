import { oneLine } from '../model/printable.ts';

/** Lays rows out in columns under their heads; columns that are empty throughout are left out. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = heads.map((_, column) => rows.some((row) => row[column]));
  const all = [heads, ...rows].map((row) => row.filter((_, column) => used[column]).map(oneLine));
  const widths = (all[0] ?? []).map((_, column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
