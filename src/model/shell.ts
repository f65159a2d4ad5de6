import { InvalidInput } from './problems.ts';

/** A command line that a POSIX shell reads as just these words. */
export function commandLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/**
 * The words of a command line, quoted as in a POSIX shell (IEEE Std 1003.1, "Quoting"). Nothing is
 * expanded, and no shell will run: throws InvalidInput for an operator or an expansion that is not
 * quoted, and for an open quote. No message quotes the text.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "'" || char === '"') {
      const { inside, end } = quoted(text, at);
      word = (word ?? '') + inside;
      at = end;
    } else if (char === '\\') {
      at += 1;
      word = (word ?? '') + text.charAt(at);
    } else if (/[|&;<>()$`]/.test(char)) {
      throw new InvalidInput(
        `"${char}" means something to a shell only, and ECS starts commands without one`,
        "quote it, or run a shell: sh -c '…'",
      );
    } else word = (word ?? '') + char;
  }
  return word === undefined ? words : [...words, word];
}

// --- internal ---

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The text in the quotes that open at `start`, and where they close. */
function quoted(text: string, start: number): { inside: string; end: number } {
  const quote = text.charAt(start);
  let inside = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === quote) return { inside, end: at };
    // In double quotes a backslash escapes only these.
    const isEscape = quote === '"' && char === '\\' && /["\\$`]/.test(text.charAt(at + 1));
    if (isEscape) at += 1;
    inside += isEscape ? text.charAt(at) : char;
  }
  throw new InvalidInput('a quote is not closed');
}
