import type { Reference, Store } from '../secrets/reference.ts';
import type { AutoRedeployOptions } from './options.ts';
import { literal } from './states.ts';

/** Which secrets of a store a stack watches: undefined for none, and no names for all. */
export interface Watched {
  names: readonly string[];
  /** Names begin so: `/shop/prod/`. */
  prefixes: readonly string[];
}

/** The secrets of one store that a stack watches; undefined for none of them. */
export function watchedIn(
  { prefixes, secrets }: AutoRedeployOptions,
  store: Store,
): Watched | undefined {
  const all = prefixes.length + secrets.length === 0;
  const own = prefixes.filter((prefix) => prefix.store === store);
  const names = secrets.filter((secret) => secret.store === store).flatMap(namesOf);
  if (!all && own.length + names.length === 0) return undefined;
  // A path that is empty is the whole store.
  if (own.some(({ path }) => path === '')) return { names: [], prefixes: [] };
  return { names, prefixes: own.map(({ path }) => `${path}/`) };
}

/** Whether a stack watches the secret of a reference. */
export function watches(options: AutoRedeployOptions, reference: Reference): boolean {
  const watched = watchedIn(options, reference.store);
  if (!watched) return false;
  const { names, prefixes } = watched;
  if (names.length + prefixes.length === 0) return true;
  return namesOf(reference).some(
    (name) => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)),
  );
}

/** A condition in JSONata on an object with a `Name`: whether the stack watches this secret. */
export function isWatched(options: AutoRedeployOptions, store: Store): string {
  const watched = watchedIn(options, store);
  if (!watched) return 'false';
  const tests = [
    ...watched.names.map((name) => `Name = ${literal(name)}`),
    ...watched.prefixes.map(
      (prefix) => `$substring(Name, 0, ${prefix.length}) = ${literal(prefix)}`,
    ),
  ];
  return tests.length === 0 ? 'true' : `(${tests.join(' or ')})`;
}

// --- internal ---

/** What the name of a secret can be: after an ARN only AWS knows whether it ends in a suffix. */
function namesOf({ store, name, scope }: Reference): string[] {
  const [, bare] = /^(.+)-[A-Za-z0-9]{6}$/.exec(name) ?? [];
  return store === 'secrets-manager' && scope && bare !== undefined ? [name, bare] : [name];
}
