import { InvalidInput } from '../model/problems.ts';

/** A place in a text as people count it: `line 3, column 7`. `position` counts characters from 0. */
export function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** The rule that a YAML text breaks, by the library's code: its own messages quote the text. */
export function yamlRule(code: string): string {
  return rules[code] ?? `${code.toLowerCase().replaceAll('_', ' ')} (YAML)`;
}

/**
 * The place and the rule of the first mistake in a JSON text; undefined where there is none. The messages
 * of JSON.parse quote the text, and not all of them say where.
 */
export function jsonFault(text: string): string | undefined {
  const fault = faultOf(text);
  if (fault !== 'early') return fault && `${placeOf(text, text.length)}: the text ends too early`;
  // A beginning of the text is wrong from the first wrong character on; before, it ends too early.
  let [right, wrong] = [0, text.length];
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2);
    if (faultOf(text.slice(0, middle)) === 'early') wrong = middle;
    else right = middle;
  }
  const at = wrong - 1;
  const isPlaceholder =
    /^(?:\$\{|\{\{|<\w)/.test(text.slice(at)) || text.slice(0, wrong).endsWith('{{');
  const rule = isPlaceholder
    ? 'unquoted placeholder; replace it first, for example with envsubst'
    : 'this is not expected here';
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
