import { closeSync, fstatSync, writeFileSync } from 'node:fs';
import type { OutputProblem } from './world.ts';

/** A standard stream of the process; `process.stdout` and the like. */
export type StandardStream = NodeJS.WriteStream & { fd: number };

/**
 * Writes to the standard streams such that a full disk or a terminal that is gone does not stop the
 * work: the first failure is kept for the end. `terminals` answers with the streams that may be one.
 */
export function safeWrites(
  stdout: StandardStream,
  stderr: StandardStream,
  terminals: () => readonly { isTTY: boolean; fd: number }[],
) {
  let first: OutputProblem | undefined;
  const remember = (stream: StandardStream, error: NodeJS.ErrnoException): void => {
    // A reader that went away (`| head`) is no failure.
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
      // The stream of Node throws, and takes what was written in part for written whole.
      try {
        writeFileSync(stream.fd, text);
      } catch (error) {
        remember(stream, error as NodeJS.ErrnoException);
      }
    },

    /** The first failure, once all that was written has reached its end or failed. */
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

/** Whether a stream goes to a file, or to a device that is no terminal. */
function isFile({ fd, isTTY }: StandardStream): boolean {
  if (isTTY) return false;
  const found = fstatSync(fd);
  return found.isFile() || found.isCharacterDevice();
}

/**
 * Node restores the modes of its terminal at exit, and aborts when that terminal is gone; what is
 * closed it leaves alone (src/node.cc, ResetStdio).
 */
function closeTerminals(streams: readonly { isTTY: boolean; fd: number }[]): void {
  for (const { isTTY, fd } of streams) {
    if (isTTY) closeSync(fd);
  }
}
