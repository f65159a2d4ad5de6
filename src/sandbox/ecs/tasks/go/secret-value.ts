import { printValue } from './print.ts';
import { GoError } from './reader.ts';
import { readDocument, type GoValue } from './unmarshal.ts';

/**
 * The value of a key of a JSON secret as the agent gets it (agent/asm/asm.go,
 * `GetSecretFromASMWithInput`). Throws GoError with the agent's text.
 */
export function valueOfKey(secret: string, key: string): string {
  const { value, outOfRange } = readDocument(secret);
  // `null` leaves the map empty.
  const members = value ?? new Map<string, GoValue>();
  if (!(members instanceof Map)) {
    throw new GoError(
      `json: cannot unmarshal ${kindOf(members)} into Go value of type map[string]interface {}`,
    );
  }
  if (outOfRange !== undefined) {
    throw new GoError(`json: cannot unmarshal number ${outOfRange} into Go value of type float64`);
  }
  const member = members.get(key);
  if (member === undefined) {
    throw new GoError(`retrieved secret from Secrets Manager did not contain json key ${key}`);
  }
  return printValue(member);
}

/**
 * What is wrong with the credentials of a registry, in the agent's words; undefined if nothing is
 * (`extractASMValue`: a struct of two strings, whose names are matched in any case).
 */
export function credentialsFault(secret: string): string | undefined {
  if (secret === '') return 'authorization data: empty secrets value';
  const members = objectIn(secret);
  const found = { username: '', password: '' };
  let isValid = members !== undefined;
  for (const [key, value] of members ?? []) {
    // Unicode's simple folding, as in Go: `paſſword` counts too.
    const field = /^username$/iu.test(key) ? 'username' : /^password$/iu.test(key) && 'password';
    if (!field) continue;
    if (typeof value !== 'string' && value !== null) isValid = false;
    else found[field] = value ?? '';
  }
  if (!isValid) return 'authorization data: unable to unmarshal secret value, invalid schema';
  const empty = found.username === '' ? 'username' : found.password === '' && 'password';
  return empty ? `${empty}: AuthorizationData is malformed, empty field` : undefined;
}

// --- internal ---

function kindOf(value: GoValue): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function objectIn(secret: string): Map<string, GoValue> | undefined {
  try {
    // Numbers are out of range only where Go reads them: not in members that the struct lacks.
    const { value } = readDocument(secret);
    if (value === null) return new Map();
    return value instanceof Map ? value : undefined;
  } catch (error) {
    if (error instanceof GoError) return undefined;
    throw error;
  }
}
