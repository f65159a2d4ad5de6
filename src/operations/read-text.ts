import { InvalidInput } from '../model/problems.ts';
import {
  foreignFormat,
  hasUnquotedTag,
  isUtf16,
  templateTag,
  utf16Text,
  utf8Text,
  type ForeignFormat,
} from '../model/text-kind.ts';
import { readSource, type Sources } from './read-source.ts';
import { isJsonText, parseJson } from './json-text.ts';
import type { ReadDocument } from './read-document.ts';
import { checkNesting, placeOf } from './text-faults.ts';
import { parseYaml } from './yaml-text.ts';

/** A file as messages name it. */
export function sourceName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/**
 * Reads a file, or standard input for `-`, as text without its byte order mark: UTF-8, or UTF-16 with
 * one. Throws InvalidInput for UTF-16 without one, for binary data and for more than 10 MiB, CliError `file-not-readable`.
 */
export async function readText(path: string, sources: Sources): Promise<string> {
  const bytes = await readSource(path, sources);
  if (bytes.length > largestText) {
    throw new InvalidInput(`${sourceName(path)} is larger than ${largestText / 2 ** 20} MiB`);
  }
  const text = utf16Text(bytes) ?? utf8Text(bytes);
  const is = (what: string): InvalidInput => new InvalidInput(`${sourceName(path)} is ${what}`);
  if (text === undefined || text.includes('\0')) {
    if (isUtf16(bytes)) throw is('UTF-16 text without a byte order mark; save it as UTF-8');
  }
  if (text === undefined) {
    throw is('not valid UTF-8 text: it is binary, or in another encoding');
  }
  if (text.includes('\0')) throw is('binary: it has a NUL character');
  return text.replace(/^\ufeff/, '');
}

/**
 * Reads the JSON (comments and trailing commas are allowed) or YAML in a text. `what` says what the document
 * should be: "a task definition". Throws InvalidInput with the place and the rule of the first mistake, never
 * with text of the document; a file in another format is named.
 */
export async function parseDocument(text: string, name: string, what: string): Promise<unknown> {
  const [first, second] = await parseDocuments(text, name, what);
  if (second) throw new InvalidInput(`${name} has several YAML documents, not one`);
  return first?.value;
}

/**
 * The same for a text that may have several YAML documents. With `placeholders`, `${NAME}` may stand in JSON
 * without quotes; see `parseJson`.
 */
export async function parseDocuments(
  text: string,
  name: string,
  what: string,
  { placeholders = false } = {},
): Promise<ReadDocument[]> {
  if (text.trim() === '') throw new InvalidInput(`${name} is empty`);
  checkNesting(text, name);
  const isJson = isJsonText(text);
  try {
    const read = isJson
      ? [await parseJson(text, name, { placeholders })]
      : await parseYaml(text, name);
    if (isJson) return read;
    // YAML reads many a text as one long word, and `{{NAME}}` as an object.
    if (read.every(({ value }) => typeof value !== 'object')) checkFormat(text, name, what);
    if (read.some(({ value }) => hasUnquotedTag(value))) checkTemplate(text, name);
    return read;
  } catch (error) {
    checkFormat(text, name, what);
    checkTemplate(text, name);
    throw error;
  }
}

/**
 * Throws InvalidInput for a text in a format that is neither JSON nor YAML, with what reads it. Call it
 * for a text that is wrong anyway: a key of YAML may look like a line of another format.
 */
export function checkFormat(text: string, name: string, what: string): void {
  const format = foreignFormat(text);
  if (format === undefined) return;
  const problem = `${name} is a ${format} file, not ${what}`;
  if (format === 'dotenv') throw new InvalidInput(`${problem}; ecs-secrets import reads it`);
  if (format === 'PEM') {
    throw new InvalidInput(`${problem}; ecs-secrets put REF --value-file FILE stores it`);
  }
  const hint = hints[format];
  throw new InvalidInput(problem, hint);
}

// --- internal ---

const hints: Partial<Record<ForeignFormat, string>> = {
  Jsonnet: 'print it as JSON: jsonnet FILE | ecs-secrets … -',
  'Terraform (HCL)': 'audit the plan: terraform show -json PLAN | ecs-secrets audit -',
};

/** Throws InvalidInput for a template that was not rendered, with the place of its first tag. */
function checkTemplate(text: string, name: string): void {
  const at = templateTag(text);
  if (at === undefined) return;
  const problem = `${name} is a template: ${placeOf(text, at)}: a tag is not replaced`;
  throw new InvalidInput(problem, 'render the template first, or put quotes around "{{NAME}}"');
}

/** Bytes of what is read as text. What AWS takes at once is far smaller: a task definition has 64 KB. */
const largestText = 10 * 2 ** 20;
