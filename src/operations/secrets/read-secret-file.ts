import { parse as parseDotenv } from 'dotenv';
import { InvalidInput, Problems } from '../../model/problems.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { foreignFormat } from '../../model/text-kind.ts';
import type { Sources } from '../read-source.ts';
import { checkFormat, readText, sourceName } from '../read-text.ts';
import { repeatedKeys } from '../repeated-keys.ts';
import { checkNesting, jsonFault, yamlRule } from '../text-faults.ts';

/** The formats that secrets can be imported from. */
export const secretFileFormats = ['dotenv', 'json', 'yaml'] as const;
export type SecretFileFormat = (typeof secretFileFormats)[number];

/** One secret in a file. */
export interface SecretFileEntry {
  /** As written; for nested maps, the keys joined by `/`. */
  key: string;
  value: SecretValue;
}

/**
 * Reads a file of secrets, or standard input for `-`. Without `format`, the extension decides; a
 * file without an extension for JSON or YAML is dotenv, unless the text begins with a brace. Values
 * are kept as written: a YAML or JSON number keeps its digits. Throws InvalidInput with all
 * problems, by line or key and never by value.
 */
export async function readSecretFile(
  path: string,
  format: SecretFileFormat | undefined,
  sources: Sources,
): Promise<SecretFileEntry[]> {
  const name = sourceName(path);
  const text = await readText(path, sources);
  const problems = new Problems();
  const entries = await read(text, format ?? formatOf(path, text), name, problems);
  problems.throwIfAny();
  for (const { key, value } of entries) {
    if (value.byteLength === 0)
      problems.add(`${name}: ${key} is empty; neither store accepts that`);
  }
  problems.throwIfAny();
  if (entries.length === 0) throw new InvalidInput(`${name} has no secrets in it`);
  return entries;
}

// --- internal ---

function formatOf(path: string, text: string): SecretFileFormat {
  if (/\.ya?ml$/i.test(path)) return 'yaml';
  if (/\.json$/i.test(path) || text.trimStart().startsWith('{')) return 'json';
  return text.trimStart().startsWith('[') && foreignFormat(text) === undefined ? 'json' : 'dotenv';
}

function read(
  text: string,
  format: SecretFileFormat,
  name: string,
  problems: Problems,
): Promise<SecretFileEntry[]> {
  if (format === 'dotenv') return Promise.resolve(readDotenv(text, name, problems));
  checkNesting(text, name);
  // YAML is less strict than JSON; a file declared as JSON has to be valid JSON.
  if (format === 'json') checkJson(text, name);
  return readYaml(text, name, problems);
}

/**
 * An assignment as the dotenv library parses it: `NAME=VALUE`, `export NAME=VALUE`, `NAME: VALUE`.
 */
const assignment = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)\s*([^]*)$/;

/**
 * Parses dotenv with the library, but reports errors that the library ignores. Each assignment is
 * parsed alone and with all others: if the results differ, quotes run into each other. Problems are
 * reported by line, because an apparent name may be part of a value.
 */
