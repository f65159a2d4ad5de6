/** A text of at most so many characters, shortened in the middle: names differ at both ends. */
export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = Math.max(0, width - 1);
  const head = Math.ceil(kept / 2);
  return `${whole(text.slice(0, head))}…${whole(text.slice(text.length - (kept - head)))}`;
}

/** A text of at most so many characters, cut at its end. */
export function cutAtEnd(text: string, width: number): string {
  return text.length <= width ? text : `${whole(text.slice(0, Math.max(0, width - 1)))}…`;
}

/**
 * A text in lines of at most so many characters, broken between words; the lines after the first one
 * are indented. A word that is longer than a line is broken.
 */
export function wrapped(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    // Not in the indent, which would not move on.
    const from = lines.length === 0 ? rest.search(/\S/) : indent.length;
    const space = rest.lastIndexOf(' ', width);
    const end = space > from ? space : width;
    lines.push(rest.slice(0, end).trimEnd());
    rest = indent + rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

// --- internal ---

/** Half a surrogate pair is no character. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}
