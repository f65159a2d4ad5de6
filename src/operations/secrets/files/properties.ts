import { SecretValue } from '../../../model/secrets/secret-value.ts';
import { Found } from './found.ts';

/**
 * Reads Java properties by the rules of `java.util.Properties.load`: `=`, `:` or white space ends a
 * key, `#` and `!` begin a comment at the start of a line, a backslash at its end continues it, and
 * `\t`, `\n`, `\r`, `\f` and `\uXXXX` are escapes. Any other escaped character stands for itself.
 */
export function readProperties(text: string, name: string): Found {
  const found = new Found(name);
  const lines = text.split(/\r\n?|\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = index + 1;
    let whole = trimStart(lines[index] ?? '');
    if (whole === '' || /^[#!]/.test(whole)) continue;
    while (/(?:^|[^\\])(?:\\\\)*\\$/.test(whole.slice(-200)) && index < lines.length) {
      index += 1;
      whole = whole.slice(0, -1) + trimStart(lines[index] ?? '');
    }
    const cut = endOfKey(whole);
    const key = unescape(whole.slice(0, cut));
    const value = unescape(whole.slice(cut).replace(/^[ \t\f]*[=:]?[ \t\f]*/, ''));
    if (key === undefined || value === undefined) {
      found.lineFault(line, ': \\u is not followed by 4 hexadecimal digits', key);
    } else if (key === '') found.lineFault(line, ' has no key');
    else found.assignments.push({ key, value: new SecretValue(value), line });
  }
  return found;
}

// --- internal ---

function trimStart(line: string): string {
  return line.replace(/^[ \t\f]+/, '');
}

/** Where the key ends: at the first separator that is not escaped. */
function endOfKey(line: string): number {
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === '\\') at += 1;
    else if (/[=: \t\f]/.test(line[at] ?? '')) return at;
  }
  return line.length;
}

/** Undefined for a malformed `\u`. */
function unescape(text: string): string | undefined {
  if (/\\u(?![0-9a-fA-F]{4})/.test(text.replaceAll('\\\\', ''))) return undefined;
  return text.replace(/\\(u[0-9a-fA-F]{4}|[^]|$)/g, (_, one: string) =>
    one.length === 5
      ? String.fromCharCode(Number.parseInt(one.slice(1), 16))
      : (escapes[one] ?? one),
  );
}

const escapes: Partial<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };
