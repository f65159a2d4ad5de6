import { CliError, isCliError } from '../../errors.ts';
import { cutContainer, type EnvFile } from '../../model/definitions/plain-members.ts';
import { readSecretFile } from '../secrets/read-secret-file.ts';
import type { Sources } from '../read-source.ts';
import { shownName } from '../../model/secrets/shown-text.ts';

/**
 * Reads the variables of a dotenv file, given as `[CONTAINER=]FILE`. The values go into a task
 * definition in plain text. Throws InvalidInput with all problems, by line and never by value.
 */
export async function readEnvFile(written: string, sources: Sources): Promise<EnvFile> {
  const { container, rest } = cutContainer(written);
  const reading = readSecretFile(rest, { format: 'dotenv', empty: 'keep' }, sources);
  const { entries } = await reading.catch((error: unknown) => {
    // After "=" may be a value: `--env-file NAME=VALUE` instead of `--env`.
    if (container === undefined || !isCliError(error, 'file-not-readable')) throw error;
    throw new CliError('file-not-readable', `cannot read the file of --env-file ${container}=…`, {
      hint: `--env-file takes [CONTAINER=]FILE; --env sets one variable`,
      exitCode: error.exitCode,
    });
  });
  return {
    option: `--env-file ${shownName(rest)}`,
    container,
    variables: entries.map(({ key, value }) => [key, value.reveal()] as const),
  };
}
