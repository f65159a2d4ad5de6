import { looksRandom } from '../../../model/secrets/harmless-values.ts';
import type { SecretValue } from '../../../model/secrets/secret-value.ts';

/** One assignment in a file of secrets. */
export interface Assignment {
  /** As written; for nested maps, the keys joined by `/`. */
  key: string;
  value: SecretValue;
  /** From 1; undefined where the format is not read by lines. */
  line?: number | undefined;
  /** No reader of the format would expand `${X}` in it: the value is in single quotes. */
  isLiteral?: boolean;
}

/** A problem of a file, and the key that it is about. */
export interface Fault {
  text: string;
  line: number;
  key: string | undefined;
}

/** What a reader of one format found in a text. Messages name lines and keys, never values. */
export class Found {
  readonly assignments: Assignment[] = [];
  readonly faults: Fault[] = [];
  /** Names without a value, which the format takes from the environment. */
  readonly open: string[] = [];
  readonly notes: string[] = [];
  readonly warnings: string[] = [];
  /**
   * Set behind a line that is no assignment, and behind an open quote: what looks like a name may
   * be part of a value there, so messages show only names in upper case.
   */
  isTorn = false;

  /** The file as messages name it. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /**
   * Adds a problem of a line (from 1): `x.env, line 2 (DB_PASSWORD): the quote is not closed`.
   * `rule` follows directly.
   */
  lineFault(line: number, rule: string, key?: string): void {
    this.faults.push({ text: `${this.name}, line ${line}${this.#shown(key)}${rule}`, line, key });
    if (key === undefined) this.isTorn = true;
  }

  /** Adds a problem that has no line. */
  fault(text: string, key?: string): void {
    this.faults.push({ text: `${this.name}${text}`, line: 0, key });
  }

  #shown(key: string | undefined): string {
    if (key === undefined || looksRandom(key, 16)) return '';
    return this.isTorn && !/^[A-Z][A-Z0-9_]*$/.test(key) ? '' : ` (${key})`;
  }
}
