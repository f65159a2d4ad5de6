import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { schemaFile } from '../../scripts/docs/schemas.ts';
import { withoutDocument } from '../../src/manual/facts.ts';
import { commands } from '../../src/commands/index.ts';

/** What a run printed. */
interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Checks what a run with `--json` printed against the published schemas: stdout against that of its
 * command, the last line of stderr against that of errors. Throws where it does not fit. Without
 * `--json`, and for what a program printed that was run, it checks nothing.
 */
export function checkDocuments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { code, stdout, stderr }: Printed,
): void {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  if (!asksForJson(own, env) || own.some((word) => helpWords.has(word))) return;
  const name = commandIn(own);
  // What stands behind -- is a program, and the output is its own.
  if (end >= 0 || (name !== undefined && withoutDocument.has(name))) return;
  if (stdout !== '' && name !== undefined) check(name, stdout);
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  if (last.startsWith('{') || (code !== 0 && stdout === '')) check('error', last);
}

// --- internal ---

const helpWords = new Set(['--help', '-h', 'help', '--version', '-V', 'version']);

function asksForJson(
  own: readonly string[],
  { ECS_SECRETS_JSON: variable = '' }: Readonly<Record<string, string | undefined>>,
): boolean {
  return own.includes('--json') || (variable !== '' && !/^(0|false|no)$/i.test(variable));
}

/** The command of a command line: `role create`; undefined where there is none. */
function commandIn(words: readonly string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    const entry = commands.find(
      (one) => one.name === word || ('aliases' in one && one.aliases?.includes(word)),
    );
    if (!entry) continue;
    if (!('commands' in entry)) return entry.name;
    const rest = words.slice(at + 1);
    const inner = entry.commands.find((one) => rest.includes(one.name));
    return inner && `${entry.name} ${inner.name}`;
  }
  return undefined;
}

const ajv = addFormats.default(new Ajv({ allowUnionTypes: true }));
/** Compiled when first needed, once for all files of a worker. */
const compiled = new Map<string, ValidateFunction>();

function check(name: string, text: string): void {
  const validate = compiled.get(name) ?? compile(name);
  compiled.set(name, validate);
  if (validate(JSON.parse(text))) return;
  const faults = (validate.errors ?? []).map(
    ({ instancePath, message = '', params }) =>
      `${instancePath || 'the document'} ${message} ${JSON.stringify(params)}`,
  );
  throw new Error(
    [
      `what ${name === 'error' ? 'a failed command' : `ecs-secrets ${name}`} printed with --json does not fit docs/schemas/${schemaFile(name)}:`,
      ...new Set(faults),
      'if the document is right, change its type in src/commands/*/documents.ts and run npm run docs',
    ].join('\n'),
  );
}

function compile(name: string): ValidateFunction {
  const file = fileURLToPath(new URL(`../../docs/schemas/${schemaFile(name)}`, import.meta.url));
  if (!existsSync(file)) {
    throw new Error(
      `ecs-secrets ${name} has no docs/schemas/${schemaFile(name)}: run npm run docs`,
    );
  }
  return ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
}
