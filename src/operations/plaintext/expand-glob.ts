import { CliError } from '../../errors.ts';

/** Access to files by path with wildcards. */
export interface Folders {
  /** See `World.glob`. */
  glob: (pattern: string) => Promise<string[]>;
}

/**
 * The files that match a path with wildcards, sorted. A path without wildcards, or with only
 * brackets and no match, is returned itself, without a leading `./`. Throws CliError
 * `file-not-readable` if nothing matches.
 */
export async function expandGlob(written: string, sources: Folders): Promise<string[]> {
  const path = written.replace(/^(?:\.\/+)+(?=.)/, '');
  if (!/[*?[{]/.test(path)) return [path];
  const found = await sources.glob(path);
  if (found.length > 0) return [...new Set(found)].sort();
  if (!/[*?]/.test(path)) return [path];
  throw new CliError('file-not-readable', `no file matches ${written}`);
}
