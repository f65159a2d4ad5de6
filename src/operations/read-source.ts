import { CliError } from '../errors.ts';
import { shownName } from '../model/secrets/shown-text.ts';
import { fileProblem } from './file-problem.ts';

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
    throw new CliError(
      'file-not-readable',
      `cannot read ${shownName(path)}: ${fileProblem(error)}`,
      {
        cause: error,
      },
    );
  }
}
