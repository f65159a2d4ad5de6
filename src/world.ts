import type { FoundFile } from './project-file.ts';
import type { Answer } from './prompt-keys.ts';

/** Everything outside the program, as one value: the real one in terminal.ts, a made one in tests. */
export interface World {
  env: Readonly<Record<string, string | undefined>>;
  stdin: Input;
  stdout: Output;
  stderr: Output;
  clock: Clock;
  /**
   * The first write to stdout or stderr that failed, once all of them are done; such a failure does not
   * stop a command. A reader that went away (EPIPE) is none.
   */
  outputProblem: () => Promise<OutputProblem | undefined>;
  /** Aborted by the first interrupt (Ctrl-C); the second one ends the process. */
  interrupted: AbortSignal;
  /** Reads a file whole. Rejects as node's fs does. */
  readFile: (path: string) => Promise<Uint8Array>;
  /**
   * Writes a file, whole or not at all where it is a regular one; with these permissions (0o600), or
   * those that it has, or its owner's alone. Rejects as node's fs does.
   */
  writeFile: (path: string, text: string, mode?: number) => Promise<void>;
  /** Rejects where `writeFile` would, as far as that shows without writing. */
  checkWritable: (path: string) => Promise<void>;
  /** Adds text at the end of a file. Rejects as node's fs does. */
  appendFile: (path: string, text: string) => Promise<void>;
  /**
   * The file of this name in the working directory, or in one above it up to the root of the repository,
   * with its path from the working directory. Rejects as node's fs does if it cannot be read.
   */
  projectFile: (name: string) => Promise<FoundFile | undefined>;
  /**
   * The files that a path with wildcards stands for: `*`, `?`, `**`, `[ab]` and `{a,b}`. They match no
   * hidden name, and nothing in node_modules.
   */
  glob: (pattern: string) => Promise<string[]>;
  /** The licenses of the bundled packages. Rejects as node's fs does. */
  licenses: () => Promise<string>;
  /** An unbiased integer from 0 to `limit` - 1, from a cryptographic source. */
  randomInt(limit: number): number;
  /** Shows a text in the user's pager; false where it has to be printed: there is no terminal or no pager. */
  page(text: string): Promise<boolean>;
  /** Starts this program again with these arguments, on no terminal; it outlives us. */
  startAgain(argv: readonly string[]): void;
  /** Runs a program on this terminal and answers with its exit code (128 + n after signal n). */
  run(
    command: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<number>;
}

export interface Input {
  isTTY: boolean;
  /** All bytes up to the end. */
  read(): Promise<Uint8Array>;
  /** Asks for a value that is not shown, on stderr. */
  askHidden(question: string): Promise<Answer>;
  /** Asks a question on stderr; true for "y" or "yes" in any case. */
  confirm(question: string): Promise<boolean>;
}

export interface Output {
  isTTY: boolean;
  /**
   * Writes a text. Control characters and workflow commands in it are escaped, unless it is a value
   * that was asked for (`exact`); `tabs` stay where they part columns. See safe-output.ts.
   */
  write(text: string, options?: { exact?: boolean; tabs?: boolean }): void;
  /** Colours, or the text as it is where the stream shows none. */
  style: Style;
  /** How many characters a line has, and how many lines there are; no limit where it is no terminal. */
  size: () => Size;
  /** Draws lines below what was written, again every second and after each text; only on a terminal. */
  showLive: (draw: () => readonly string[]) => void;
  /** Takes the live lines away. */
  clearLive: () => void;
  /** Leaves the live lines as they are and goes on below them. */
  endLive: () => void;
}

/** The size of a terminal, which changes while it is open. */
export interface Size {
  columns: number;
  rows: number;
}

/** What could not be written to: `standard output` or `standard error`, and node's error. */
export interface OutputProblem {
  name: string;
  error: NodeJS.ErrnoException;
}

export type Style = Record<
  'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan',
  (text: string) => string
>;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits; returns early when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}
