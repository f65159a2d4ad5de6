/** An error of Go's encoding/json, in its own words, which may quote a character of the text. */
export class GoError extends Error {}

/** The UTF-8 bytes of a text, and how far they are read. */
export interface Reader {
  readonly bytes: Buffer;
  at: number;
  atEnd(): boolean;
  /** The byte at hand; -1 at the end. */
  peek(): number;
  /** Passes over white space; returns the byte after it. */
  skipSpace(): number;
  /** The error for the byte at hand where white space would be passed over. */
  unexpected(context: string): GoError;
  /** The error inside a literal: there the end of the text counts as a space (`scanner.eof`). */
  unexpectedInside(context: string): GoError;
}

/** Go's error for a text that ends too early. */
export const endOfInput = 'unexpected end of JSON input';

/** A text as Go gets it from an answer of AWS: U+FFFD for each half of a surrogate pair. */
export function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/** Starts reading a text. */
export function openReader(text: string): Reader {
  const bytes = Buffer.from(text);
  const invalid = (byte: number, context: string): GoError =>
    new GoError(`invalid character ${quoted(byte)} ${context}`);
  const reader: Reader = {
    bytes,
    at: 0,
    atEnd: () => reader.at >= bytes.length,
    peek: () => bytes[reader.at] ?? -1,
    skipSpace() {
      while (spaces.has(reader.peek())) reader.at += 1;
      return reader.peek();
    },
    unexpected: (context) =>
      reader.atEnd() ? new GoError(endOfInput) : invalid(reader.peek(), context),
    unexpectedInside: (context) => invalid(reader.atEnd() ? 0x20 : reader.peek(), context),
  };
  return reader;
}

// --- internal ---

const spaces: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

const named: Readonly<Record<string, string>> = {
  "'": "\\'",
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** One byte in single quotes, as `quoteChar` prints it: a byte above 0x7f as a character of Latin-1. */
function quoted(byte: number): string {
  const character = String.fromCharCode(byte);
  const hex = byte.toString(16).padStart(2, '0');
  const shown = named[character];
  if (shown !== undefined) return `'${shown}'`;
  return byte < 0x20 || byte === 0x7f ? `'\\x${hex}'` : `'${character}'`;
}
