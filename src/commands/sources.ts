import { CliError } from '../errors.ts';
import type { Sources } from '../operations/read-source.ts';
import type { World } from '../world.ts';

/** The sources of documents for a command: the world's files and standard input. */
export function sourcesOf(world: World): Sources {
  return { readFile: (path) => world.readFile(path), readStdin: () => readStdin(world) };
}

/** All bytes of standard input. Throws CliError `stdin-not-readable`. */
export async function readStdin({ stdin }: World): Promise<Uint8Array> {
  try {
    return await stdin.read();
  } catch (error) {
    throw stdinNotReadable(error);
  }
}

/** The error for unreadable standard input, with the system's code (`EIO`, `EISDIR`). */
export function stdinNotReadable(error: unknown): CliError {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return new CliError('stdin-not-readable', `cannot read standard input: ${code}`, {
    hint: 'give the value or the document as a file',
    cause: error,
  });
}
