import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LeftResult } from '../../src/ci-files.ts';

/** One command that ran. */
export interface Run {
  /** Its name, for example `role check`. */
  name: string;
  exitCode: number;
  /** What it left; empty if it could not be started. */
  left: LeftResult;
}

/**
 * Runs one command line, with the output of the action as its own. Rejects if the program cannot be started; its
 * own failure is an exit code.
 */
export async function runCommand(
  program: string,
  words: readonly string[],
  { region, json }: { region: string; json: boolean },
): Promise<Run> {
  const folder = await mkdtemp(join(process.env.RUNNER_TEMP ?? tmpdir(), 'ecs-secrets-'));
  const file = join(folder, 'result.json');
  try {
    const exitCode = await exitCodeOf(program, words, {
      ...withoutInputs(process.env),
      ECS_SECRETS_RESULT_FILE: file,
      ...(region !== '' && { ECS_SECRETS_REGION: region }),
      ...(json && { ECS_SECRETS_JSON: '1' }),
    });
    const text = await readFile(file, 'utf8').catch(() => '{}');
    const left = JSON.parse(text) as LeftResult;
    return { name: left.command ?? words[0] ?? '', exitCode, left };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// --- internal ---

function exitCodeOf(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  return new Promise((resolve, reject) => {
    // The runner reads the masks of values, and whatever else the program prints, from our own output.
    const child = spawn(process.execPath, [program, ...words], {
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const pass = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    // The runner asks the action alone to end when a run is cancelled.
    for (const signal of signals) process.on(signal, pass);
    const end = (): void => {
      for (const signal of signals) process.off(signal, pass);
    };
    child.on('error', (error) => {
      end();
      reject(error);
    });
    child.on('close', (code) => {
      end();
      resolve(code ?? killed);
    });
  });
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Exit code of a command that ended without one. */
const killed = 130;

/** The environment without the inputs of the action, which are nothing to programs that `exec` runs. */
function withoutInputs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('INPUT_')));
}
