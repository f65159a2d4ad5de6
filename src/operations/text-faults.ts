import { InvalidInput } from '../model/problems.ts';

/** A place in a text as people count it: `line 3, column 7`. `position` counts characters from 0. */
export function placeOf(text: string, position: number): string {
  const { line, column } = linePosition(text, position);
  return `line ${line}, column ${column}`;
}

/** Line and column, from 1, of a position that counts characters from 0. */
export function linePosition(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** The rule that a YAML text breaks, by the library's code: its own messages quote the text. */
export function yamlRule(code: string): string {
  return rules[code] ?? `${code.toLowerCase().replaceAll('_', ' ')} (YAML)`;
}

/**
 * The position and the rule of the first mistake in a text that is not valid JSON. The messages of
 * JSON.parse quote the text, and not all of them say where.
 */
export function jsonMistake(text: string): { at: number; rule: string } {
  if (faultOf(text) !== 'early') return { at: text.length, rule: 'the text ends too early' };
  // A beginning of the text is wrong from the first wrong character on; before, it ends too early.
  let [right, wrong] = [0, text.length];
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2);
    if (faultOf(text.slice(0, middle)) === 'early') wrong = middle;
    else right = middle;
  }
  const at = wrong - 1;
  const rest = text.slice(at, at + 20);
  if (rest.startsWith('${'))
    return { at, rule: 'unquoted placeholder; pass --substitute to replace it' };
  if (/^<\w/.test(rest)) return { at, rule: 'unquoted placeholder; replace it first' };
  if (rest.startsWith('/*')) return { at, rule: 'the comment has no end' };
  return { at, rule: 'this is not expected here' };
}

/** Place and rule of the first mistake in a JSON text; undefined if there is none. See `jsonMistake`. */
export function jsonFault(text: string): string | undefined {
  if (faultOf(text) === undefined) return undefined;
  const { at, rule } = jsonMistake(text);
  return `${placeOf(text, at)}: ${rule}`;
}

/**
 * Throws InvalidInput for a text whose brackets are nested deeper than any document that is meant: the
 * readers of JSON and YAML, and all that walks through what they return, would run out of stack.
 */
export function checkNesting(text: string, name: string): void {
  let depth = 0;
  for (const [bracket] of text.matchAll(/"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|[[\]{}]/g)) {
    if (bracket === '[' || bracket === '{') depth += 1;
    else if (bracket === ']' || bracket === '}') depth = Math.max(0, depth - 1);
    if (depth > deepest) throw new InvalidInput(`${name} is nested deeper than ${deepest} levels`);
  }
}

// --- internal ---

const deepest = 200;

/** Whether a text stops being JSON at its end or earlier; undefined where it is JSON. */
function faultOf(text: string): 'end' | 'early' | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    const position = /at position (\d+)/.exec(message)?.[1];
    if (position === undefined) return message.includes('end of JSON input') ? 'end' : 'early';
    return Number(position) >= text.length ? 'end' : 'early';
  }
}

/** In words of our own: the sentences of the library quote the text. */
const rules: Partial<Record<string, string>> = {
  ALIAS_PROPS: 'an alias ("*") takes no anchor and no tag',
  BAD_ALIAS: 'a value that begins with "*" must be quoted',
  BAD_COLLECTION_TYPE: 'this is neither a map nor a list, as its tag says',
  BAD_DIRECTIVE: 'a line that begins with "%" must be quoted',
  BAD_DQ_ESCAPE: 'the text in double quotes has an escape that YAML does not know',
  BAD_INDENT: 'the indentation is wrong',
  BAD_PROP_ORDER: 'an anchor or a tag stands in the wrong place',
  BAD_SCALAR_START: 'a value that begins with this character must be quoted',
  BLOCK_AS_IMPLICIT_KEY: 'a key and its value stand on one line, and more follows: quote the value',
  BLOCK_IN_FLOW: 'within brackets everything has to be in brackets',
  DUPLICATE_KEY: 'the key appears twice',
  IMPOSSIBLE: 'this is not expected here: should the value be quoted?',
  KEY_OVER_1024_CHARS: 'the key is longer than 1,024 characters: should the value be quoted?',
  MISSING_CHAR: 'a character is missing: a quote, a bracket, or the space after a colon',
  MULTILINE_IMPLICIT_KEY: 'a key stands on one line: should the value be quoted?',
  MULTIPLE_ANCHORS: 'a value has one anchor ("&") at most',
  MULTIPLE_DOCS: 'there is more than one document',
  MULTIPLE_TAGS: 'a value has one tag ("!") at most',
  NON_STRING_KEY: 'a key has to be text',
  RESOURCE_EXHAUSTION: 'it is nested too deeply',
  TAB_AS_INDENT: 'a tab cannot be used for indentation',
  TAG_RESOLVE_FAILED: 'a value that begins with "!" must be quoted',
  UNEXPECTED_TOKEN: 'this is not expected here: should the value be quoted?',
};
