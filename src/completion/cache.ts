import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOutputFile } from '../output-file.ts';
import type { World } from '../world.ts';
import type { Lookup } from './lookup.ts';

/** Names of AWS resources that completion has looked up; on disk, readable by their owner only. */
export interface NameCache {
  /** The names, and whether they are less than a minute old; undefined when they were not looked up. */
  read(): Promise<{ names: string[]; isFresh: boolean } | undefined>;
  /** Keeps the names, and removes what is older than a day. */
  write(names: readonly string[]): Promise<void>;
  /** False when another process looks them up already. */
  begin(): Promise<boolean>;
}

/** The names of one lookup; the account is identified by region, profile, endpoint and credentials. */
export function nameCache(lookup: Lookup, { env, clock }: Pick<World, 'env' | 'clock'>): NameCache {
  const folder = folderOf(env);
  const { what, within, region = '', profile = '', endpoint = '' } = lookup;
  const who = identity.map((name) => env[name] ?? '');
  const key = [what, within, region, profile, endpoint, ...who];
  const digest = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32);
  const file = join(folder, `${digest}.names`);
  const mark = join(folder, `${digest}.pending`);
  const ageOf = async (path: string): Promise<number> => {
    return stat(path).then(
      ({ mtimeMs }) => clock.now() - mtimeMs,
      () => Infinity,
    );
  };
  return {
    async read() {
      const text = await readFile(file, 'utf8').catch(() => undefined);
      if (text === undefined) return undefined;
      return { names: text.split('\n').filter(isName), isFresh: (await ageOf(file)) < freshness };
    },
    async write(names) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeOutputFile(file, names.filter(isName).join('\n'), 0o600);
      await rm(mark, { force: true });
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        if ((await ageOf(path)) > longest) await rm(path, { force: true });
      }
    },
    async begin() {
      if ((await ageOf(mark)) < patience) return false;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(mark, '', { mode: 0o600 });
      return true;
    },
  };
}

// --- internal ---

/** Milliseconds. */
const freshness = 60_000;
const patience = 15_000;
const longest = 86_400_000;

/** Variables that say whose names they are. */
const identity = [
  ...['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_ROLE_ARN'],
  ...['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_ENDPOINT_URL', 'AWS_REGION'],
  ...['AWS_DEFAULT_REGION', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'],
];

/** What a shell gets has no character that it could take for its own, and none that moves the cursor. */
function isName(text: string): boolean {
  return /^[\w./+=@:,-]{1,2048}$/.test(text);
}

function folderOf(env: World['env']): string {
  const { XDG_CACHE_HOME: given, LOCALAPPDATA: local, HOME: home } = env;
  const base = given?.startsWith('/') ? given : (local ?? join(home ?? '.', '.cache'));
  return join(base, 'ecs-secrets', 'completion');
}
