import { endOfInput, GoError, type Reader } from './reader.ts';

/** Reads a string from its opening quote, with halves of surrogate pairs as U+FFFD (`unquoteBytes`). */
export function readString(reader: Reader): string {
  const { bytes } = reader;
  let text = '';
  let start = (reader.at += 1);
  for (;;) {
    const byte = reader.peek();
    if (byte === -1) throw new GoError(endOfInput);
    if (byte < 0x20) throw reader.unexpected('in string literal');
    if (byte !== backslash && byte !== quote) {
      reader.at += 1;
      continue;
    }
    text += bytes.toString('utf8', start, reader.at);
    reader.at += 1;
    if (byte === quote) return text;
    text += readEscape(reader);
    start = reader.at;
  }
}

/** Reads a number from its first character; returns it as it is written. */
export function readNumber(reader: Reader): string {
  const start = reader.at;
  if (reader.peek() === minus) reader.at += 1;
  if (!isDigit(reader.peek())) throw reader.unexpectedInside('in numeric literal');
  // Nothing follows a leading zero but a point or an exponent.
  if (reader.peek() === zero) reader.at += 1;
  else skipDigits(reader);
  if (reader.peek() === point) {
    reader.at += 1;
    skipDigits(reader, 'after decimal point in numeric literal');
  }
  if (/[eE]/.test(String.fromCharCode(reader.peek()))) {
    reader.at += 1;
    if (reader.peek() === minus || reader.peek() === plus) reader.at += 1;
    skipDigits(reader, 'in exponent of numeric literal');
  }
  return reader.bytes.toString('latin1', start, reader.at);
}

/** Reads `true`, `false` or `null`; throws GoError for what begins no value. */
export function readWord(reader: Reader): boolean | null {
  const word = words.get(reader.peek());
  if (!word) throw reader.unexpected('looking for beginning of value');
  for (const letter of word.text) {
    if (reader.peek() !== letter.charCodeAt(0)) {
      throw reader.unexpectedInside(`in literal ${word.text} (expecting '${letter}')`);
    }
    reader.at += 1;
  }
  return word.value;
}

// --- internal ---

const backslash = 0x5c;
const quote = 0x22;
const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;
const zero = 0x30;
const letterU = 0x75;

const words = new Map(
  [
    { text: 'true', value: true },
    { text: 'false', value: false },
    { text: 'null', value: null },
  ].map((word) => [word.text.charCodeAt(0), word]),
);

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const isDigit = (byte: number): boolean => byte >= zero && byte <= 0x39;

/** Passes over digits; `needed` says where at least one must be. */
function skipDigits(reader: Reader, needed?: string): void {
  if (needed !== undefined && !isDigit(reader.peek())) throw reader.unexpectedInside(needed);
  while (isDigit(reader.peek())) reader.at += 1;
}

function readEscape(reader: Reader): string {
  if (reader.peek() !== letterU) {
    const text = escapes[String.fromCharCode(reader.peek())];
    if (text === undefined) throw reader.unexpectedInside('in string escape code');
    reader.at += 1;
    return text;
  }
  const first = readUnit(reader);
  const before = reader.at;
  if (isHigh(first) && reader.peek() === backslash && reader.bytes[before + 1] === letterU) {
    reader.at += 1;
    const second = readUnit(reader);
    if (isLow(second)) return String.fromCharCode(first, second);
    reader.at = before;
  }
  return isHigh(first) || isLow(first) ? '\ufffd' : String.fromCharCode(first);
}

/** Reads `uXXXX`. */
function readUnit(reader: Reader): number {
  const start = (reader.at += 1);
  for (; reader.at < start + 4; reader.at += 1) {
    if (!/[\da-fA-F]/.test(String.fromCharCode(reader.peek()))) {
      throw reader.unexpectedInside('in \\u hexadecimal character escape');
    }
  }
  return Number.parseInt(reader.bytes.toString('latin1', start, reader.at), 16);
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
