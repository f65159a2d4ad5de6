import { InvalidInput } from '../problems.ts';
import { parsePrefix, type Prefix } from '../secrets/prefix.ts';
import {
  formatReference,
  isProvidedByAws,
  parseReference,
  type Reference,
  type Store,
} from '../secrets/reference.ts';

/** The members of a project file that declare secrets, as they are written. */
export interface Declaration {
  /** By the name of the variable; a text is the `from` of a required one. */
  secrets?: Readonly<Record<string, string | WrittenSecret>> | undefined;
  /** The names, or each name with what the placeholders of templates stand for. */
  environments?: readonly string[] | Readonly<Record<string, Readonly<Record<string, string>>>>;
  prefix?: string | undefined;
  store?: Store | undefined;
}

/** A declared secret as it is written. */
export interface WrittenSecret {
  /** A reference, with `{env}` for the name of the environment. */
  from: string;
  required?: boolean | undefined;
  container?: string | readonly string[] | undefined;
  /** The only environments that have it, or what is different in some; `false`: not there. */
  environments?:
    readonly string[] | Readonly<Record<string, string | false | Override>> | undefined;
}

/** What is different in one environment. */
interface Override {
  from?: string | undefined;
  required?: boolean | undefined;
}

/** A variable that an environment takes from a secret. */
export interface DeclaredSecret {
  variable: string;
  reference: Reference;
  required: boolean;
  /** The names of its containers; none: the only essential one. */
  containers: readonly string[];
}

/** The declared secrets of one environment. */
export interface DeclaredSet {
  environment: string;
  secrets: DeclaredSecret[];
  /** What only this environment is below, so that all in it should be declared. */
  folders: Prefix[];
}

/** The environment of a file that names none. */
export const onlyEnvironment = 'default';

/** Gets a mistake, with its path in the file: `['secrets', 'DB', 'from']`. No message has a value. */
export type OnMistake = (path: readonly string[], message: string) => void;

/**
 * The secrets of each environment, in the order of the file; without `environments`, those of one with
 * the name `default`. What has a mistake is left out.
 */
export function declaredSets(
  declaration: Declaration,
  report: OnMistake = () => undefined,
): DeclaredSet[] {
  const told = new Set<string>();
  // Most mistakes are the same in every environment.
  const onMistake: OnMistake = (path, message) => {
    const place = path.join(' ');
    if (!told.has(place)) report(path, message);
    told.add(place);
  };
  const secrets = Object.entries(declaration.secrets ?? {});
  if (secrets.length === 0) return [];
  const environments = environmentsOf(declaration);
  if (environments.length === 0) onMistake(['environments'], 'names no environment');
  const named = new Set(environments.map(({ name }) => name));
  if (named.size < environments.length) onMistake(['environments'], 'lists a name twice');
  for (const [variable, secret] of secrets) {
    if (typeof secret !== 'string' && isList(secret.environments)) {
      // It would be checked nowhere.
      const isNowhere = secret.environments.length === 0;
      if (isNowhere) onMistake(['secrets', variable, 'environments'], 'names no environment');
    }
    for (const name of environmentsIn(secret).filter((one) => !named.has(one))) {
      onMistake(['secrets', variable, 'environments'], `names "${name}", which is not declared`);
    }
  }
  return environments.map((environment) => {
    const read = secrets.flatMap(([variable, secret]) => {
      const own = inEnvironment(secret, environment.name, variable);
      return own ? (readSecret(variable, own, environment, onMistake) ?? []) : [];
    });
    const folders = environment.isOnly
      ? foldersOfProject(declaration)
      : topmost(read.flatMap(({ folder }) => folder ?? []));
    return { environment: environment.name, secrets: read.map(({ secret }) => secret), folders };
  });
}

/** A reference as users write it: `/shop/db` without `ssm:` where that is clear. */
export function shortReference(reference: Reference): string {
  return formatReference(reference).replace(/^ssm:(?=\/)/, '');
}

// --- internal ---

interface NamedEnvironment {
  name: string;
  /** What placeholders stand for. */
  variables: ReadonlyMap<string, string>;
  /** The file names no environment. */
  isOnly: boolean;
}

