/**
 * Whether a name fits a pattern: `*` stands for any text, `/` included, and `?` for one character.
 */
export function fitsPattern(pattern: string, name: string): boolean {
  let at = 0;
  let here = 0;
  // Where the last "*" stands, and the end of what it matches so far.
  let star = -1;
  let end = 0;
  while (here < name.length) {
    if (pattern[at] === '*') {
      star = at;
      end = here;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[here])) {
      at += 1;
      here += 1;
    } else if (star >= 0) {
      at = star + 1;
      end += 1;
      here = end;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

/** The names or patterns of an option: repeatable, and several in one, separated by commas. */
export function namesIn(written: readonly string[] = []): string[] {
  return written.flatMap((text) => text.split(',').map((name) => name.trim())).filter(Boolean);
}
