import type { Node } from 'jsonc-parser';
import { unquotedMark } from '../model/definitions/substitute.ts';
import { InvalidInput } from '../model/problems.ts';
import type { ReadDocument, TextPath } from './read-document.ts';
import { jsonMistake, placeOf } from './text-faults.ts';

/** Whether a text is meant to be JSON: it begins with a bracket, or with comments and a bracket. */
export function isJsonText(text: string): boolean {
  let rest = text.trimStart();
  while (rest.startsWith('//') || rest.startsWith('/*')) {
    const end = rest.startsWith('//') ? rest.indexOf('\n') : rest.indexOf('*/', 2);
    if (end < 0) return false;
    rest = rest.slice(end + (rest.startsWith('//') ? 1 : 2)).trimStart();
  }
  return /^[[{]/.test(rest);
}

/**
 * Reads JSON with comments and trailing commas. With `placeholders`, `${NAME}` without quotes is read
 * as a text that begins with `unquotedMark`: one character for two, so that nothing moves. Throws InvalidInput with the place and the rule of the first
 * mistake, never with text of the document.
 */
export async function parseJson(
  text: string,
  name: string,
  { placeholders = false } = {},
): Promise<ReadDocument> {
  let plain = text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    plain = await plainJson(text, placeholders);
    try {
      value = JSON.parse(plain);
    } catch {
      const { at, rule } = jsonMistake(plain);
      throw new InvalidInput(`${name} is not valid JSON: ${placeOf(plain, at)}: ${rule}`);
    }
  }
  const positions = async () => {
    const { parseTree } = await import('jsonc-parser');
    const root = parseTree(plain);
    return (path: TextPath) => positionIn(root, path);
  };
  return { value, positions };
}

// --- internal ---

/** The same text as plain JSON: comments and trailing commas become spaces, and nothing moves. */
async function plainJson(text: string, placeholders: boolean): Promise<string> {
  const { createScanner } = await import('jsonc-parser');
  const scanner = createScanner(text);
  const edits: { start: number; end: number; by: string }[] = [];
  const blank = (start: number, end: number): void => {
    edits.push({ start, end, by: text.slice(start, end).replace(/[^\n\r]/g, ' ') });
  };
  const placeholder = /\$\{([^{}"\\\n\r\t]{1,200})\}/y;
  let comma: number | undefined;
  let isAfterValue = false;
  for (;;) {
    scanner.scan();
    const start = scanner.getTokenOffset();
    const end = start + scanner.getTokenLength();
    if (start === end) break;
    const token = text.slice(start, end);
    if (/^\s/.test(token)) continue;
    if (token.startsWith('//') || /^\/\*[^]*\*\/$/.test(token)) {
      blank(start, end);
      continue;
    }
    if (comma !== undefined && /^[\]}]/.test(token)) blank(comma, comma + 1);
    comma = token === ',' && isAfterValue ? start : undefined;
    isAfterValue = !/^[,:[{]/.test(token);
    placeholder.lastIndex = start;
    const [whole, inner] = placeholders ? (placeholder.exec(text) ?? []) : [];
    if (whole !== undefined && inner !== undefined) {
      edits.push({ start, end: start + whole.length, by: `"${unquotedMark}${inner}"` });
      scanner.setPosition(start + whole.length);
    }
  }
  edits.sort((a, b) => a.start - b.start);
  const pieces = edits.map(({ start, by }, index) => {
    return text.slice(edits[index - 1]?.end ?? 0, start) + by;
  });
  return pieces.join('') + text.slice(edits.at(-1)?.end ?? 0);
}

/** Where the value at a path begins, or its nearest parent that exists. Of a repeated key the last counts. */
function positionIn(root: Node | undefined, path: TextPath): number | undefined {
  let node = root;
  for (const part of path) {
    const children = node?.children ?? [];
    const next =
      node?.type === 'array'
        ? children[Number(part)]
        : children.findLast(({ children: [key] = [] }) => key?.value === part)?.children?.[1];
    if (!next) break;
    node = next;
  }
  return node?.offset;
}
