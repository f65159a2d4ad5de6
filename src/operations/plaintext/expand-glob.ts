import { CliError } from '../../errors.ts';

/** Where files are found. */
export interface Folders {
  /** See `World.glob`. */
  glob: (pattern: string) => Promise<string[]>;
}

/**
 * The files that a path with wildcards stands for, sorted. A path without any, or one that has only
 * brackets and matches nothing, stands for itself, without a leading `./`. Throws CliError `file-not-readable` when nothing
 * matches.
 */
export async function expandGlob(written: string, sources: Folders): Promise<string[]> {
  const path = written.replace(/^(?:\.\/+)+(?=.)/, '');
  if (!/[*?[{]/.test(path)) return [path];
  const found = await sources.glob(path);
  if (found.length > 0) return [...new Set(found)].sort();
  if (!/[*?]/.test(path)) return [path];
  throw new CliError('file-not-readable', `no file matches ${written}`);
}
