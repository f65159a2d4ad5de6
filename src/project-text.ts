import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { InvalidInput } from './model/problems.ts';
import { checkProject, type Member, type Project } from './model/project/project.ts';
import { shownMember } from './model/project/told-issues.ts';
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
    placeOf: (inside) => placeOf(path, text, nearestNode(root, inside).offset),
    faults: nameFaults(value).map(({ at, fault }) => `${placeOf(path, text, at)}: ${fault}`),
  }));
  return checkProject(members);
}

// --- internal ---

/** The member at a path, or the innermost one around it that is there. */
function nearestNode(root: Node, path: readonly string[]): Node {
  for (let length = path.length; length > 0; length -= 1) {
    const segments = path.slice(0, length).map((one) => (/^\d+$/.test(one) ? Number(one) : one));
    const node = findNodeAtLocation(root, segments);
    if (node) return node.parent?.type === 'property' ? node.parent : node;
  }
  return root;
}

/** Names in a value that its objects have twice, of which the last would count, and `__proto__`. */
function nameFaults(value: Node | undefined): { at: number; fault: string }[] {
  const seen = new Set<string>();
  return (value?.children ?? []).flatMap((child) => {
    if (child.type !== 'property') return nameFaults(child);
    const [key, inside] = child.children ?? [];
    const name = String(key?.value);
    const fault = seen.has(name)
      ? `${shownMember(name)} is listed twice`
      : name === '__proto__' && `${shownMember(name)} is not a member`;
    seen.add(name);
    return [...(fault ? [{ at: child.offset, fault }] : []), ...nameFaults(inside)];
  });
}

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
