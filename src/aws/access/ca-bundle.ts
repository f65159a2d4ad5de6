import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import type { Sourced } from './profiles.ts';

/**
 * Reads a certificate file. Throws UsageError without the path, because the environment may contain
 * any text.
 */
export async function readBundle({ value, source }: Sourced): Promise<string> {
  const hint = 'name a file with certificates in PEM format, or unset it';
  const where = source === 'AWS_CA_BUNDLE' ? source : `ca_bundle of ${source}`;
  const text = await readFile(value, 'utf8').catch((error: unknown) => {
    const { code = '' } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new UsageError(`${where}: the file ${why}`, hint);
  });
  const [first] = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(text) ?? [];
  if (first === undefined) throw new UsageError(`${where}: the file has no certificates`, hint);
  try {
    // Not all of them: with hundreds of certificates, this takes as long as the connection itself.
    new X509Certificate(first);
  } catch {
    throw new UsageError(`${where}: the file has a certificate that cannot be read`, hint);
  }
  return text;
}
