/** A table in Markdown; cells are Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

/** Plain text as Markdown that shows it as it is. */
export function plain(text: string): string {
  return text
    .replaceAll(/[\\*`[\]]/g, '\\$&')
    .replaceAll('<', '&lt;')
    .replaceAll(/(?<![\w-])(--?[a-z][\w-]*)/g, '`$1`');
}

/** A text with a capital letter at its beginning and a full stop at its end. */
export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.:!?]$/.test(begun) ? begun : `${begun}.`;
}
