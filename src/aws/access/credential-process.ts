import { exec } from 'node:child_process';
import type { AwsCredentialIdentity } from '@smithy/types';
import { CliError } from '../../errors.ts';
import { oneLine } from '../../model/printable.ts';
import type { Env } from './profiles.ts';

/**
 * Runs the credential_process of a profile and parses its output ("Source credentials with an
 * external process", AWS SDKs and Tools guide). Throws CliError with the last line of its standard
 * error, never with the command or its output.
 */
export async function runCredentialProcess(
  command: string,
  { env, profile, redact }: { env: Env; profile: string; redact: (text: string) => string },
): Promise<AwsCredentialIdentity> {
  const fail = (what: string, hint = 'run the command by hand to see what it prints'): CliError =>
    new CliError('no-credentials', `the credential_process of profile "${profile}" ${what}`, {
      hint,
    });
  const { stdout, stderr, failed } = await run(command, env);
  if (failed !== undefined) {
    const words = oneLine(redact(stderr.trim()).split('\n').at(-1) ?? '').slice(0, 500);
    throw fail(words === '' ? `failed (exit code ${failed})` : `failed: ${words}`);
  }
  const got = parsed(stdout);
  if (!got) throw fail('did not print JSON');
  if (got.Version !== 1) throw fail('printed another version than 1');
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Expiration } = got;
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
    throw fail('printed no AccessKeyId and SecretAccessKey');
  }
  const expiration = typeof Expiration === 'string' ? new Date(Expiration) : undefined;
  if (expiration && !(expiration.getTime() > Date.now())) {
    throw fail('printed credentials that have expired', 'sign in again with that program');
  }
  return {
    accessKeyId,
    secretAccessKey,
    ...(typeof got.SessionToken === 'string' && { sessionToken: got.SessionToken }),
    ...(typeof got.AccountId === 'string' && { accountId: got.AccountId }),
    ...(expiration && { expiration }),
  };
}

// --- internal ---

/** Through the shell, like the SDKs; the AWS CLI does not use one. */
function run(
  command: string,
  env: Env,
): Promise<{ stdout: string; stderr: string; failed: string | number | undefined }> {
  return new Promise((resolve) => {
    exec(command, { env, maxBuffer: 1 << 20, windowsHide: true }, (error, stdout, stderr) => {
      const failed = error ? (error.code ?? error.signal ?? 'unknown') : undefined;
      resolve({ stdout, stderr, failed });
    });
  });
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const got: unknown = JSON.parse(text);
    return typeof got === 'object' && got !== null ? (got as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
