import { SecretValue } from '../../../model/secrets/secret-value.ts';
import { Found } from './found.ts';

/**
 * Reads what `chamber export --format dotenv` writes, and files for Go's godotenv: in double quotes
 * `\n` and `\r` are line breaks, and a backslash before any other character stands for that
 * character (`\$`, `\"`, `\!`, `` \` ``, `\\`). Single quotes keep everything. Without quotes, the
 * last `#` behind white space begins a comment, and `\$` is `$`.
 */
export function readChamber(text: string, name: string): Found {
  const found = new Found(name);
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = index + 1;
    const [, key, written = ''] =
      /^\s*(?:export\s+)?([\w.]+)\s*[=:]\s*([^]*)$/.exec(lines[index] ?? '') ?? [];
    if (key === undefined) {
      if (!/^\s*(#|$)/.test(lines[index] ?? '')) found.lineFault(line, ' is not NAME=VALUE');
      continue;
    }
    const quote = /^["']/.exec(written)?.[0];
    if (quote === undefined) {
      const value = new SecretValue(unquoted(written));
      found.assignments.push({ key, value, line });
      continue;
    }
    const quoted = readQuoted(lines, index, written, quote);
    if (quoted === undefined) {
      found.lineFault(line, ': the quote is not closed', key);
      found.isTorn = true;
      continue;
    }
    index = quoted.last;
    if (!/^\s*(#.*)?$/.test(quoted.rest)) {
      found.lineFault(line, ': there is text after the quote', key);
    }
    const isLiteral = quote === "'";
    const plain = isLiteral ? quoted.text : unescape(quoted.text);
    found.assignments.push({ key, value: new SecretValue(plain), line, isLiteral });
  }
  return found;
}

// --- internal ---

function unquoted(written: string): string {
  // The last one counts (godotenv, parser.go).
  const [comment] = [...written.matchAll(/\s#/g)].slice(-1);
  return (comment ? written.slice(0, comment.index) : written).trim().replaceAll('\\$', '$');
}

function unescape(text: string): string {
  return text.replace(/\\([^])/g, (_, one: string) => ({ n: '\n', r: '\r' })[one] ?? one);
}

/** The text up to the closing quote, the line where it ends, and what follows it there. */
function readQuoted(
  lines: readonly string[],
  start: number,
  written: string,
  quote: string,
): { text: string; last: number; rest: string } | undefined {
  const read: string[] = [];
  let line = written.slice(1);
  for (let last = start; last < lines.length; last += 1, line = lines[last] ?? '') {
    for (let at = 0; at < line.length; at += 1) {
      if (line[at] === '\\') at += 1;
      else if (line[at] === quote) {
        return { text: [...read, line.slice(0, at)].join('\n'), last, rest: line.slice(at + 1) };
      }
    }
    read.push(line);
  }
  return undefined;
}
