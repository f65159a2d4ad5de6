import { InvalidInput } from '../model/problems.ts';
import { foreignFormat, isUtf16, utf8Text } from '../model/text-kind.ts';
import { readSource, type Sources } from './read-source.ts';
import { repeatedKeys } from './repeated-keys.ts';
import { checkNesting, jsonFault, placeOf, yamlRule } from './text-faults.ts';

/** A file as messages name it. */
export function sourceName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/**
 * Reads a file, or standard input for `-`, as UTF-8 text without its byte order mark. Throws
 * InvalidInput for UTF-16, for binary data and for more than 10 MiB, CliError `file-not-readable`.
 */
export async function readText(path: string, sources: Sources): Promise<string> {
  const bytes = await readSource(path, sources);
  if (bytes.length > largestText) {
    throw new InvalidInput(`${sourceName(path)} is larger than ${largestText / 2 ** 20} MiB`);
  }
  const text = utf8Text(bytes);
  const is = (what: string): InvalidInput => new InvalidInput(`${sourceName(path)} is ${what}`);
  if (isUtf16(bytes)) {
    throw is('UTF-16 text, as the ">" of Windows PowerShell writes it; save it as UTF-8');
  }
  if (text === undefined) {
    throw is('not valid UTF-8 text: it is binary, or in another encoding');
  }
  if (text.includes('\0')) throw is('binary: it has a NUL character');
  return text.replace(/^\ufeff/, '');
}

/**
 * Reads the JSON or YAML in a text. `what` says what the document should be: "a task definition". Throws
 * InvalidInput with the place and the rule of the first mistake, never with text of the document; a
 * dotenv, TOML, INI or PEM file is named.
 */
export async function parseDocument(text: string, name: string, what: string): Promise<unknown> {
  if (text.trim() === '') throw new InvalidInput(`${name} is empty`);
  checkNesting(text, name);
  try {
    return JSON.parse(text);
  } catch {
    // The message of JSON.parse quotes the text.
    const document = await parseYaml(text, name).catch((error: unknown) => {
      checkFormat(text, name, what);
      throw error;
    });
    // YAML takes many a text for one long word.
    if (typeof document !== 'object') checkFormat(text, name, what);
    return document;
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
  throw new InvalidInput(problem);
}

// --- internal ---

/** Bytes of what is read as text. What AWS takes at once is far smaller: a task definition has 64 KB. */
const largestText = 10 * 2 ** 20;

async function parseYaml(text: string, name: string): Promise<unknown> {
  const { parseDocument: parse, visit } = await import('yaml');
  // Its warnings would go to the terminal, with text of the document.
  const document = parse(text, {
    prettyErrors: false,
    merge: true,
    logLevel: 'error',
    uniqueKeys: false,
  });
  const fault = (position: number, rule: string): InvalidInput =>
    new InvalidInput(`${name} is neither JSON nor YAML: ${placeOf(text, position)}: ${rule}`);
  const [error] = document.errors;
  if (error) {
    const inJson = /^\s*[{[]/.test(text) ? jsonFault(text) : undefined;
    if (inJson === undefined) throw fault(error.pos[0], yamlRule(error.code));
    throw new InvalidInput(`${name} is neither JSON nor YAML: ${inJson}`);
  }
  const [repeated] = await repeatedKeys(document);
  if (repeated !== undefined) throw fault(repeated, yamlRule('DUPLICATE_KEY'));
  try {
    const read: unknown = document.toJS();
    // Throws for a value that contains itself.
    JSON.stringify(read);
    return read;
  } catch {
    let position: number | undefined;
    let rule = yamlRule('BAD_ALIAS');
    visit(document, {
      Alias: (_key, node) => {
        const [at] = node.range ?? [];
        const [start = 0, , end = 0] = node.resolve(document)?.range ?? [];
        const isMissing = node.resolve(document) === undefined;
        if (at === undefined || !(isMissing || (start <= at && at < end))) return undefined;
        if (!isMissing) rule = 'the value contains itself';
        position = at;
        return visit.BREAK;
      },
    });
    if (position !== undefined) throw fault(position, rule);
    throw new InvalidInput(`${name} cannot be read as YAML: its aliases repeat or merge too much`);
  }
}
