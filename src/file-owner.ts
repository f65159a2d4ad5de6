import { readFile } from 'node:fs/promises';
import { InvalidInput } from './model/problems.ts';

/**
 * The IDs of `USER`, `USER:GROUP`, `UID` or `UID:GID`; names are looked up in /etc/passwd and
 * /etc/group. Throws InvalidInput for a name that is not there.
 */
export async function findOwner(
  written: string,
): Promise<{ uid: number; gid: number | undefined }> {
  const [user = '', group, ...more] = written.split(':');
  if (more.length > 0) throw new InvalidInput(`--owner: "${written}" is not USER or USER:GROUP`);
  const uid = await idOf(user, 'user', '/etc/passwd');
  return { uid, gid: group ? await idOf(group, 'group', '/etc/group') : undefined };
}

// --- internal ---

async function idOf(name: string, what: 'user' | 'group', file: string): Promise<number> {
  if (/^\d{1,10}$/.test(name)) return Number(name);
  const text = await readFile(file, 'utf8').catch(() => '');
  const line = text.split('\n').find((one) => one.startsWith(`${name}:`));
  const id = line?.split(':')[2];
  if (name !== '' && id !== undefined && /^\d+$/.test(id)) return Number(id);
  throw new InvalidInput(
    `--owner: there is no ${what} "${name}" in ${file}`,
    `give the number of the ${what}`,
  );
}
