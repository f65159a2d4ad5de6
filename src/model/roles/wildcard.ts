const anyText = Symbol('*');
const anyCharacter = Symbol('?');

/** A pattern that was read: characters that stand for themselves, and wildcards. */
export type Pattern = readonly (string | typeof anyText | typeof anyCharacter)[];

/** What stands for the policy variable of a key; undefined for one without a value. */
export type Variables = (key: string) => string | undefined;

/** Whether a text matches a pattern in which `*` stands for any characters, `?` for exactly one. */
export function matchesWildcard(pattern: string, text: string): boolean {
  return matchesPattern(plainPattern(pattern), text);
}

/** Reads a pattern that has no variables. */
export function plainPattern(written: string): Pattern {
  return written.split('').map((unit) => wildcards.get(unit) ?? unit);
}

/**
 * Reads a pattern. With `variables`, `${key}`, `${key, 'default'}`, `${*}`, `${?}` and `${$}` stand for
 * text, in which nothing is special. Undefined when one of them has no value: such a pattern matches
 * nothing (IAM guide, "policy variables with no value").
 */
export function patternOf(written: string, variables?: Variables): Pattern | undefined {
  const pieces = piecesOf(written, variables);
  if (pieces.some(({ text }) => text === undefined)) return undefined;
  return pieces.flatMap(({ text = '', literal }) =>
    literal ? text.split('') : plainPattern(text),
  );
}

/** The text with its variables filled in; undefined as for `patternOf`. */
export function fillIn(written: string, variables?: Variables): string | undefined {
  const texts = piecesOf(written, variables).map(({ text }) => text);
  return texts.includes(undefined) ? undefined : texts.join('');
}

/** Keys of the variables in a text. */
export function variablesIn(written: string): string[] {
  const keys: string[] = [];
  piecesOf(written, (key) => {
    keys.push(key);
    return undefined;
  });
  return keys;
}

/**
 * Whether a text matches. Takes at most pattern length × text length steps, whatever the pattern.
 */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  let at = 0;
  let read = 0;
  let star = -1;
  let resume = 0;
  while (read < text.length) {
    const wanted = pattern[at];
    if (wanted === anyText) {
      star = at++;
      resume = read;
    } else if (wanted === anyCharacter || wanted === text.charAt(read)) {
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
  while (pattern[at] === anyText) at++;
  return at === pattern.length;
}

// --- internal ---

const wildcards = new Map<string, Pattern[number]>([
  ['*', anyText],
  ['?', anyCharacter],
]);

interface Piece {
  text: string | undefined;
  /** Whether it came from a variable: nothing in it is special. */
  literal: boolean;
}

function piecesOf(written: string, variables: Variables | undefined): Piece[] {
  if (!variables) return [{ text: written, literal: false }];
  // Braces cannot nest; leaving them out keeps the search linear for a text of `${${${`.
  return written.split(/(\$\{[^{}]*\})/).map((text, index) => {
    if (index % 2 === 0) return { text, literal: false };
    return { text: valueOf(text.slice(2, -1), variables), literal: true };
  });
}

function valueOf(inner: string, variables: Variables): string | undefined {
  if (inner === '*' || inner === '?' || inner === '$') return inner;
  const comma = inner.indexOf(',');
  if (comma < 0) return variables(inner.trim());
  const [, byDefault] = /^'([^]*)'$/.exec(inner.slice(comma + 1).trim()) ?? [];
  return variables(inner.slice(0, comma).trim()) ?? byDefault;
}
