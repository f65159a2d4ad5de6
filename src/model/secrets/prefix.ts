import { InvalidInput } from '../problems.ts';
import { parseReference, type Reference, type Store } from './reference.ts';
import { setsVariable, valueHint, withoutValue } from './shown-text.ts';

/** A location in a store, as the start of names, e.g. everything below `/shop/prod`. */
export interface Prefix {
  store: Store;
  /** Without a trailing slash: `/shop/prod`, `shop/prod`; empty for the whole store. */
  path: string;
}

/**
 * Reads a prefix: `/shop/prod`, `ssm:/shop/prod` or `sm:shop/prod`, with or without a trailing
 * slash. `store` is the store of a prefix without a store. Throws InvalidInput.
 */
export function parsePrefix(text: string, store: Store = 'parameter-store'): Prefix {
  const [, word, rest = ''] = /^(ssm:|sm:)?([\s\S]*)$/.exec(text) ?? [];
  const own: Store =
    word === undefined ? store : word === 'sm:' ? 'secrets-manager' : 'parameter-store';
  const path = rest.replace(/\/$/, '');
  if (own === 'parameter-store' && path.includes('=')) {
    throw new InvalidInput(`prefix "${withoutValue(text)}" has a "="`, valueHint);
  }
  if (setsVariable(text) && !rest.endsWith('/')) {
    throw new InvalidInput(
      `prefix "${withoutValue(text)}" sets a value`,
      `${valueHint}; end a prefix that has a "=" with "/"`,
    );
  }
  if (path.includes(':')) {
    throw new InvalidInput(
      `prefix "${withoutValue(text)}" has a ":"; a prefix is neither an ARN nor a key`,
    );
  }
  if (path !== '' && own === 'parameter-store' && !path.startsWith('/')) {
    throw new InvalidInput(
      `prefix "${text}" does not start with "/", as a path of parameters does`,
      `write /${path}, or sm:${path} for Secrets Manager`,
    );
  }
  // Every error of a name below it is an error of the prefix.
  if (path !== '') parseReference(`${path}/x`, own);
  return { store: own, path };
}

/** A prefix in the notation of this tool. */
export function formatPrefix({ store, path }: Prefix): string {
  return store === 'secrets-manager' ? `sm:${path}` : path || '/';
}

/**
 * The secret with a name below a prefix. Throws InvalidInput if the name is invalid for its store.
 */
export function referenceBelow({ store, path }: Prefix, relativeName: string): Reference {
  // A colon would start the JSON key of a secret.
  if (relativeName.includes(':')) throw new InvalidInput(`the name "${relativeName}" has a ":"`);
  const below = path === '' && store === 'secrets-manager' ? '' : `${path}/`;
  return parseReference(`${store === 'secrets-manager' ? 'sm' : 'ssm'}:${below}${relativeName}`);
}

/** The part of a full name after the prefix; undefined for a name that is not below it. */
export function relativeName({ store, path }: Prefix, name: string): string | undefined {
  if (path === '') return store === 'secrets-manager' ? name : name.replace(/^\//, '');
  return name.startsWith(`${path}/`) ? name.slice(path.length + 1) : undefined;
}
