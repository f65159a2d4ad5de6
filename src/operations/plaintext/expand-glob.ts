import { CliError } from '../../errors.ts';

/** Where folders are listed. */
export interface Folders {
  /** What is in a folder, without `.` and `..`. Rejects as node's fs does. */
  listFolder(path: string): Promise<{ name: string; isFolder: boolean }[]>;
}

/**
 * The files that a path with wildcards stands for, sorted: `*` and `?` within a name, `**` for any
 * number of folders. As in a shell they match no hidden name; `**` goes into no node_modules. A path
 * without wildcards stands for itself, without a leading `./`. Throws CliError `file-not-readable` when
 * nothing matches.
 */
export async function expandGlob(written: string, folders: Folders): Promise<string[]> {
  const path = written.replace(/^(?:\.\/+)+(?=.)/, '');
  if (!/[*?]/.test(path)) return [path];
  const found = await below(path.startsWith('/') ? '/' : '', path.split('/').filter(Boolean));
  if (found.length > 0) return [...new Set(found)].sort();
  throw new CliError('file-not-readable', `no file matches ${written}`);

  async function below(folder: string, segments: readonly string[]): Promise<string[]> {
    const [segment = '', ...rest] = segments;
    if (segment !== '**' && !/[*?]/.test(segment) && rest.length > 0) {
      return below(`${folder}${segment}/`, rest);
    }
    const entries = await folders.listFolder(folder || '.').catch(() => []);
    const parts = entries
      .filter(({ name }) => !name.startsWith('.') || segment.startsWith('.'))
      .map(async ({ name, isFolder }): Promise<string[]> => {
        if (segment === '**') {
          return isFolder && name !== 'node_modules' ? below(`${folder}${name}/`, segments) : [];
        }
        if (!matcher(segment).test(name)) return [];
        if (rest.length > 0) return isFolder ? below(`${folder}${name}/`, rest) : [];
        return isFolder ? [] : [`${folder}${name}`];
      });
    const here = segment === '**' ? await below(folder, rest.length > 0 ? rest : ['*']) : [];
    return [...here, ...(await Promise.all(parts)).flat()];
  }
}

// --- internal ---

function matcher(segment: string): RegExp {
  const source = segment
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
