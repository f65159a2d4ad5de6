import { readFile } from 'node:fs/promises';
import { getAsset, isSea } from 'node:sea';

/**
 * The text of THIRD-PARTY-NOTICES: a file of the package, or an asset of the standalone binary
 * (https://nodejs.org/api/single-executable-applications.html). Rejects as Node's fs does.
 */
export async function readLicenses(): Promise<string> {
  const name = 'THIRD-PARTY-NOTICES';
  if (isSea()) return getAsset(name, 'utf8');
  return readFile(new URL(`../${name}`, import.meta.url), 'utf8');
}
