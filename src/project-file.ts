import { dirname, join, relative } from 'node:path';

/** A file of the repository that contains the working directory. */
export interface FoundFile {
  /** Relative to the working directory. */
  path: string;
  bytes: Uint8Array;
  /** Why the file is not trusted: another user could have written it. */
  distrust: 'other-owner' | 'writable' | undefined;
}

/**
 * Searches for a file in the working directory and the directories above it, up to the one with
 * `.git`; outside a repository, only in the working directory. Returns the nearest one. A file of
 * another user is `distrust`ed as in git (git-config, safe.directory). `uid` is that of this
 * process; undefined on Windows, where nothing is checked. Rejects as Node's fs does for a file
 * that exists and cannot be read.
 */
export async function findProjectFile(
  name: string,
  cwd: string,
  uid: number | undefined,
): Promise<FoundFile | undefined> {
  const { open } = await import('node:fs/promises');
  const folders = await foldersOf(cwd);
  for (const folder of folders) {
    const path = join(folder, name);
    const file = await open(path).catch((error: unknown) => {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    });
    if (!file) continue;
    try {
      const { uid: owner, mode } = await file.stat();
      const others = uid !== undefined && owner !== uid && owner !== 0;
      const writable = uid !== undefined && (mode & 0o002) !== 0;
      return {
        path: relative(cwd, path),
        bytes: await file.readFile(),
        distrust: others ? 'other-owner' : writable ? 'writable' : undefined,
      };
    } finally {
      await file.close();
    }
  }
  return undefined;
}

// --- internal ---

/** The working directory and the directories above it, up to the root of the repository, if any. */
async function foldersOf(cwd: string): Promise<string[]> {
  // Imported on use, for a quick start: Node loads about 20 internal modules for it.
  const { stat } = await import('node:fs/promises');
  const folders = [cwd];
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (folder !== cwd) folders.push(folder);
    // In a work tree or a submodule, `.git` is a file.
    const isRoot = await stat(join(folder, '.git')).then(
      () => true,
      () => false,
    );
    if (isRoot) return folders;
    if (dirname(folder) === folder) return [cwd];
  }
}
