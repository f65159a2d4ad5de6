/** The way from the root of a document to one of its values. */
export type DocumentPath = readonly (string | number)[];

/** A task definition that was found in a document of any format, in the form of ECS's API. */
export interface FoundDefinition {
  /** Not checked: what the document has, in the names of the API. */
  input: unknown;
  /** Name of the resource in its document: a logical ID, an address, a service. Undefined for a plain one. */
  resource?: string;
  /** The path in the document of a path in `input`. */
  pathOf: (path: DocumentPath) => DocumentPath;
}

/** The formats in which containers are found. */
export type DefinitionFormat =
  | 'task definition'
  | 'list of containers'
  | 'CloudFormation template'
  | 'Terraform plan or state'
  | 'Compose file'
  | 'Copilot manifest';

/** An object that is no list. */
export type Members = Readonly<Record<string, unknown>>;

/** The members of an object; none for anything else. */
export function membersOf(value: unknown): Members {
  return isObject(value) ? value : {};
}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The entries of a list; none for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text of a text, number or boolean. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A text of a document, under the name that it is set by. */
export interface Setting {
  name: string;
  value: string;
  path: DocumentPath;
}

/** Settings as Compose and Copilot write them: a map, or a list of `NAME=value`. */
export function settingsOf(written: unknown, path: DocumentPath): Setting[] {
  const list = listOf(written).flatMap((entry, at): Setting[] => {
    const [, name, value] = /^([^=]+)=([^]*)$/.exec(scalarText(entry) ?? '') ?? [];
    return name !== undefined && value !== undefined ? [{ name, value, path: [...path, at] }] : [];
  });
  const map = Object.entries(membersOf(written)).flatMap(([name, entry]): Setting[] => {
    const value = scalarText(entry);
    return value === undefined ? [] : [{ name, value, path: [...path, name] }];
  });
  return [...list, ...map];
}

/** A command as a list of words, or one line. `path` leads to it. */
export function wordsOf(written: unknown, path: DocumentPath): Setting[] {
  const line = scalarText(written);
  if (line !== undefined) return [{ name: '', value: line, path }];
  return listOf(written).map((word, at) => {
    return { name: '', value: scalarText(word) ?? '', path: [...path, at] };
  });
}
