/** What is wrong with the input `command`, for the one annotation. */
export class InvalidCommand extends Error {}

/**
 * The command lines of the input `command`, as the words that a POSIX shell would make of them: quotes and
 * backslashes are understood, and a backslash at the end of a line continues it. No shell runs: there are no
 * variables, redirections or pipes, and what looks like one is refused unless it is quoted. Empty lines and
 * lines that begin with `#` are skipped; `ecs-secrets` in front is optional. Throws InvalidCommand.
 */
export function commandsIn(input: string): string[][] {
  const lines = input.replaceAll('\r\n', '\n').replaceAll(/\\\n[ \t]*/g, ' ');
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => wordsIn(line))
    .map((words) => (words[0] === 'ecs-secrets' ? words.slice(1) : words));
}

/** The words of one line. Throws InvalidCommand. */
export function wordsIn(line: string): string[] {
  return [...line.matchAll(word)].map(([text, unclosed]) => {
    if (unclosed !== undefined) throw new InvalidCommand(`a quote (${unclosed}) is not closed`);
    // Not both at once: only within single quotes and after a backslash nothing is special to a shell.
    const bare = text.replaceAll(piece, '');
    const expanded = text.replaceAll(piece, (_all, _single, double?: string) =>
      (double ?? '').replaceAll(/\\./g, ''),
    );
    const special = /\$[\w{(]|`/.exec(expanded) ?? /[|<>;&]/.exec(bare);
    if (special) {
      throw new InvalidCommand(`${special[0]} has no meaning here: ${hintFor(special[0])}`);
    }
    return text.replaceAll(piece, unquoted);
  });
}

// --- internal ---

const word = /(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\]|\\$|(['"]).*)+/g;
const piece = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g;

function unquoted(_all: string, single?: string, double?: string, escaped?: string): string {
  if (single !== undefined) return single;
  return double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? '';
}

function hintFor(special: string): string {
  return special.startsWith('$')
    ? "no shell runs the command; use ${{ env.NAME }}, or quote it with ''"
    : "no shell runs the command; quote it with '' if it is part of a word";
}
