/**
 * The source of a regular expression that matches words with any white space, or none, between
 * their letters: a terminal that wraps a text also splits words.
 */
export function loosely(words: string): string {
  const letters = Array.from(words.replace(/\s+/g, ''));
  return letters.map((letter) => letter.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')).join('\\s*');
}
