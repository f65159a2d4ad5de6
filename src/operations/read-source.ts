import { CliError } from '../errors.ts';
import { shownName } from '../model/secrets/shown-text.ts';

/** Where documents are read from. */
export interface Sources {
  readFile(path: string): Promise<Uint8Array>;
  readStdin(): Promise<Uint8Array>;
}

/** Reads a file, or standard input for `-`. Throws CliError `file-not-readable`. */
export async function readSource(path: string, sources: Sources): Promise<Uint8Array> {
  if (path === '-') return sources.readStdin();
  try {
    return await sources.readFile(path);
  } catch (error) {
    throw new CliError('file-not-readable', `cannot read ${shownName(path)}: ${reason(error)}`, {
      cause: error,
    });
  }
}

// --- internal ---

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a directory',
    EACCES: 'permission denied',
    ENAMETOOLONG: 'the name is too long',
  };
  // The message of node names the path again.
  return words[code ?? ''] ?? code ?? message;
}
