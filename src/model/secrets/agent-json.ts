/**
 * Why a secret read as JSON has no value, in the words of the ECS agent (agent/asm/asm.go). The
 * message may quote a character of the secret.
 */
export class JsonKeyError extends Error {}

/** The value of one top-level key of a JSON secret, formatted as the agent (in Go) formats it. */
export function jsonValue(secret: string, key: string): string {
  const parsed = parse(secret);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    // Go unmarshals null into a map without an error and then does not find the key.
    if (parsed === null) throw missing(key);
    const type = Array.isArray(parsed) ? 'array' : kindOf(parsed);
    throw new JsonKeyError(
      `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`,
    );
  }
  if (!Object.hasOwn(parsed, key)) throw missing(key);
  return print((parsed as Record<string, unknown>)[key]);
}

const missing = (key: string) =>
  new JsonKeyError(`retrieved secret from Secrets Manager did not contain json key ${key}`);

const kindOf = (value: unknown) => (typeof value === 'boolean' ? 'bool' : typeof value);

function parse(secret: string): unknown {
  try {
    return JSON.parse(secret);
  } catch {
    throw new JsonKeyError(syntaxError(secret.trimStart()));
  }
}

/** Go's messages for the common errors, especially for a secret that is not JSON at all. */
function syntaxError(text: string): string {
  const afterNumber = /^-?\d[\d.]*\s*([^\s\d.])/.exec(text)?.[1];
  if (afterNumber !== undefined) {
    return `invalid character '${afterNumber}' after top-level value`;
  }
  const first = /^[^-\d{["tfn]/.exec(text)?.[0];
  return first === undefined
    ? 'unexpected end of JSON input'
    : `invalid character '${first}' looking for beginning of value`;
}

function print(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return printNumber(value);
  if (Array.isArray(value)) return `[${value.map(print).join(' ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([key, entry]) => `${key}:${print(entry)}`).join(' ')}]`;
  }
  return value === null ? '<nil>' : JSON.stringify(value);
}

function printNumber(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  // Go switches to exponent notation much earlier than JavaScript.
  if (power >= -4 && power < 6) return String(value);
  const sign = power < 0 ? '-' : '+';
  return `${digits}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}
