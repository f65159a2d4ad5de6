import { nearest } from '../nearest.ts';

/**
 * What to say of a JSON key that is not there: the one that was probably meant (`did you mean DB_USER?`),
 * or some of those that there are (`it has A, B and 36 more`).
 */
export function insteadOfKey(missing: string, keys: readonly string[]): string {
  const near = nearest(missing, keys);
  if (near !== undefined) return `did you mean ${near}?`;
  return keys.length === 0 ? 'it has none' : `it has ${someKeys(keys)}`;
}

/** A few keys by name, and how many more there are. */
export function someKeys(keys: readonly string[]): string {
  const named = keys.slice(0, mostNamed).join(', ');
  return keys.length > mostNamed ? `${named} and ${keys.length - mostNamed} more` : named;
}

// --- internal ---

const mostNamed = 5;
