import { fileURLToPath } from 'node:url';
import type { Size } from '../../src/world.ts';
import { program, runProgram } from './run.ts';

/** What is done on a terminal: wait for a text, type, send a signal to the program, wait until all is read. */
export type TerminalStep =
  { expect: string } | { send: string | Uint8Array } | { signal: number } | { settle: true };

/** How a program ended that ran on a terminal, and how it left the terminal. */
export interface TerminalEnd {
  screen: string;
  code: number | null;
  /** The number of the signal that ended it. */
  signal: number | null;
  echo: boolean;
  /** Whether the terminal edits lines (canonical mode). */
  line: boolean;
}

const helper = fileURLToPath(new URL('terminal.py', import.meta.url));

/** Runs the built program on a pseudo terminal of Python's. */
export function onTerminal(
  argv: readonly string[],
  steps: readonly TerminalStep[],
  env: Record<string, string | undefined> = {},
  size?: Size,
): Promise<TerminalEnd> {
  return programOnTerminal([...program, ...argv], steps, env, size);
}

/** Runs any program on a pseudo terminal, e.g. a shell. */
export async function programOnTerminal(
  argv: readonly string[],
  steps: readonly TerminalStep[],
  env: Record<string, string | undefined> = {},
  { columns, rows }: Size = { columns: 80, rows: 24 },
): Promise<TerminalEnd> {
  const order = {
    size: [rows, columns],
    argv,
    steps: steps.map((step) =>
      'send' in step ? { send: Buffer.from(step.send as string).toString('hex') } : step,
    ),
  };
  const seen = await runProgram('python3', [helper], { stdin: JSON.stringify(order), env });
  if (seen.code !== 0) throw new Error(seen.stderr);
  return JSON.parse(seen.stdout) as TerminalEnd;
}
