import { nearest } from '../nearest.ts';

/**
 * The hint for a missing JSON key: the key that was probably meant (`did you mean DB_USER?`), or
 * some existing ones (`it has A, B and 36 more`).
 */
export function insteadOfKey(missing: string, keys: readonly string[]): string {
  const near = nearest(missing, keys);
  if (near !== undefined) return `did you mean ${near}?`;
  return keys.length === 0 ? 'it has none' : `it has ${someKeys(keys)}`;
}

/** The names of a few keys, and the number of further ones. */
export function someKeys(keys: readonly string[]): string {
  const named = keys.slice(0, mostNamed).join(', ');
  return keys.length > mostNamed ? `${named} and ${keys.length - mostNamed} more` : named;
}

// --- internal ---

const mostNamed = 5;
