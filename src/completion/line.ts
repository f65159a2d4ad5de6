/**
 * The words of a command line that is not finished, as a POSIX shell reads them: quotes and backslashes are
 * taken away, an open quote lasts to the end. The last one is the word that is being typed, which may be
 * empty. What an expansion (`$X`) would give is not known: it stays as it is written.
 */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const add = (text: string): void => {
    word = (word ?? '') + text;
  };
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quote === "'") {
      if (char === quote) quote = '';
      else add(char);
    } else if (char === '\\') {
      at++;
      add(line.charAt(at));
    } else if (quote === '"') {
      if (char === quote) quote = '';
      else add(char);
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      add(char);
    }
  }
  return [...words, word ?? ''];
}

/** How much of a word readline leaves alone: bash replaces what follows the last of these characters. */
export function keptByReadline(word: string, breaks: string): number {
  return (
    Math.max(
      -1,
      ...[':', '='].filter((one) => breaks.includes(one)).map((one) => word.lastIndexOf(one)),
    ) + 1
  );
}
