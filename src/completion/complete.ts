import { declaredSets } from '../model/environment/declared.ts';
import type { Project } from '../model/project/project.ts';
import { readProject } from '../project.ts';
import type { World } from '../world.ts';
import { nameCache } from './cache.ts';
import { keptByReadline, wordsOf } from './line.ts';
import type { Lookup } from './lookup.ts';
import { positionOf, type Candidate, type Position } from './position.ts';
import { valuesOf } from './values.ts';

/** The hidden command that the scripts of the shells call. */
const completeCommand = '__complete';

/**
 * Answers a shell: the first line is `files` where it adds its files, then a line a candidate, with a tab
 * before its description. `bash LINE POINT BREAKS` gets the line as it is typed, `powershell WORDS…` has a
 * colon before each word, and all others are `SHELL WORDS…`; the last word is the one at the cursor.
 * `refresh LOOKUP` asks AWS for names and keeps them. Waits at most `patience` milliseconds for AWS. What
 * goes wrong is an answer without candidates: nothing is printed on stderr, and nothing is thrown.
 */
export async function complete(
  [shell = '', ...given]: readonly string[],
  world: World,
  patience: number,
): Promise<void> {
  try {
    if (shell === 'refresh') {
      await refresh(JSON.parse(given[0] ?? '') as Lookup, world);
      return;
    }
    const [words, kept] = read(shell, given);
    const { candidates, files } = await candidatesAt(words, world, patience);
    const lines = candidates.map(({ value, description }) => {
      // A description is one line; a tab in it would part it.
      const what = description
        .replace(/ \[ECS_SECRETS_\w+\]$/, '')
        .replaceAll(/\s+/g, ' ')
        .trim();
      return `${value.slice(kept)}${what === '' ? '' : `\t${what}`}`;
    });
    world.stdout.write([files ? 'files' : '', ...lines, ''].join('\n'), { tabs: true });
  } catch {
    // An error printed on Tab would disturb the line that is being typed.
  }
}

// --- internal ---

function read(shell: string, given: readonly string[]): [words: string[], kept: number] {
  if (shell === 'bash') {
    const [line = '', point = '', breaks = ''] = given;
    const words = wordsOf(line.slice(0, Number(point))).slice(1);
    return [words, keptByReadline(words.at(-1) ?? '', breaks)];
  }
  return [shell === 'powershell' ? given.map((word) => word.slice(1)) : [...given], 0];
}

async function candidatesAt(words: readonly string[], world: World, patience: number) {
  const position = await positionOf(words.slice(0, -1), words.at(-1) ?? '');
  const { candidates, value } = position;
  if (!value) return { candidates, files: false };
  const until = performance.now() + patience;
  const members = await projectOf(position, world);
  const setting = settingOf(position, members, world);
  const found = await valuesOf(value.kind, value.typed, {
    store: position.given.get('store') ?? world.env.ECS_SECRETS_STORE ?? members.store,
    environments: declaredSets(members).map(({ environment }) => environment),
    names: (what, within) => namesOf({ what, within, ...setting }, world, until),
    world,
  });
  const whole = found.candidates.map((one): Candidate => ({
    ...one,
    value: value.before + one.value,
  }));
  return { candidates: whole, files: found.files };
}

async function projectOf({ given }: Position, world: World): Promise<Project> {
  const named = [given.get('config'), world.env.ECS_SECRETS_CONFIG].find(Boolean);
  return (await readProject(world, named).catch(() => undefined))?.members ?? {};
}

function settingOf(
  { given }: Position,
  members: Project,
  { env }: World,
): Pick<Lookup, 'region' | 'profile' | 'endpoint'> {
  const first = (...values: (string | undefined)[]): string | undefined => values.find(Boolean);
  return {
    region: first(
      ...[given.get('region'), env.ECS_SECRETS_REGION],
      ...[env.AWS_REGION, env.AWS_DEFAULT_REGION, members.region],
    ),
    profile: first(given.get('profile'), env.ECS_SECRETS_PROFILE),
    endpoint: first(given.get('endpointUrl'), env.ECS_SECRETS_ENDPOINT_URL),
  };
}

/**
 * Names that are kept for a minute. Another process looks up those that are missing or older, and is not
 * waited for longer than this: what it finds late is there at the next press of Tab.
 */
async function namesOf(lookup: Lookup, world: World, until: number): Promise<string[]> {
  const cache = nameCache(lookup, world);
  let kept = await cache.read();
  if (kept?.isFresh) return kept.names;
  if (await cache.begin()) {
    world.startAgain([completeCommand, 'refresh', JSON.stringify(lookup)]);
  }
  while (!kept?.isFresh && performance.now() < until) {
    await world.clock.sleep(pause, world.interrupted);
    kept = (await cache.read()) ?? kept;
  }
  return kept?.names ?? [];
}

/** Milliseconds. */
const pause = 10;

/** Looks up names and keeps them; none where AWS refuses, so that the next press of Tab does not ask again. */
async function refresh(lookup: Lookup, world: World): Promise<void> {
  const cache = nameCache(lookup, world);
  const over = new AbortController();
  const limit = new AbortController();
  void world.clock.sleep(longest, over.signal).then(() => {
    limit.abort();
  });
  try {
    const { lookUp } = await import('./lookup.ts');
    await cache.write(await lookUp(lookup, world.env, limit.signal));
  } catch {
    await cache.write((await cache.read())?.names ?? []);
  } finally {
    over.abort();
  }
}

const longest = 10_000;
