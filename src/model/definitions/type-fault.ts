/**
 * What is wrong with a value of another type, in the words of JSON: `must be a string, not a number`.
 * `expected` comes with its article. YAML reads `8080` and `yes` as no string: then quotes help.
 */
export function typeFault(expected: string, value: unknown): string {
  const placeholder = unquotedPlaceholder(value);
  if (placeholder !== undefined) return `the placeholder ${placeholder} is not replaced`;
  if (value === undefined) return 'is missing';
  const quotes = expected.startsWith('a string') && /^(?:number|boolean)$/.test(typeof value);
  return `must be ${expected}, not ${typeName(value)}${quotes ? '; put it in quotes' : ''}`;
}

// --- internal ---

/** YAML reads `{{NAME}}` without quotes as an object whose one key is an object. */
function unquotedPlaceholder(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const [[key, inner] = [], ...others] = Object.entries(value);
  const [, name] = /^\{ ([\w.-]{1,64}) \}$/.exec(key ?? '') ?? [];
  return name !== undefined && inner === null && others.length === 0 ? `{{${name}}}` : undefined;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a fraction';
  return typeof value === 'boolean' ? 'true or false' : 'a string';
}
