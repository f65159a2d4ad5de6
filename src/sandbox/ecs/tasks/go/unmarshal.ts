import { readNumber, readString, readWord } from './literals.ts';
import { openReader, type Reader } from './reader.ts';

/** A value as Go's encoding/json puts it into an `interface{}`. Strings have no halves of pairs. */
export type GoValue = string | number | boolean | null | GoValue[] | Map<string, GoValue>;

/** A JSON document, and the first number in it that no float64 holds, as it is written. */
export interface Document {
  value: GoValue;
  outOfRange: string | undefined;
}

/**
 * Reads a whole JSON document as `json.Unmarshal` does before it looks at types. Throws GoError with
 * Go's own words (Go 1.25, encoding/json/scanner.go).
 */
export function readDocument(text: string): Document {
  const reader = openReader(text);
  const open: Container[] = [];
  let outOfRange: string | undefined;
  for (let expected: Expected = 'value'; ;) {
    let value: GoValue | undefined;
    const container = open.at(-1);
    const byte = reader.skipSpace();
    if (expected === 'first' && byte === container?.end) {
      reader.at += 1;
      open.pop();
      value = container.value;
    } else if (container instanceof OpenMap && expected !== 'value') {
      container.key = readKey(reader);
      expected = 'value';
      continue;
    } else if (byte === openingBrace || byte === openingBracket) {
      const opened = byte === openingBrace ? new OpenMap() : new OpenSlice();
      if (open.push(opened) > deepest) throw reader.unexpected('exceeded max depth');
      reader.at += 1;
      expected = 'first';
      continue;
    } else if (byte === quote) value = readString(reader);
    else if (byte === minus || (byte >= zero && byte <= nine)) {
      const written = readNumber(reader);
      value = Number(written);
      if (!Number.isFinite(value)) outOfRange ??= written;
    } else value = readWord(reader);
    const rest = afterValue(reader, open, value);
    if (rest !== undefined) return { value: rest, outOfRange };
    expected = 'next';
  }
}

// --- internal ---

/**
 * What comes next: a value; the first member of a container, or its end; the next member of one.
 */
type Expected = 'value' | 'first' | 'next';

/** `maxNestingDepth` */
const deepest = 10_000;

const openingBrace = 0x7b;
const openingBracket = 0x5b;
const quote = 0x22;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const comma = 0x2c;
const colon = 0x3a;

class OpenMap {
  readonly value = new Map<string, GoValue>();
  readonly end = 0x7d;
  readonly after = 'after object key:value pair';
  key = '';

  add(member: GoValue): void {
    this.value.set(this.key, member);
  }
}

class OpenSlice {
  readonly value: GoValue[] = [];
  readonly end = 0x5d;
  readonly after = 'after array element';

  add(member: GoValue): void {
    this.value.push(member);
  }
}

type Container = OpenMap | OpenSlice;

function readKey(reader: Reader): string {
  if (reader.skipSpace() !== quote) {
    throw reader.unexpected('looking for beginning of object key string');
  }
  const key = readString(reader);
  if (reader.skipSpace() !== colon) throw reader.unexpected('after object key');
  reader.at += 1;
  return key;
}

/**
 * Puts a value into its container, and closes all containers that end after it. Returns the whole
 * document at its end; undefined after a comma.
 */
function afterValue(reader: Reader, open: Container[], value: GoValue): GoValue | undefined {
  for (let done = value; ;) {
    const container = open.at(-1);
    const byte = reader.skipSpace();
    if (!container) {
      if (!reader.atEnd()) throw reader.unexpected('after top-level value');
      return done;
    }
    container.add(done);
    if (byte !== comma && byte !== container.end) throw reader.unexpected(container.after);
    reader.at += 1;
    if (byte === comma) return undefined;
    open.pop();
    done = container.value;
  }
}
