import { nearest } from '../nearest.ts';
import type { KeyFault } from './agent-json.ts';

/**
 * Why the ECS agent reads no value for the key of a secret, as what follows the secret's name. `keys`
 * are those that it has.
 */
export function whyNoKey(
  fault: KeyFault | 'binary',
  key: string,
  keys: readonly string[] = [],
): string {
  switch (fault) {
    case 'binary':
      return 'is binary, so it has no JSON keys; the ECS agent of an EC2 instance crashes when it reads one';
    case 'not-json':
    case 'not-object':
      return `is not a JSON object, so it has no key "${key}"`;
    case 'too-deep':
      return 'has more than 10,000 levels of JSON, which the ECS agent does not read';
    case 'number-range':
      return 'has a number outside the range of a 64-bit float, so the ECS agent reads none of its keys';
    case 'no-key':
      return `has no key "${key}"; ${insteadOfKey(key, keys)}`;
  }
}

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
