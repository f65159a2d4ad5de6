import { injectedText, type KeyFault } from './agent-json.ts';
import { InvalidInput } from '../problems.ts';
import { isStandIn } from './stand-ins.ts';
import { isUtf16, utf8Text } from '../text-kind.ts';

const mask = '[secret value]';

/**
 * A secret value that cannot be printed by accident: string conversion, JSON and Node's inspect all
 * return a mask. Only `reveal` returns the text; lint allows it only where the text has to be sent
 * or shown.
 */
export class SecretValue {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * Reads a value from bytes; keeps a byte order mark. Throws InvalidInput if they are not UTF-8,
   * because an ECS container gets its secrets as text only.
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

  /** The text itself. Call it only to send it to a store or to show it to the user. */
  reveal(): string {
    return this.#text;
  }

  equals(other: SecretValue): boolean {
    return this.#text === other.#text;
  }

  /** Whether another value is a part of this one. */
  contains(other: SecretValue): boolean {
    return this.#text.includes(other.#text);
  }

  /** Size in UTF-8 bytes. */
  get byteLength(): number {
    return Buffer.byteLength(this.#text, 'utf8');
  }

  /** Whether the text matches; for rules about values, which must not print them. */
  matches(pattern: RegExp): boolean {
    return pattern.test(this.#text);
  }

  /** Whether it is a typical stand-in for a value that is still to be set: `your-key-here`. */
  isStandIn(): boolean {
    // A JSON list looks like a stand-in in brackets.
    return isStandIn(this.#text) && !/^\s*\[.*[",\d]/s.test(this.#text);
  }

  /** The value without one trailing newline (LF or CRLF), as added by `echo` and editors. */
  withoutTrailingNewline(): SecretValue {
    return new SecretValue(this.#text.replace(/\r?\n$/, ''));
  }

  /** The value without the byte order mark that Windows programs add before UTF-8. */
  withoutByteOrderMark(): SecretValue {
    return new SecretValue(this.#text.replace(/^\ufeff/, ''));
  }

  /** The top-level keys of a JSON object; undefined if the value is not one. */
  jsonKeys(): string[] | undefined {
    try {
      return Object.keys(this.#jsonObject());
    } catch (error) {
      if (error instanceof InvalidInput) return undefined;
      throw error;
    }
  }

  /**
   * The top-level string under a JSON key; undefined if the key is missing or its value is not a
   * string (the ECS agent formats other types as Go does, 12345678 as 1.2345678e+07:
   * agent/asm/asm.go). Throws InvalidInput if the value is not a JSON object.
   */
  jsonKey(key: string): SecretValue | undefined {
    const object = this.#jsonObject();
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    return typeof value === 'string' ? new SecretValue(value) : undefined;
  }

  /**
   * What a container gets for a JSON key, formatted as by the ECS agent (agent/asm/asm.go), or why
   * the agent fails.
   */
  injectedKey(key: string): SecretValue | KeyFault {
    const injected = injectedText(this.#text, key);
    return 'fault' in injected ? injected.fault : new SecretValue(injected.text);
  }

  /**
   * This JSON object with one key set. Other keys keep their values and order, and numbers keep all
   * digits. Throws InvalidInput if it is not a JSON object.
   */
  withJsonKey(key: string, value: SecretValue): SecretValue {
    return this.#mapJson((marked) => ({ ...marked, [`s${key}`]: `s${value.#text}` }));
  }

  /**
   * This JSON object with the value that another JSON object has for one key, of any type; without
   * the key if the other object has none. Throws InvalidInput if either is not a JSON object.
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
   * The value of a top-level JSON key: the text of a string, the JSON of anything else; undefined
   * if the value is not a JSON object, or has no such key.
   */
  jsonMember(key: string): SecretValue | undefined {
    if (!this.jsonKeys()?.includes(key)) return undefined;
    return this.jsonKey(key) ?? this.#mapJson((marked) => marked[`s${key}`]);
  }

  /**
   * This JSON object, with keys and strings prefixed by "s", and numbers as strings prefixed by
   * "n".
   */
  #marked(): Record<string, unknown> {
    this.#jsonObject();
    // A JavaScript number would lose digits.
    return JSON.parse(
      this.#text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"?|-?\d[\d.eE+-]*/g, (token) =>
        token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`,
      ),
    ) as Record<string, unknown>;
  }

  /**
   * Applies a change to the marked form of this JSON object. Throws InvalidInput if it is too deep.
   */
  #mapJson(change: (marked: Record<string, unknown>) => unknown): SecretValue {
    const text = stringified(change(this.#marked()));
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
      // The parser's message quotes the text, which is the secret, so it is dropped.
    }
    throw new InvalidInput(
      'the stored value is not a JSON object, so it has no keys',
      'write the whole secret (sm:NAME) as a JSON object first',
    );
  }
}

// --- internal ---

/** JSON.stringify, which calls itself for each level, and ends with a RangeError after some thousand. */
function stringified(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidInput(
      'the stored value has too many levels of JSON to read or set one key of it',
      'read or write the whole secret (sm:NAME) instead',
    );
  }
}
