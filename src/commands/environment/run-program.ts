import type { Result } from '../../cli.ts';
import { CliError } from '../../errors.ts';
import { shownName } from '../../model/secrets/shown-text.ts';
import type { World } from '../../world.ts';

/**
 * Runs a program and returns its exit code. Throws CliError `cannot-run` with the exit code of a
 * shell for a program that is not found (127) or not executable (126).
 */
export async function runProgram(
  world: World,
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Result<undefined>> {
  try {
    return { data: undefined, text: '', exitCode: await world.run(command, env) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === 'ENOENT';
    throw new CliError(
      'cannot-run',
      `cannot run ${shownName(command[0] ?? '')}: ${words[code ?? ''] ?? code ?? message}`,
      { exitCode: missing ? 127 : 126 },
    );
  }
}

// --- internal ---

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program',
  EACCES: 'permission denied',
};
