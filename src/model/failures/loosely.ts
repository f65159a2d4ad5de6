/**
 * The source of a regular expression that finds words with any white space, or none, between their
 * letters: a terminal that wraps a text breaks words too.
 */
export function loosely(words: string): string {
  const letters = Array.from(words.replace(/\s+/g, ''));
  return letters.map((letter) => letter.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')).join('\\s*');
}
