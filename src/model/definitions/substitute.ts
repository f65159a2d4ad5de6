import { isAtLeast, suspect } from '../secrets/plaintext-secrets.ts';
import type { Problems } from '../problems.ts';

/** Values of placeholders, by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Begins the text that stands for a placeholder without quotes; see `parseJson`. */
export const unquotedMark = '\ue000';

/**
 * A document with `${NAME}` in its texts replaced by variables; `$${` stands for `${` itself. `${NAME:-default}`,
 * `${NAME-default}`, `${NAME:?message}`, `${NAME?message}`, `${NAME:+other}` and `${NAME+other}` mean what they mean in
 * a shell (POSIX, "Parameter Expansion"). A placeholder that stood in JSON without quotes becomes what its value is in JSON, if it is
 * JSON. Adds to the problems each name that is not set, and each whose value looks like a secret: that one belongs in the store, not in
 * a task definition. Without variables texts stay as they are.
 */
export function substitute(
  document: unknown,
  variables: Variables | undefined,
  problems: Problems,
): unknown {
  const told = new Set<string>();
  const tell = (name: string, problem: string): string => {
    if (!told.has(name)) problems.add(`\${${name}}: ${problem}`);
    told.add(name);
    return '';
  };
  const expand = (name: string, operator = '', word = ''): string => {
    const value = variables?.[name];
    const isUsed = operator.startsWith(':') ? Boolean(value) : value !== undefined;
    if (operator.endsWith('+')) return isUsed ? word : '';
    if (operator.endsWith('-') && !isUsed) return word;
    if (operator.endsWith('?') && !isUsed) {
      return tell(name, word === '' ? 'the variable is not set or empty' : word);
    }
    if (value === undefined) return tell(name, 'the environment variable is not set');
    const suspicion = suspect(name, value);
    return suspicion && isAtLeast(suspicion.confidence, 'medium')
      ? tell(name, `its value looks like a secret (${suspicion.kind}): store it and refer to it`)
      : value;
  };
  const replace = (text: string): string =>
    text.replace(
      placeholder,
      (whole, name: string | undefined, operator?: string, word?: string) =>
        name === undefined ? whole.slice(1) : expand(name, operator, word),
    );
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') {
      if (value.startsWith(unquotedMark)) {
        const text = `\${${value.slice(unquotedMark.length)}}`;
        return variables ? jsonOf(replace(text)) : text;
      }
      return variables ? replace(value) : value;
    }
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]: [string, unknown]) => [key, walk(member)]),
    );
  };
  return walk(document);
}

// --- internal ---

const placeholder = /\$\$\{|\$\{(\w+)(?:(:?[-?+])([^{}]*))?\}/g;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
