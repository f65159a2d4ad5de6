import type { FoundFile } from './project-file.ts';
import type { Answer } from './prompt-keys.ts';

/**
 * Everything outside the program as one value: the real one in terminal.ts, a fake one in tests.
 */
export interface World {
  env: Readonly<Record<string, string | undefined>>;
  stdin: Input;
  stdout: Output;
  stderr: Output;
  clock: Clock;
  /**
   * The first failed write to stdout or stderr, once all are finished. Such a failure does not stop
   * a command. A reader that exited (EPIPE) is not a failure.
   */
  outputProblem: () => Promise<OutputProblem | undefined>;
  /** Aborted by the first interrupt (Ctrl-C); the second one ends the process. */
  interrupted: AbortSignal;
  /** Reads a whole file. Rejects as Node's fs does. */
  readFile: (path: string) => Promise<Uint8Array>;
  /**
   * Writes a file; a regular file is written completely or not at all. The file gets these
   * permissions (0o600), or keeps its own; a new file is only accessible by its owner. Rejects as
   * Node's fs does.
   */
  writeFile: (path: string, text: string, mode?: number) => Promise<void>;
  /**
   * Writes a file with secret values, completely or not at all, with this mode (default 0o600) and
   * owner (`USER`, `USER:GROUP` or their IDs). Rejects as Node's fs does, for a symbolic link, and with
   * InvalidInput if there is no such owner.
   */
  writePrivateFile: (
    path: string,
    text: string,
    access?: { mode?: number | undefined; owner?: string | undefined },
  ) => Promise<void>;
  /** Rejects if `writeFile` would, as far as can be checked without writing. */
  checkWritable: (path: string) => Promise<void>;
  /** Appends text to a file. Rejects as Node's fs does. */
  appendFile: (path: string, text: string) => Promise<void>;
  /**
   * The file of this name in the working directory or the nearest directory above it, up to the
   * root of the repository, with its path relative to the working directory. Rejects as Node's fs
   * does if it cannot be read.
   */
  projectFile: (name: string) => Promise<FoundFile | undefined>;
  /**
   * The files that match a path with wildcards: `*`, `?`, `**`, `[ab]` and `{a,b}`. They match no
   * hidden name, and nothing in node_modules.
   */
  glob: (pattern: string) => Promise<string[]>;
  /** The licenses of the bundled packages. Rejects as Node's fs does. */
  licenses: () => Promise<string>;
  /** An unbiased integer from 0 to `limit` - 1, from a cryptographic source. */
  randomInt(limit: number): number;
  /**
   * Shows a text in the user's pager; false without a terminal or pager (the caller then prints
   * it).
   */
  page(text: string): Promise<boolean>;
  /**
   * Starts this program again with these arguments, without a terminal. It outlives this process.
   */
  startAgain(argv: readonly string[]): void;
  /** Runs a program on this terminal and returns its exit code (128 + n after signal n). */
  run(
    command: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<number>;
}

export interface Input {
  isTTY: boolean;
  /** All bytes up to the end. */
  read(): Promise<Uint8Array>;
  /** Asks on stderr for a value that is not shown. */
  askHidden(question: string): Promise<Answer>;
  /** Asks a question on stderr; true for "y" or "yes" in any case. */
  confirm(question: string): Promise<boolean>;
}

export interface Output {
  isTTY: boolean;
  /**
   * Writes a text. Control characters and workflow commands in it are escaped, unless it is a
   * requested value (`exact`). `tabs` keeps the tabs that separate columns. See safe-output.ts.
   */
  write(text: string, options?: { exact?: boolean; tabs?: boolean }): void;
  /** Colours the text, or returns it unchanged if the stream shows no colour. */
  style: Style;
  /** Characters per line and number of lines; unlimited without a terminal. */
  size: () => Size;
  /** Draws lines below the output, again every second and after each text; only on a terminal. */
  showLive: (draw: () => readonly string[]) => void;
  /** Removes the live lines. */
  clearLive: () => void;
  /** Leaves the live lines on the screen; later output goes below them. */
  endLive: () => void;
}

/** The size of a terminal, which may change while it is open. */
export interface Size {
  columns: number;
  rows: number;
}

/** The stream that failed, `standard output` or `standard error`, and Node's error. */
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
