import { parse } from 'dotenv';
import { isObject, scalarText } from '../../model/definitions/foreign/found.ts';
import type { Variables } from '../../model/definitions/substitute.ts';
import { InvalidInput } from '../../model/problems.ts';
import { isJsonText } from '../json-text.ts';
import type { Sources } from '../read-source.ts';
import { parseDocument, readText, sourceName } from '../read-text.ts';

/**
 * Reads values of placeholders from a file: an object in JSON, a map in YAML (by its ending), or dotenv. Throws
 * InvalidInput and CliError `file-not-readable`.
 */
export async function readVariables(path: string, sources: Sources): Promise<Variables> {
  const text = await readText(path, sources);
  if (!isJsonText(text) && !/\.ya?ml$/i.test(path)) return parse(text);
  const name = sourceName(path);
  const read = await parseDocument(text, name, 'a file of variables');
  if (!isObject(read)) throw new InvalidInput(`${name}: must be an object`);
  return Object.fromEntries(
    Object.entries(read).flatMap(([key, value]) => {
      if (value === null) return [];
      const one = scalarText(value);
      if (one === undefined) throw new InvalidInput(`${name}: ${key}: must be a string`);
      return [[key, one]];
    }),
  );
}
