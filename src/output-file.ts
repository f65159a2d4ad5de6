import { randomUUID } from 'node:crypto';
import { writeFileSync, type Stats } from 'node:fs';
import {
  access,
  constants,
  lstat,
  open,
  readlink,
  realpath,
  rename,
  stat,
  unlink,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Writes a file. A device, a FIFO or an open file (`/dev/fd/3`, the shell's `>(…)`) is written
 * directly. A regular file is replaced once the new one is complete; for a symbolic link, its
 * target is written. The file gets `mode`, or keeps its own; a new file is only accessible by its
 * owner (0600). Rejects as Node's fs does, and then leaves no files behind.
 */
export async function writeOutputFile(path: string, text: string, mode?: number): Promise<void> {
  const target = await targetOf(path);
  if (target.descriptor !== undefined) {
    writeFileSync(target.descriptor, text);
  } else if (target.present && !target.present.isFile()) {
    await writeStraight(path, text);
  } else {
    const { path: replaced, present: old } = target;
    await replace(replaced, text, mode ?? (old ? old.mode & 0o7777 : ownerOnly), async (file) => {
      // Root may write a file of another user, who has to be able to read it afterwards.
      if (old) await file.chown(old.uid, old.gid).catch(() => undefined);
    });
  }
}

/** Who may access a file with secret values. */
export interface FileAccess {
  /** Permissions; default: 0o600. */
  mode?: number | undefined;
  /** IDs of the owner and, if it is to change, of the group. */
  owner?: { uid: number; gid: number | undefined } | undefined;
}

/**
 * Writes a file with secret values: it appears under its name complete, with its mode and owner. By
 * default only the user who writes it has access (0600), also if the file was there before. Rejects
 * as Node's fs does, and for a symbolic link and anything else that is no regular file.
 */
export async function writePrivateFile(
  path: string,
  text: string,
  { mode = ownerOnly, owner }: FileAccess = {},
): Promise<void> {
  if (path === '') throw failed('ENOENT');
  const present = await unlessMissing(lstat(path));
  if (present?.isSymbolicLink()) throw new Error('it is a symbolic link');
  if (present?.isDirectory() || path.endsWith('/')) throw failed('EISDIR');
  if (present && !present.isFile()) throw new Error('it is not a regular file');
  await replace(path, text, mode, async (file) => {
    if (owner) await file.chown(owner.uid, owner.gid ?? (await file.stat()).gid);
  });
}

/**
 * Rejects if `writeOutputFile` would, as far as can be checked beforehand. For a regular file,
 * creates an empty file in the same folder and removes it: permissions alone show neither what root
 * may write nor a full disk.
 */
export async function checkOutputFile(path: string): Promise<void> {
  const target = await targetOf(path);
  if (target.descriptor !== undefined) return;
  if (target.present) await access(target.path, constants.W_OK);
  if (target.present && !target.present.isFile()) return;
  const { file, name } = await openBeside(target.path);
  await file.close();
  await unlink(name);
}

// --- internal ---

interface Target {
  /** Without a symbolic link at its end. */
  path: string;
  /** Set for a regular file or socket that is already open, e.g. `/dev/stdout` of `>file`. */
  descriptor?: number;
  /** Undefined if the file does not exist yet. */
  present?: Stats | undefined;
}

/** Limit of Linux; path_resolution(7). */
const mostLinks = 40;

async function targetOf(written: string): Promise<Target> {
  if (written === '') throw failed('ENOENT');
  const present = await unlessMissing(stat(written));
  if (present?.isDirectory() || (!present && written.endsWith('/'))) throw failed('EISDIR');
  // A socket (e.g. the output of a child of Node) cannot be opened by its name.
  if (present && !present.isFile() && !present.isSocket()) return { path: written, present };
  let path = written;
  for (let links = 0; links < mostLinks; links++) {
    // If an open file were replaced, later writes to its descriptor would miss the new file.
    const descriptor = openFile(path);
    if (descriptor !== undefined) return { path, descriptor };
    const link = await readlink(path).catch(() => undefined);
    if (link === undefined) return { path, present };
    path = link.startsWith('/') ? link : join(await realpath(dirname(path)), link);
  }
  throw failed('ELOOP');
}

/** The descriptor of an open file that a path names: 1 for `/dev/stdout`. */
function openFile(path: string): number | undefined {
  const place = ['/dev/stdin', '/dev/stdout', '/dev/stderr'].indexOf(path);
  if (place >= 0) return place;
  const number = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}

async function writeStraight(path: string, text: string): Promise<void> {
  // Without O_CREAT: a device that was removed meanwhile is not replaced by a regular file.
  const file = await open(path, constants.O_WRONLY);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

async function replace(
  path: string,
  text: string,
  mode: number,
  setOwner: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const { file, name } = await openBeside(path);
  try {
    try {
      await file.writeFile(text);
      await setOwner(file);
      await file.chmod(mode);
    } finally {
      await file.close();
    }
    await rename(name, path);
  } catch (error) {
    await unlink(name).catch(() => undefined);
    throw error;
  }
}

const ownerOnly = 0o600;

/** A new file in the same folder with an unguessable name. */
async function openBeside(path: string) {
  const name = join(dirname(path), `.ecs-secrets-${randomUUID()}.tmp`);
  return { file: await open(name, 'wx', ownerOnly), name };
}

function unlessMissing(found: Promise<Stats>): Promise<Stats | undefined> {
  return found.catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}

function failed(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
