import { JsonKeyError, jsonValue } from './agent-json.ts';
import { InvalidInput } from '../problems.ts';
import { isUtf16, utf8Text } from '../text-kind.ts';

const mask = '[secret value]';

/**
 * A secret's value that cannot print itself: string conversion, JSON and node's inspect all give a
 * mask. `reveal` is the only way to the text; lint allows it only where the text has to leave.
 */
export class SecretValue {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * Reads a value from bytes; a byte order mark stays. Throws InvalidInput when they are not UTF-8: an
   * ECS container gets its secrets as text only.
   */
  static fromBytes(bytes: Uint8Array): SecretValue {
    const text = utf8Text(bytes);
    if (text !== undefined) return new SecretValue(text);
    throw isUtf16(bytes)
      ? new InvalidInput(
          'the value is UTF-16 text, as the ">" of Windows PowerShell writes it',
          'write it as UTF-8: … | Out-File -Encoding utf8 FILE',
        )
      : new InvalidInput(
          'the value is not valid UTF-8 text',
          'ECS hands secrets to containers as text: encode binary data first, for example with base64',
        );
  }

  /** The text itself. Call it only to send it to a store or to hand it to the user. */
  reveal(): string {
    return this.#text;
  }

  equals(other: SecretValue): boolean {
    return this.#text === other.#text;
  }

  /** Size in UTF-8 bytes. */
  get byteLength(): number {
    return Buffer.byteLength(this.#text, 'utf8');
  }

  /** Whether the text matches; for rules about values, which must not print them. */
  matches(pattern: RegExp): boolean {
    return pattern.test(this.#text);
  }

  /** The value without one trailing newline (LF or CRLF), as `echo` and editors leave behind. */
  withoutTrailingNewline(): SecretValue {
    return new SecretValue(this.#text.replace(/\r?\n$/, ''));
  }

  /** The value without the byte order mark that Windows programs put before UTF-8. */
  withoutByteOrderMark(): SecretValue {
    return new SecretValue(this.#text.replace(/^\ufeff/, ''));
  }

  /** The top-level keys of a JSON object; undefined when the value is none. */
  jsonKeys(): string[] | undefined {
    try {
      return Object.keys(this.#jsonObject());
    } catch (error) {
      if (error instanceof InvalidInput) return undefined;
      throw error;
    }
  }

  /**
   * The top-level string under a JSON key; undefined when the key is missing or holds no string (the
   * ECS agent writes other types in Go's way, 12345678 as 1.2345678e+07: agent/asm/asm.go).
   * Throws InvalidInput when the value is not a JSON object.
   */
  jsonKey(key: string): SecretValue | undefined {
    const object = this.#jsonObject();
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    return typeof value === 'string' ? new SecretValue(value) : undefined;
  }

  /**
   * What a container gets for a JSON key, printed as the ECS agent prints it (agent/asm/asm.go);
   * undefined when the agent would fail: no JSON object, or no such key.
   */
  injectedKey(key: string): SecretValue | undefined {
    try {
      return new SecretValue(jsonValue(this.#text, key));
    } catch (error) {
      if (error instanceof JsonKeyError) return undefined;
      throw error;
    }
  }

  /**
   * This JSON object with one key set; the others stay as they are, in their order, numbers with all
   * their digits. Throws InvalidInput when it is none.
   */
  withJsonKey(key: string, value: SecretValue): SecretValue {
    return this.#mapJson((marked) => ({ ...marked, [`s${key}`]: `s${value.#text}` }));
  }

  /**
   * This JSON object with one key as another JSON object has it, whatever its type; without the key
   * where that one has none. Throws InvalidInput when either is none.
   */
  withJsonKeyOf(key: string, other: SecretValue): SecretValue {
    const own = `s${key}`;
    const theirs = other.#marked();
    return Object.hasOwn(theirs, own)
      ? this.#mapJson((marked) => ({ ...marked, [own]: theirs[own] }))
      : this.withoutJsonKeys(new Set([key]));
  }

  /** This JSON object without these keys; see `withJsonKey`. */
  withoutJsonKeys(keys: ReadonlySet<string>): SecretValue {
    return this.#mapJson((marked) =>
      Object.fromEntries(Object.entries(marked).filter(([key]) => !keys.has(key.slice(1)))),
    );
  }

  /**
   * What stands under a top-level JSON key: the text of a string, the JSON of anything else; undefined
   * when the value is not a JSON object, or has no such key.
   */
  jsonMember(key: string): SecretValue | undefined {
    if (!this.jsonKeys()?.includes(key)) return undefined;
    return this.jsonKey(key) ?? this.#mapJson((marked) => marked[`s${key}`]);
  }

  /** This JSON object, its keys and strings marked by "s", its numbers turned into strings marked "n". */
  #marked(): Record<string, unknown> {
    this.#jsonObject();
    // A JavaScript number would lose digits.
    return JSON.parse(
      this.#text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"?|-?\d[\d.eE+-]*/g, (token) =>
        token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`,
      ),
    ) as Record<string, unknown>;
  }

  /** What becomes of this JSON object when it is changed in its marked form. */
  #mapJson(change: (marked: Record<string, unknown>) => unknown): SecretValue {
    const text = JSON.stringify(change(this.#marked()));
    return new SecretValue(
      text.replace(/"n([^"]*)"?|"s([^"\\]*(?:\\.[^"\\]*)*"?)/g, (_, number, string) =>
        typeof number === 'string' ? number : `"${String(string)}`,
      ),
    );
  }

  /** The ARNs of secrets that stand in the text, e.g. in a credential spec. ARNs are no secrets. */
  secretArns(): string[] {
    const arns = this.#text.match(/arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[^"\\\s]+/g);
    return [...new Set(arns)];
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return mask;
  }

  #jsonObject(): Record<string, unknown> {
    try {
      const parsed: unknown = JSON.parse(this.#text);
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
        return parsed as Record<string, unknown>;
      }
    } catch {
      // The parser's own message quotes the text, which is the secret: it must not travel on.
    }
    throw new InvalidInput(
      'the stored value is not a JSON object, so it has no keys',
      'write the whole secret (sm:NAME) as a JSON object first',
    );
  }
}
