import { parseTree, getNodeValue, printParseErrorCode, type ParseError } from 'jsonc-parser';
import { InvalidInput } from './model/problems.ts';
import { checkProject, type Member, type Project } from './model/project/project.ts';
import { readText } from './operations/read-text.ts';
import { checkNesting } from './operations/text-faults.ts';

/**
 * Parses a project file: JSON with comments and trailing commas. Throws InvalidInput with the
 * position of every problem, never with text of the file, and CliError `file-not-readable`.
 */
export async function parseProject(
  path: string,
  readFile: (path: string) => Promise<Uint8Array>,
): Promise<Project> {
  const text = await readText(path, {
    readFile,
    readStdin: () => Promise.resolve(new Uint8Array()),
  });
  checkNesting(text, path);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [fault] = errors;
  if (fault) {
    const what = faults[printParseErrorCode(fault.error)] ?? 'it is not JSON';
    throw new InvalidInput(`${placeOf(path, text, fault.offset)}: ${what}`);
  }
  if (root?.type !== 'object') throw new InvalidInput(`${path}: must be an object`);
  const members = (root.children ?? []).map(({ children: [key, value] = [], offset }): Member => ({
    name: String(key?.value),
    value: value && (getNodeValue(value) as unknown),
    place: placeOf(path, text, offset),
  }));
  return checkProject(members);
}

// --- internal ---

function placeOf(path: string, text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${path}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

const faults: Readonly<Record<string, string>> = {
  InvalidSymbol: 'there is a word that is not JSON',
  InvalidNumberFormat: 'a number is malformed',
  PropertyNameExpected: 'the name of a member is expected, in double quotes',
  ValueExpected: 'a value is expected',
  ColonExpected: 'a ":" is expected',
  CommaExpected: 'a "," is expected',
  CloseBraceExpected: 'a "}" is expected',
  CloseBracketExpected: 'a "]" is expected',
  EndOfFileExpected: 'the file goes on after its end',
  UnexpectedEndOfComment: 'a comment has no end',
  UnexpectedEndOfString: 'a string has no end',
};
