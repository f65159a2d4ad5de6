import { fitsPattern } from '../../model/secrets/name-pattern.ts';
import { InvalidInput } from '../../model/problems.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import type { Sources } from '../read-source.ts';
import { readText, sourceName } from '../read-text.ts';
import { readChamber } from './files/chamber.ts';
import { readCompose } from './files/compose.ts';
import { readDocker } from './files/docker.ts';
import { readDotenv } from './files/dotenv.ts';
import { formatOf, type SecretFileFormat } from './files/format.ts';
import type { Assignment, Found } from './files/found.ts';
import { readKubernetes } from './files/kubernetes.ts';
import { readMaps } from './files/maps.ts';
import { readProperties } from './files/properties.ts';

export { secretFileFormats, type SecretFileFormat } from './files/format.ts';

/** What becomes of an empty value, which neither store accepts. */
export const emptyChoices = ['skip', 'error', 'store-space'] as const;
export type EmptyChoice = (typeof emptyChoices)[number];

/** One secret in a file. */
export interface SecretFileEntry {
  /** As written; for nested maps, the keys joined by `/`. */
  key: string;
  value: SecretValue;
}

/** The secrets in a file. Notes and warnings name keys, never values. */
export interface SecretFile {
  entries: SecretFileEntry[];
  /** Keys in the file that were left out: empty, without a value, or not selected. */
  left: string[];
  notes: string[];
  warnings: string[];
}

/** How to read a file of secrets. */
export interface SecretFileOptions {
  /** Default: by the extension and the text; see `formatOf`. */
  format?: SecretFileFormat | undefined;
  /** Default: `skip`. `keep` returns empty values. */
  empty?: EmptyChoice | 'keep' | undefined;
  /** Patterns of keys (`fitsPattern`); empty for all. */
  include?: readonly string[];
  exclude?: readonly string[];
  /** The service of a compose file. */
  service?: string | undefined;
}

/**
 * Reads a file of secrets, or standard input for `-`. Values are kept as written: a YAML or JSON
 * number keeps its digits, and `${X}` is not expanded. Throws InvalidInput with all problems of the
 * selected keys, by line or key and never by value.
 */
export async function readSecretFile(
  path: string,
  options: SecretFileOptions,
  sources: Sources,
): Promise<SecretFile> {
  return parseSecretFile(await readText(path, sources), path, options);
}

/** The same for a text that was read; see `readSecretFile`. */
export async function parseSecretFile(
  text: string,
  path: string,
  { format, empty = 'skip', include = [], exclude = [], service }: SecretFileOptions,
): Promise<SecretFile> {
  const name = sourceName(path);
  const found = await readers[format ?? formatOf(path, text)](text, name, service);
  const isSelected = (key: string): boolean =>
    (include.length === 0 || include.some((pattern) => fitsPattern(pattern, key))) &&
    !exclude.some((pattern) => fitsPattern(pattern, key));
  const selected = found.assignments.filter(({ key }) => isSelected(key));
  const unique = withoutRepeats(selected, found);
  const isEmpty = ({ value }: Assignment): boolean => value.byteLength === 0;
  const empties = empty === 'keep' ? [] : unique.filter(isEmpty);
  if (empty === 'error') for (const { key, line } of empties) addEmpty(found, key, line);
  const faults = found.faults.filter(({ key }) => key === undefined || isSelected(key));
  if (faults.length > 0) {
    // Those of one line keep their order.
    const sorted = faults.toSorted((a, b) => a.line - b.line);
    throw new InvalidInput(sorted.map((fault) => fault.text));
  }
  const entries =
    empty === 'store-space'
      ? unique.map((one) => (isEmpty(one) ? { ...one, value: new SecretValue(' ') } : one))
      : unique.filter((one) => !empties.includes(one));
  const open = found.open.filter(isSelected);
  const left = new Set([
    ...[...found.assignments, ...open.map((key) => ({ key }))].map(({ key }) => key),
  ]);
  for (const { key } of entries) left.delete(key);
  if (entries.length === 0) throw nothingIn(name, { empties, found, open });
  return {
    entries: entries.map(({ key, value }) => ({ key, value })),
    left: [...left],
    notes: [...found.notes, ...notesOf(name, { empties, empty, open, include, found })],
    warnings: [...found.warnings, ...warningsOf(name, entries)],
  };
}

