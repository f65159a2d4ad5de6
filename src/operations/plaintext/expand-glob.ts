import { CliError } from '../../errors.ts';

/** Access to files by path with wildcards. */
export interface Folders {
  /** See `World.glob`. */
  glob: (pattern: string) => Promise<string[]>;
}

/** The files that a path stands for, and whether it is a glob that matched them. */
export interface Expanded {
  files: string[];
  isGlob: boolean;
}

/**
 * The files that match a path with wildcards, sorted. A path without wildcards, or with only
 * brackets and no match, stands for itself, without a leading `./`. Throws CliError
 * `file-not-readable` if nothing matches.
 */
export async function expandGlob(written: string, sources: Folders): Promise<Expanded> {
  const path = written.replace(/^(?:\.\/+)+(?=.)/, '');
  const itself = { files: [path], isGlob: false };
  if (!/[*?[{]/.test(path)) return itself;
  const found = await sources.glob(path);
  if (found.length > 0) return { files: [...new Set(found)].sort(), isGlob: true };
  if (!/[*?]/.test(path)) return itself;
  throw new CliError('file-not-readable', `no file matches ${written}`);
}
