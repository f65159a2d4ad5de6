import { CliError } from '../errors.ts';
import { shownName } from '../model/secrets/shown-text.ts';

/**
 * Why a file could not be read or written, in words. The message of node's error is no help: it names
 * the path again.
 */
export function fileProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return words[code ?? ''] ?? code ?? message;
}

/** The CliError `file-not-writable` for an error of `World.writeFile` and its like. */
export function notWritable(path: string, error: unknown, hint?: string): CliError {
  const { code } = error as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'no such directory' : fileProblem(error);
  const message = `cannot write ${shownName(path)}: ${why}`;
  return new CliError('file-not-writable', message, { hint, cause: error });
}

// --- internal ---

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is exceeded',
  EFBIG: 'the file is too large',
  EROFS: 'the file system is read-only',
  EIO: 'input/output error',
};