function readDotenv(text: string, name: string, problems: Problems): SecretFileEntry[] {
  const entries: (SecretFileEntry & { line: number })[] = [];
  const lines = text.split(/\r\n?|\n/);
  const seen = new Set<string>();
  const faulty: number[] = [];
  const kept: string[] = [];
  const bad = (line: number, rule: string): void => {
    faulty.push(line);
    problems.add(`${name}, line ${line + 1}${rule}`);
  };
  for (let index = 0; index < lines.length;) {
    const line = index;
    const [, key, written = ''] = assignment.exec(lines[line] ?? '') ?? [];
    const end = key === undefined ? line : endOfValue(lines, line, written);
    index = (typeof end === 'number' ? end : line) + 1;
    const behind = lines.slice(line + 1, index);
    const parsed = parseDotenv(
      key === undefined ? '' : `${key}=${[written, ...behind].join('\n')}`,
    );
    // The library scans for blank lines in quadratic time; they matter in quotes only.
    if (key !== undefined) kept.push(lines[line] ?? '', ...behind);
    if (key === undefined || !Object.hasOwn(parsed, key)) {
      if (!/^\s*(#|$)/.test(lines[line] ?? '')) bad(line, ' is not NAME=VALUE');
      continue;
    }
    const value = parsed[key] ?? '';
    const isQuoted = /^["'`]/.test(written);
    if (end === 'open') {
      bad(line, ': the quote is not closed');
    } else if (end === 'text behind') {
      bad(line, ': there is text after the quote');
    } else if (value === '' || (!isQuoted && /^=+$/.test(value))) {
      bad(line, ': there is no value; a value of several lines must be quoted');
    } else if (!isQuoted && /\S#/.test(written)) {
      bad(line, ': there is a "#", where dotenv begins a comment: quote the value');
    } else if (seen.has(key)) {
      bad(line, ': the name is set twice');
    }
    seen.add(key);
    entries.push({ key, value: new SecretValue(value), line });
  }
  if (faulty.length > 0 && foreignFormat(text) !== 'dotenv') {
    checkFormat(text, name, 'dotenv, JSON or YAML');
  }
  if (faulty.length > 0) return entries;
  const whole = parseDotenv(kept.join('\n'));
  for (const { key, value, line } of entries) {
    if (value.equals(new SecretValue(whole[key] ?? ''))) continue;
    bad(line, ': the quote runs into another one: use another kind of quotes');
  }
  if (faulty.length === 0 && Object.keys(whole).some((key) => !seen.has(key))) {
    problems.add(`${name}: dotenv reads more in it than NAME=VALUE lines: quote the values`);
  }
  return entries;
}

/** The line where a multi-line value ends, or the problem with its quotes. */
function endOfValue(
  lines: readonly string[],
  start: number,
  written: string,
): number | 'open' | 'text behind' {
  const quote = /^["'`]/.exec(written)?.[0];
  if (quote === undefined) return start;
  let rest = written.slice(1);
  let line = start;
  while (line < lines.length) {
    for (let at = rest.indexOf(quote); at >= 0; at = rest.indexOf(quote, at + 1)) {
      if (rest[at - 1] === '\\') continue;
      return /^\s*(#.*)?$/.test(rest.slice(at + 1)) ? line : 'text behind';
    }
    line += 1;
    rest = lines[line] ?? '';
  }
  return 'open';
}

function checkJson(text: string, name: string): void {
  const fault = jsonFault(text);
  if (fault === undefined) return;
  checkFormat(text, name, 'JSON');
  throw new InvalidInput(`${name} is not JSON: ${fault}`);
}

async function readYaml(
  text: string,
  name: string,
  problems: Problems,
): Promise<SecretFileEntry[]> {
  const { isAlias, isMap, isNode, isScalar, LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  // "failsafe" parses strings only: 0123, 1e3 and true keep their spelling.
  const document = parseDocument(text, {
    schema: 'failsafe',
    prettyErrors: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    lineCounter: lines,
  });
  const mistakes = [
    ...[...document.errors, ...document.warnings].map(({ code, pos }) => ({ code, at: pos[0] })),
    ...(await repeatedKeys(document)).map((at) => ({ code: 'DUPLICATE_KEY', at })),
  ];
  for (const { code, at } of mistakes) {
    const { line, col } = lines.linePos(at);
    problems.add(`${name}: line ${line}, column ${col}: ${yamlRule(code)}`);
  }
  if (document.errors.length > 0 || !isMap(document.contents)) checkFormat(text, name, 'YAML');
  problems.throwIfAny();
  const entries: SecretFileEntry[] = [];
  // The library searches the whole document for each alias.
  const anchors = new Map<string, unknown>();
  const remember = (node: unknown): void => {
    if (isNode(node) && !isAlias(node) && node.anchor) anchors.set(node.anchor, node);
  };
  const walk = (node: unknown, path: readonly string[]): void => {
    const place = path.length === 0 ? name : `${name}: ${path.join('/')}`;
    remember(node);
    const target = isAlias(node) ? anchors.get(node.source) : node;
    if (isMap(target) && isAlias(node)) {
      problems.add(`${place} stands for a map elsewhere; write it out`);
    } else if (isAlias(node) && !target) {
      problems.add(`${place}: a value that begins with "*" must be quoted`);
    } else if (isMap(target)) {
      if (target.items.length === 0 && path.length > 0) problems.add(`${place} is an empty map`);
      for (const { key, value } of target.items) {
        remember(key);
        // Text without a colon is more likely a value than a key, so it is not printed.
        if (value === null) problems.add(`${place} has a key without a value`);
        else if (isScalar(key) && key.value !== '') walk(value, [...path, String(key.value)]);
        else problems.add(`${place} has a key that is not text`);
      }
    } else if (path.length === 0) {
      problems.add(`${name} is not a map of names to values`);
    } else if (!isScalar(target)) {
      problems.add(`${place} is ${target ? 'a list' : 'nothing'}; a secret is a text`);
    } else if (target.type === 'PLAIN' && /^(|~|null)$/i.test(String(target.value))) {
      problems.add(`${place} has no value`);
    } else {
      entries.push({ key: path.join('/'), value: new SecretValue(String(target.value)) });
    }
  };
  walk(document.contents, []);
  const paths = new Set<string>();
  for (const { key } of entries) {
    if (paths.has(key)) problems.add(`${name}: ${key} appears twice`);
    paths.add(key);
  }
  return entries;
}
