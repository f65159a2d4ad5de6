/**
 * A text whose control characters are escaped as in JSON (`\u001b`), so that a terminal obeys none of
 * them: C0 but for newlines, C1, the direction marks of Unicode, and its line separators, at which
 * others than terminals end a line. JSON stays the same document.
 */
export function printable(text: string): string {
  return text.replace(unprintable, escaped);
}

/** The same in one line: of what AWS or a file says, a line break must not begin a line of ours. */
export function oneLine(text: string): string {
  return printable(text.replace(/[\r\n]+/g, ' '));
}

/**
 * A text without the workflow commands of GitHub Actions: `::` is one at the start of a line, behind
 * white space too, and `##[` anywhere (actions/runner, ActionCommand.cs). JSON stays the same document.
 */
export function withoutCommands(text: string): string {
  return text.replace(/^([^\S\r\n\u2028\u2029]*:):/gm, '$1\\u003a').replaceAll('##[', '#\\u0023[');
}

// --- internal ---

const unprintable =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
