import { CliError } from '../../errors.ts';
import type { Sources } from '../read-source.ts';

/** Where files are found. */
export interface Folders {
  /** See `World.glob`. */
  glob: (pattern: string) => Promise<string[]>;
}

/**
 * The files that a path with wildcards stands for, sorted. A path without any, or one that names a file
 * as it is, stands for itself, without a leading `./`. Throws CliError `file-not-readable` when nothing
 * matches.
 */
export async function expandGlob(
  written: string,
  sources: Folders & Pick<Sources, 'readFile'>,
): Promise<string[]> {
  const path = written.replace(/^(?:\.\/+)+(?=.)/, '');
  if (!/[*?[{]/.test(path)) return [path];
  const found = await sources.glob(path);
  if (found.length > 0) return [...new Set(found)].sort();
  if (await sources.readFile(path).catch(() => undefined)) return [path];
  throw new CliError('file-not-readable', `no file matches ${written}`);
}
