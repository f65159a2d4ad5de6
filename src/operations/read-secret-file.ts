import { parse as parseDotenv } from 'dotenv';
import { InvalidInput, Problems } from '../model/problems.ts';
import { SecretValue } from '../model/secret-value.ts';
import { readSource, type Sources } from './read-source.ts';

/** The formats that secrets are imported from. */
export const secretFileFormats = ['dotenv', 'json', 'yaml'] as const;
export type SecretFileFormat = (typeof secretFileFormats)[number];

/** One secret of a file. */
export interface SecretFileEntry {
  /** As written; for nested maps the keys joined by `/`. */
  key: string;
  value: SecretValue;
}

/**
 * Reads a file of secrets, or standard input for `-`. Without `format` the ending decides; what has
 * none of JSON or YAML is dotenv, but for text that begins with a brace. Values are taken as they are
 * written: a YAML or JSON number keeps its digits. Throws InvalidInput naming all that is wrong, by
 * line or key and never by value.
 */
export async function readSecretFile(
  path: string,
  format: SecretFileFormat | undefined,
  sources: Sources,
): Promise<SecretFileEntry[]> {
  const name = path === '-' ? 'standard input' : path;
  const text = decoded(await readSource(path, sources), name);
  const problems = new Problems();
  const entries = await read(text, format ?? formatOf(path, text), name, problems);
  for (const { key, value } of entries) {
    if (value.byteLength === 0) problems.add(`${name}: ${key} is empty; neither store keeps that`);
  }
  problems.throwIfAny();
  if (entries.length === 0) throw new InvalidInput(`${name} has no secrets in it`);
  return entries;
}

// --- internal ---

function decoded(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidInput(`${name} is not valid UTF-8 text`);
  }
}

function formatOf(path: string, text: string): SecretFileFormat {
  if (/\.ya?ml$/i.test(path)) return 'yaml';
  if (/\.json$/i.test(path) || text.trimStart().startsWith('{')) return 'json';
  return 'dotenv';
}

function read(
  text: string,
  format: SecretFileFormat,
  name: string,
  problems: Problems,
): Promise<SecretFileEntry[]> {
  if (format === 'dotenv') return Promise.resolve(readDotenv(text, name, problems));
  // YAML is looser than JSON; what calls itself JSON has to be it.
  if (format === 'json') checkJson(text, name);
  return readYaml(text, name, problems);
}

const assignment = /^\s*(?:export\s+)?([\w.-]+)\s*(?:=|:\s)\s*(.*)$/;

/** The dotenv library leaves out what it does not understand; here that is a mistake. */
function readDotenv(text: string, name: string, problems: Problems): SecretFileEntry[] {
  const parsed = parseDotenv(text);
  const lines = text.split(/\r\n?|\n/);
  const written = new Map<string, number>();
  lines.forEach((line, index) => {
    const [, key, value = ''] = assignment.exec(line) ?? [];
    const repeated = key !== undefined && written.has(key);
    if (key !== undefined && !repeated) written.set(key, index);
    const place = `${name}, line ${index + 1}`;
    if (/^\s*(#|$)/.test(line)) return;
    if (key === undefined || repeated || !Object.hasOwn(parsed, key)) {
      // A line within quotes looks like anything; without it the value would be another one.
      const others = lines.toSpliced(repeated ? (written.get(key) ?? 0) : index, 1).join('\n');
      if (!sameEntries(parseDotenv(others), parsed)) return;
      problems.add(repeated ? `${place}: ${key} is set twice` : `${place} is not NAME=VALUE`);
    } else if (/^["'`]/.test(value) && parsed[key] === value.trimEnd()) {
      problems.add(`${place}: the quote of ${key} is not closed`);
    } else if (/^[^"'`#][^#]*[^\s#]#/.test(value)) {
      problems.add(`${place}: ${key} has a "#", where dotenv begins a comment: quote the value`);
    }
  });
  return Object.entries(parsed).map(([key, value]) => ({ key, value: new SecretValue(value) }));
}

function sameEntries(a: Record<string, string>, b: Record<string, string>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function checkJson(text: string, name: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes the text, which is secret.
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    const place = position === undefined ? '' : `: ${placeOf(text, Number(position))}`;
    throw new InvalidInput(`${name} is not JSON${place}`);
  }
}

async function readYaml(
  text: string,
  name: string,
  problems: Problems,
): Promise<SecretFileEntry[]> {
  const { isAlias, isMap, isScalar, parseDocument } = await import('yaml');
  // "failsafe" knows texts only: 0123, 1e3 and true stay what they are.
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false });
  for (const { code, pos } of [...document.errors, ...document.warnings]) {
    problems.add(`${name}: ${placeOf(text, pos[0])}: ${yamlFaults[code] ?? `${code} (YAML)`}`);
  }
  problems.throwIfAny();
  const entries: SecretFileEntry[] = [];
  const walk = (node: unknown, path: readonly string[]): void => {
    const place = path.length === 0 ? name : `${name}: ${path.join('/')}`;
    const target = isAlias(node) ? node.resolve(document) : node;
    if (isMap(target) && isAlias(node)) {
      problems.add(`${place} stands for a map elsewhere; write it out`);
    } else if (isMap(target)) {
      for (const { key, value } of target.items) {
        if (isScalar(key)) walk(value, [...path, String(key.value)]);
        else problems.add(`${place} has a key that is no text`);
      }
    } else if (path.length === 0) {
      problems.add(`${name} is no map of names to values`);
    } else if (!isScalar(target)) {
      problems.add(`${place} is ${target ? 'a list' : 'nothing'}; a secret is a text`);
    } else if (target.type === 'PLAIN' && /^(|~|null)$/i.test(String(target.value))) {
      problems.add(`${place} has no value`);
    } else {
      entries.push({ key: path.join('/'), value: new SecretValue(String(target.value)) });
    }
  };
  walk(document.contents, []);
  return entries;
}

/** The library's own messages quote the text. */
const yamlFaults: Partial<Record<string, string>> = {
  BAD_ALIAS: 'a value that begins with "*" has to be quoted',
  BAD_DQ_ESCAPE: 'the text in double quotes has an escape that YAML does not know',
  BAD_INDENT: 'the indentation is wrong',
  BAD_SCALAR_START: 'a value that begins with this character has to be quoted',
  DUPLICATE_KEY: 'the key stands there twice',
  MISSING_CHAR: 'a character is missing: a quote, a bracket, or the space after a colon',
  TAB_AS_INDENT: 'a tab is no indentation',
  TAG_RESOLVE_FAILED: 'a value that begins with "!" has to be quoted',
  UNEXPECTED_TOKEN: 'this is not expected here: should the value be quoted?',
};

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
