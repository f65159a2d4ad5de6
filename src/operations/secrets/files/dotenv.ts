import { parse as parseDotenv } from 'dotenv';
import { SecretValue } from '../../../model/secrets/secret-value.ts';
import { foreignFormat } from '../../../model/text-kind.ts';
import { checkFormat } from '../../read-text.ts';
import { Found } from './found.ts';

/**
 * Reads dotenv with the library, but reports what the library ignores. Each assignment is parsed
 * alone and with all others: if the results differ, quotes run into each other. Text that other
 * readers would unescape (chamber, godotenv, shells) is a problem too.
 */
export function readDotenv(text: string, name: string): Found {
  const found = new Found(name);
  const lines = text.split(/\r\n?|\n/);
  const seen = new Set<string>();
  const kept: string[] = [];
  for (let index = 0; index < lines.length;) {
    const start = index;
    const [, key, written = ''] = assignment.exec(lines[start] ?? '') ?? [];
    const end = key === undefined ? start : endOfValue(lines, start, written);
    index = (typeof end === 'number' ? end : start) + 1;
    const behind = lines.slice(start + 1, index);
    const whole = [written, ...behind].join('\n');
    const parsed = parseDotenv(key === undefined ? '' : `${key}=${whole}`);
    // The library scans for blank lines in quadratic time; they matter in quotes only.
    if (key !== undefined) kept.push(lines[start] ?? '', ...behind);
    const line = start + 1;
    if (key === undefined || !Object.hasOwn(parsed, key)) {
      // The library begins a line after U+2028 too, also within a comment.
      const isComment = /^\s*(#[^\u2028\u2029]*)?$/.test(lines[start] ?? '');
      if (!isComment) found.lineFault(line, ' is not NAME=VALUE');
      continue;
    }
    seen.add(key);
    const value = new SecretValue(parsed[key] ?? '');
    // Behind "=" at once it is a value in other readers.
    const isCut = /^[^=#]*=#/.test(lines[start] ?? '');
    const fault = typeof end === 'string' ? end : isCut ? unquotedHash : faultOf(whole, value);
    const isTail = value.byteLength === 0 && endsBase64(key, found);
    if (fault !== undefined) {
      found.lineFault(line, `: ${fault}`, key);
      found.isTorn ||= fault === notClosed;
    } else if (isTail || (!isQuoted(written) && value.matches(/^=+$/))) {
      found.lineFault(line, noValue);
    } else found.assignments.push({ key, value, line, isLiteral: written.startsWith("'") });
  }
  if (found.faults.length > 0 && foreignFormat(text) !== 'dotenv') {
    checkFormat(text, name, 'dotenv, JSON or YAML');
  }
  if (found.faults.length === 0) compareWithAll(found, kept, seen);
  return found;
}

// --- internal ---

/**
 * An assignment as the dotenv library parses it: `NAME=VALUE`, `export NAME=VALUE`, `NAME: VALUE`.
 */
const assignment = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)\s*([^]*)$/;

const unquotedHash = 'there is a "#", where dotenv begins a comment: quote the value';
const notClosed = 'the quote is not closed';
const noValue = ': there is no value; a value of several lines must be quoted';

function isQuoted(written: string): boolean {
  return /^["'`]/.test(written);
}

/** The problem with a value, as a rule; undefined if there is none. */
function faultOf(written: string, value: SecretValue): string | undefined {
  if (!isQuoted(written) && value.byteLength > 0 && /\S#/.test(written.split('\n')[0] ?? '')) {
    return unquotedHash;
  }
  // Between the first and the last quote stands the value.
  const inQuotes = written.startsWith('"') ? written.slice(1, written.lastIndexOf('"')) : undefined;
  const [escape] =
    (inQuotes === undefined
      ? isQuoted(written)
        ? undefined
        : /\\\$/.exec(written)
      : /\\[\\"$!`]/.exec(inQuotes)) ?? [];
  if (escape === undefined) return undefined;
  return `dotenv keeps ${escape} as it stands, chamber and shells read ${escape.slice(1)}: use --format chamber, or single quotes`;
}

/** Whether a name without a value may be the end of base64 text that was cut by a line break. */
function endsBase64(key: string, { assignments }: Found): boolean {
  const previous = assignments.at(-1);
  const digit = key.search(/\d/);
  const isMixed =
    (/[a-z]/.test(key) && /[A-Z]/.test(key)) || (digit >= 0 && /[A-Z]/.test(key.slice(digit)));
  return isMixed && previous?.value.matches(/^[A-Za-z0-9+/]{16,}$/) === true;
}

/** Reports values that the library reads otherwise among the other lines. */
function compareWithAll(found: Found, kept: readonly string[], seen: ReadonlySet<string>): void {
  const whole = parseDotenv(kept.join('\n'));
  const last = new Map(found.assignments.map((one) => [one.key, one]));
  for (const [key, { value, line = 0 }] of last) {
    if (value.equals(new SecretValue(whole[key] ?? ''))) continue;
    found.lineFault(line, ': the quote runs into another one: use another kind of quotes', key);
  }
  if (found.faults.length === 0 && Object.keys(whole).some((key) => !seen.has(key))) {
    found.fault(': dotenv reads more in it than NAME=VALUE lines: quote the values');
  }
}

/** The line where a multi-line value ends, or the problem with its quotes. */
function endOfValue(lines: readonly string[], start: number, written: string): number | string {
  const quote = /^["'`]/.exec(written)?.[0];
  if (quote === undefined) return start;
  let rest = written.slice(1);
  let line = start;
  while (line < lines.length) {
    for (let at = rest.indexOf(quote); at >= 0; at = rest.indexOf(quote, at + 1)) {
      if (rest[at - 1] === '\\') continue;
      return /^\s*(#.*)?$/.test(rest.slice(at + 1)) ? line : 'there is text after the quote';
    }
    line += 1;
    rest = lines[line] ?? '';
  }
  return notClosed;
}