function environmentsOf({ environments }: Declaration): NamedEnvironment[] {
  if (environments === undefined) {
    return [{ name: onlyEnvironment, variables: new Map(), isOnly: true }];
  }
  const entries = isList(environments)
    ? environments.map((name) => [name, {}] as const)
    : Object.entries(environments);
  return entries.map(([name, variables]) => ({
    name,
    variables: new Map([['env', name], ...Object.entries<string>(variables)]),
    isOnly: false,
  }));
}

function environmentsIn(secret: string | WrittenSecret): readonly string[] {
  if (typeof secret === 'string' || secret.environments === undefined) return [];
  const { environments } = secret;
  return isList(environments) ? environments : Object.keys(environments);
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

/** What is said of a secret in one environment, with the place of its template in the file. */
interface Own {
  from: string;
  path: readonly string[];
  required: boolean;
  containers: readonly string[];
}

/** Undefined if the environment does not have the secret. */
function inEnvironment(
  written: string | WrittenSecret,
  environment: string,
  variable: string,
): Own | undefined {
  const at = ['secrets', variable];
  if (typeof written === 'string') {
    return { from: written, path: at, required: true, containers: [] };
  }
  const { from, required = true, container = [], environments } = written;
  const own = { from, path: [...at, 'from'], required, containers: [container].flat() };
  if (environments === undefined) return own;
  if (isList(environments)) return environments.includes(environment) ? own : undefined;
  const override = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  if (override === false) return undefined;
  if (override === undefined) return own;
  const there = [...at, 'environments', environment];
  if (typeof override === 'string') return { ...own, from: override, path: there };
  return {
    ...own,
    ...(override.from !== undefined && { from: override.from, path: [...there, 'from'] }),
    required: override.required ?? required,
  };
}

/** Undefined if it has a mistake. */
function readSecret(
  variable: string,
  { from, path, required, containers }: Own,
  { name, variables, isOnly }: NamedEnvironment,
  onMistake: OnMistake,
): { secret: DeclaredSecret; folder: Prefix | undefined } | undefined {
  const unknown = [...from.matchAll(placeholder)].find(([, one = '']) => !variables.has(one))?.[1];
  if (unknown !== undefined) {
    onMistake(
      path,
      isOnly
        ? `has {${unknown}}, and the file has no "environments"`
        : `has {${unknown}}, which environments.${name} does not set`,
    );
    return undefined;
  }
  const reference = attempted(() => parseReference(filled(from, variables)));
  if (!reference) {
    onMistake(path, `is not a valid reference${isOnly ? '' : ` in the environment ${name}`}`);
    return undefined;
  }
  if (isProvidedByAws(reference)) {
    onMistake(path, 'is a parameter that AWS provides: it cannot be looked up');
    return undefined;
  }
  return {
    secret: { variable, reference, required, containers },
    folder: folderOf(from, variables),
  };
}

const placeholder = /\{(\w+)\}/g;

function filled(template: string, variables: ReadonlyMap<string, string>): string {
  return template.replaceAll(placeholder, (_, name: string) => variables.get(name) ?? '');
}

/** What a template is directly below, if that depends on the environment. ARNs have none. */
function folderOf(from: string, variables: ReadonlyMap<string, string>): Prefix | undefined {
  const [, store, folder = ''] =
    /^(ssm:|sm:)?((?:[^:/]*\/)*)[^/]*$/.exec(from.replace(/^(s?sm:[^:]*):.*$/, '$1')) ?? [];
  if (!folder.includes('{')) return undefined;
  return attempted(() => parsePrefix(`${store ?? ''}${filled(folder, variables)}`));
}

function foldersOfProject({ prefix, store }: Declaration): Prefix[] {
  const own = prefix === undefined ? undefined : attempted(() => parsePrefix(prefix, store));
  return own && own.path !== '' ? [own] : [];
}

/** Those of the folders that are not below another one. */
function topmost(folders: readonly Prefix[]): Prefix[] {
  const unique = new Map(folders.map((one) => [`${one.store} ${one.path}`, one]));
  return [...unique.values()].filter(
    ({ store, path }) =>
      ![...unique.values()].some((one) => one.store === store && path.startsWith(`${one.path}/`)),
  );
}

function attempted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}
