import { dirname, join, relative } from 'node:path';

/** A file of the repository that the working directory is in. */
export interface FoundFile {
  /** Relative to the working directory. */
  path: string;
  bytes: Uint8Array;
  /** Why it is not to be trusted: someone else could have written it. */
  distrust: 'other-owner' | 'writable' | undefined;
}

/**
 * Looks for a file in the working directory and in the directories above it, up to the one that has `.git`;
 * outside a repository only in the working directory. The nearest one counts. Someone else's file is
 * `distrust`ed as git does it (git-config, safe.directory); `uid` is ours, undefined on Windows, where
 * nothing is checked. Rejects as node's fs does for a file that is there and cannot be read.
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

/** The working directory and those above it up to the root of the repository, if it is in one. */
async function foldersOf(cwd: string): Promise<string[]> {
  // Imported where it is used, for a quick start: Node loads some twenty modules of its own for it.
  const { stat } = await import('node:fs/promises');
  const folders = [cwd];
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (folder !== cwd) folders.push(folder);
    // A work tree and a submodule have a file of this name.
    const isRoot = await stat(join(folder, '.git')).then(
      () => true,
      () => false,
    );
    if (isRoot) return folders;
    if (dirname(folder) === folder) return [cwd];
  }
}
