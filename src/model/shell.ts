/** A command line that a POSIX shell reads as just these words. */
export function commandLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

// --- internal ---

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
