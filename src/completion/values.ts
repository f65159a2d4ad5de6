import { callerNeeds } from '../model/roles/caller-policy.ts';
import { isFile } from '../operations/definitions/is-file.ts';
import type { World } from '../world.ts';
import { fixedValues, type Kind } from './kinds.ts';
import type { Lookup } from './lookup.ts';
import type { Candidate } from './position.ts';

/** What a value may be. */
export interface Values {
  candidates: Candidate[];
  /** The shell adds its files. */
  files: boolean;
}

/** What is known of the line besides the value. */
export interface Setting {
  /** What a bare NAME means. */
  store: string | undefined;
  /** Names of AWS resources; none where they are not to be had in time. */
  names: (what: Lookup['what'], within: string) => Promise<string[]>;
  /** The environments of the project file. */
  environments: readonly string[];
  world: Pick<World, 'env' | 'readFile'>;
}

/** The values of a kind that begin with what was typed. */
export async function valuesOf(kind: Kind, typed: string, setting: Setting): Promise<Values> {
  const [candidates, files] = await anyOf(kind, typed, setting);
  return { candidates: candidates.filter(({ value }) => value.startsWith(typed)), files };
}

// --- internal ---

type Found = [candidates: Candidate[], files: boolean];

async function anyOf(kind: Kind, typed: string, setting: Setting): Promise<Found> {
  const { names, world } = setting;
  const fixed = fixedValues[kind];
  if (fixed) return [described(fixed, ''), false];
  switch (kind) {
    case 'ref':
      return [await references(typed, setting), false];
    case 'prefix':
      return [(await references(typed, setting)).filter(isFolder), false];
    case 'variable-ref': {
      const at = typed.indexOf('=') + 1;
      if (at === 0) return [[], false];
      const found = await references(typed.slice(at), setting);
      return [found.map((one) => ({ ...one, value: typed.slice(0, at) + one.value })), false];
    }
    case 'family':
      return [described(await names('families', ''), 'family'), false];
    case 'cluster':
      return [described(await names('clusters', ''), 'cluster'), false];
    case 'service':
      return [await services(typed, setting), false];
    case 'definition':
      return [await families(typed, setting), true];
    case 'target': {
      const [known, running] = await Promise.all([
        families(typed, setting),
        services(typed, setting),
      ]);
      return [[...known, ...running], true];
    }
    case 'place': {
      const isPath = typed.startsWith('/');
      const [known, below] = await Promise.all([
        families(typed, setting),
        references(typed, setting),
      ]);
      return [[...below.filter(isFolder), ...known], !isPath && !typed.startsWith('sm:')];
    }
    case 'variable':
      return [described(Object.keys(world.env).filter(isVariable).sort(), ''), false];
    case 'profile':
      return [described(await profiles(world), 'profile'), false];
    case 'environment':
      return [described(setting.environments, 'environment'), false];
    case 'commands': {
      const before = typed.slice(0, typed.lastIndexOf(',') + 1);
      const all = Object.keys(callerNeeds).map((name) => name.split(' ')[0] ?? '');
      return [
        described(
          [...new Set(all)].map((name) => before + name),
          '',
        ),
        false,
      ];
    }
    default:
      return [[], kind === 'files'];
  }
}

function described(values: readonly string[], description: string): Candidate[] {
  return values.map((value) => ({ value, description }));
}

function isFolder({ value }: Candidate): boolean {
  return value.endsWith('/') || value === 'sm:';
}

function isVariable(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}

async function families(typed: string, { names }: Setting): Promise<Candidate[]> {
  return isFile(typed) ? [] : described(await names('families', ''), 'family');
}

/** Clusters first, and behind the slash the services of one. */
async function services(typed: string, { names }: Setting): Promise<Candidate[]> {
  const at = typed.indexOf('/');
  if (at < 0) {
    return described(
      (await names('clusters', '')).map((name) => `${name}/`),
      'cluster',
    );
  }
  const cluster = typed.slice(0, at);
  if (!/^[\w-]+$/.test(cluster)) return [];
  const found = await names('services', cluster);
  return described(
    found.map((name) => `${cluster}/${name}`),
    'service',
  );
}

/** Parameters and secrets, level by level: what follows the next slash is left out. */
async function references(typed: string, { store, names }: Setting): Promise<Candidate[]> {
  const [, word = '', rest = ''] = /^(ssm:|sm:)?([\s\S]*)$/.exec(typed) ?? [];
  if (rest.includes(':')) return [];
  const inSecrets = word === 'sm:' || (word === '' && store === 'secrets-manager');
  const folder = rest.slice(0, rest.lastIndexOf('/') + 1);
  const found = await names(inSecrets ? 'secrets' : 'parameters', folder);
  const below = found.filter((name) => name.startsWith(rest) && name !== rest);
  const values = new Map<string, string>();
  for (const name of below) {
    const end = name.indexOf('/', folder.length === 0 && name.startsWith('/') ? 1 : folder.length);
    const value = word + (end < 0 ? name : name.slice(0, end + 1));
    values.set(value, end < 0 ? (inSecrets ? 'secret' : 'parameter') : '');
  }
  const candidates = [...values].map(([value, description]) => ({ value, description }));
  if (found.includes(rest)) candidates.unshift({ value: word + rest, description: '' });
  if (word === '' && !inSecrets && 'sm:'.startsWith(rest)) {
    candidates.push({ value: 'sm:', description: 'secrets of Secrets Manager' });
  }
  return candidates;
}

/** The profiles of the AWS configuration files. */
async function profiles({ env, readFile }: Setting['world']): Promise<string[]> {
  const home = env.HOME ?? env.USERPROFILE ?? '';
  const files = [
    env.AWS_CONFIG_FILE ?? `${home}/.aws/config`,
    env.AWS_SHARED_CREDENTIALS_FILE ?? `${home}/.aws/credentials`,
  ];
  const texts = await Promise.all(
    files.map((file) =>
      readFile(file).then(
        (bytes) => Buffer.from(bytes).toString(),
        () => '',
      ),
    ),
  );
  const sections = texts.join('\n').matchAll(/^\[(?:profile )?([\w.-]+)\]/gm);
  return [...new Set([...sections].map(([, name = '']) => name))].sort();
}
