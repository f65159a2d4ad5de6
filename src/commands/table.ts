/** Lays rows out in columns under their heads; columns that are empty throughout are left out. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = heads.map((_, column) => rows.some((row) => row[column]));
  const all = [heads, ...rows].map((row) => row.filter((_, column) => used[column]));
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

/** A time for people, to the minute, in UTC: `2026-11-23 14:05`. */
export function minute(date: Date | undefined): string {
  return date?.toISOString().slice(0, 16).replace('T', ' ') ?? '';
}

/** The end of an ARN, which people know it by: `alice` of `arn:aws:iam::123456789012:user/alice`. */
export function lastPart(arn: string | undefined): string {
  return arn?.replace(/^arn:.*[:/]/, '') ?? '';
}
