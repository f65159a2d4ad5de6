/** Why the ECS agent gets no value for a key of a JSON secret. */
export type KeyFault =
  | 'not-json'
  /** JSON, but not an object. */
  | 'not-object'
  /** More than 10,000 levels, anywhere in the document. */
  | 'too-deep'
  /** A number, anywhere in the document, that no 64-bit floating-point number holds. */
  | 'number-range'
  | 'no-key';

/**
 * The value of a top-level key of a JSON secret as the ECS agent gets and prints it, or why it gets
 * none (agent/asm/asm.go: json.Unmarshal of Go's encoding/json, then `%v`).
 */
export function injectedText(secret: string, key: string): { text: string } | { fault: KeyFault } {
  let parsed: unknown;
  try {
    // Before anything else, since keys can become equal by it.
    parsed = JSON.parse(withoutHalves(secret));
  } catch {
    return { fault: 'not-json' };
  }
  const marks = numbersAndDepth(secret);
  if (marks.depth > deepest) return { fault: 'too-deep' };
  // Go reads null into a map without an error, and then does not find the key.
  if (parsed === null) return { fault: 'no-key' };
  if (typeof parsed !== 'object' || Array.isArray(parsed)) return { fault: 'not-object' };
  if (!marks.inRange) return { fault: 'number-range' };
  if (!Object.hasOwn(parsed, key)) return { fault: 'no-key' };
  return { text: print((parsed as Record<string, unknown>)[key]) };
}

// --- internal ---

/** `maxNestingDepth` of encoding/json. */
const deepest = 10_000;

/** A JSON text with U+FFFD in place of each half of a surrogate pair, escaped or not, as Go reads it. */
function withoutHalves(json: string): string {
  const escapes = /\\(?:ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|(ud[89a-f][\da-f]{2})|[^])/gi;
  return json
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(escapes, (escape: string, half?: string) => (half === undefined ? escape : '\\ufffd'));
}

/** The number of levels of a valid JSON text, and whether all its numbers are in range. */
function numbersAndDepth(json: string): { depth: number; inRange: boolean } {
  let level = 0;
  let depth = 0;
  let inRange = true;
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{}]|-?\d[\d.eE+-]*/g)) {
    if (token === '{' || token === '[') depth = Math.max(depth, (level += 1));
    else if (token === '}' || token === ']') level -= 1;
    else if (!token.startsWith('"')) inRange &&= Number.isFinite(Number(token));
  }
  return { depth, inRange };
}

/** Prints a value as Go's `%v`; without recursion, since it may have 10,000 levels. */
function print(value: unknown): string {
  let printed = '';
  const left: Piece[] = [{ value }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next === 'string') printed += next;
    else if (typeof next.value === 'object' && next.value !== null) {
      for (const piece of piecesOf(next.value).reverse()) left.push(piece);
    } else printed += printScalar(next.value);
  }
  return printed;
}

/** Text as it is printed, or a value to be printed. */
type Piece = string | { value: unknown };

function piecesOf(value: object): Piece[] {
  if (Array.isArray(value)) {
    return ['[', ...value.flatMap((one: unknown, at) => [at > 0 ? ' ' : '', { value: one }]), ']'];
  }
  // Go sorts keys by their bytes.
  const members = Object.entries(value)
    .map(([key, one]) => ({ key, bytes: Buffer.from(key), one: one as unknown }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  return [
    'map[',
    ...members.flatMap(({ key, one }, at) => [`${at > 0 ? ' ' : ''}${key}:`, { value: one }]),
    ']',
  ];
}

function printScalar(value: unknown): string {
  if (typeof value === 'number') return printNumber(value);
  return typeof value === 'string' ? value : value === null ? '<nil>' : JSON.stringify(value);
}

function printNumber(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  // Go switches to exponent notation much earlier than JavaScript.
  if (power >= -4 && power < 6) return String(value);
  const sign = power < 0 ? '-' : '+';
  return `${digits}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}
