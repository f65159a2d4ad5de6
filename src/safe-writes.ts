import { closeSync, fstatSync, writeFileSync } from 'node:fs';
import type { OutputProblem } from './world.ts';

/** A standard stream of the process, such as `process.stdout`. */
export type StandardStream = NodeJS.WriteStream & { fd: number };

/**
 * Writes to the standard streams so that a full disk or a closed terminal does not stop the
 * command: the first failure is kept for the end. `terminals` returns the streams that may be one.
 */
export function safeWrites(
  stdout: StandardStream,
  stderr: StandardStream,
  terminals: () => readonly { isTTY: boolean; fd: number }[],
) {
  let first: OutputProblem | undefined;
  const remember = (stream: StandardStream, error: NodeJS.ErrnoException): void => {
    // A reader that exited (`| head`) is not a failure.
    if (error.code === 'EPIPE') return;
    first ??= { name: stream === stdout ? 'standard output' : 'standard error', error };
  };
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      remember(stream, error);
    });
  }
  return {
    write: (stream: StandardStream, text: string): void => {
      if (!isFile(stream)) {
        stream.write(text);
        return;
      }
      // Node's stream throws, and treats a partial write as complete.
      try {
        writeFileSync(stream.fd, text);
      } catch (error) {
        remember(stream, error as NodeJS.ErrnoException);
      }
    },

    /** The first failure, once all writes have finished or failed. */
    problem: async (): Promise<OutputProblem | undefined> => {
      for (const stream of [stdout, stderr]) {
        if (!isFile(stream)) await new Promise((resolve) => stream.write('', resolve));
      }
      if (first?.error.code === 'EIO') closeTerminals(terminals());
      return first;
    },
  };
}

// --- internal ---

/** Whether a stream goes to a file, or to a device other than a terminal. */
function isFile({ fd, isTTY }: StandardStream): boolean {
  if (isTTY) return false;
  const found = fstatSync(fd);
  return found.isFile() || found.isCharacterDevice();
}

/**
 * Node restores the terminal modes at exit, and aborts if the terminal is gone. It ignores closed
 * descriptors (src/node.cc, ResetStdio).
 */
function closeTerminals(streams: readonly { isTTY: boolean; fd: number }[]): void {
  for (const { isTTY, fd } of streams) {
    if (isTTY) closeSync(fd);
  }
}