// --- internal ---

type Reader = (text: string, name: string, service: string | undefined) => Found | Promise<Found>;

const readers: Record<SecretFileFormat, Reader> = {
  dotenv: readDotenv,
  docker: readDocker,
  chamber: readChamber,
  properties: readProperties,
  json: (text, name) => readMaps(text, name, 'json'),
  yaml: (text, name) => readMaps(text, name, 'yaml'),
  k8s: readKubernetes,
  compose: readCompose,
};

function addEmpty(found: Found, key: string, line: number | undefined): void {
  if (line === undefined) found.fault(`: ${key} is empty; neither store accepts that`, key);
  else found.lineFault(line, ': the value is empty; neither store accepts that', key);
}

/** Each key once. A key that is set again to another value is a problem, to the same one a note. */
function withoutRepeats(assignments: readonly Assignment[], found: Found): Assignment[] {
  const first = new Map<string, Assignment>();
  for (const one of assignments) {
    const { key, value, line } = one;
    const other = first.get(key);
    if (!other) first.set(key, one);
    else if (other.value.equals(value)) {
      const lines = line === undefined ? '' : ` (lines ${other.line ?? 0} and ${line})`;
      found.notes.push(`${found.name}: ${key} is set twice to the same value${lines}`);
    } else if (line === undefined) {
      found.fault(`: ${key} appears twice, with different values`, key);
    } else {
      const rule = `: the name is set twice, to another value than on line ${other.line ?? 0}`;
      found.lineFault(line, rule, key);
    }
  }
  return [...first.values()];
}

interface Left {
  empties: readonly Assignment[];
  open: readonly string[];
  found: Found;
}

function nothingIn(name: string, { empties, open, found }: Left): InvalidInput {
  const why =
    empties.length + open.length > 0
      ? ': all are empty'
      : found.assignments.length + found.open.length > 0
        ? ' that --include and --exclude select'
        : '';
  return new InvalidInput(`${name} has no secrets in it${why}`);
}

function notesOf(
  name: string,
  {
    empties,
    empty,
    open,
    include,
    found,
  }: Left & { empty: EmptyChoice | 'keep'; include: readonly string[] },
): string[] {
  const keys = empties.map(({ key }) => key).join(', ');
  const all = [...found.assignments.map(({ key }) => key), ...found.open];
  const unused = include.filter((pattern) => !all.some((key) => fitsPattern(pattern, key)));
  return [
    ...(keys === ''
      ? []
      : [
          `${name}: ${empty === 'skip' ? 'left out' : 'stored as a space'}, as they are empty: ${keys}`,
        ]),
    ...(open.length === 0
      ? []
      : [`${name}: left out, as they have no value in the file: ${open.join(', ')}`]),
    ...unused.map((pattern) => `${name}: nothing matches --include ${pattern}`),
  ];
}

function warningsOf(name: string, entries: readonly Assignment[]): string[] {
  const keysOf = (isMeant: (one: Assignment) => boolean): string =>
    entries
      .filter(isMeant)
      .map(({ key }) => key)
      .join(', ');
  const unexpanded = keysOf(
    ({ value, isLiteral = false }) => !isLiteral && value.matches(/\$\{[A-Za-z_]|\$\(/),
  );
  const standIns = keysOf(({ value }) => value.isStandIn());
  return [
    ...(unexpanded === '' ? [] : [`${name}: "\${…}" and "$(…)" are not expanded: ${unexpanded}`]),
    ...(standIns === '' ? [] : [`${name}: placeholders instead of values: ${standIns}`]),
  ];
}
