/**
 * Whether a text matches a pattern in which `*` stands for any characters, `?` for exactly one and
 * nothing else is special. Takes at most pattern length × text length steps, whatever the pattern.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0;
  let read = 0;
  let star = -1;
  let resume = 0;
  while (read < text.length) {
    const wanted = pattern.charAt(at);
    if (wanted === '*') {
      star = at++;
      resume = read;
    } else if (wanted === '?' || wanted === text.charAt(read)) {
      at++;
      read++;
    } else if (star >= 0) {
      // Only the last star needs to take more: earlier ones already have their shortest match.
      at = star + 1;
      read = ++resume;
    } else {
      return false;
    }
  }
  while (pattern.charAt(at) === '*') at++;
  return at === pattern.length;
}
