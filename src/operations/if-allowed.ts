import { isAccessDenied, type CliError } from '../errors.ts';

/** What a call answers, or 'denied' when the caller may not make it. */
export async function ifAllowed<T>(call: Promise<T>): Promise<T | 'denied'> {
  try {
    return await call;
  } catch (error) {
    if (isAccessDenied(error)) return 'denied';
    throw error;
  }
}

/** Why something could not be seen, in one line; who asked is the same everywhere. */
export function whyUnseen(error: CliError): string {
  const [line = error.code] = error.message.split('\n');
  return line.replace(/^(access denied: .*), as \S+$/, '$1');
}
