import { isAtLeast, suspect } from '../secrets/plaintext-secrets.ts';
import type { Problems } from '../problems.ts';

/**
 * A document with `${NAME}` in its texts replaced from the environment; `$${` stands for `${` itself.
 * Adds to the problems each name that is not set, and each whose value looks like a secret: that one
 * belongs in the store, not in a task definition.
 */
export function substitute(
  document: unknown,
  env: Readonly<Record<string, string | undefined>>,
  problems: Problems,
): unknown {
  const told = new Set<string>();
  const tell = (name: string, problem: string): string => {
    if (!told.has(name)) problems.add(`\${${name}}: ${problem}`);
    told.add(name);
    return '';
  };
  const valueOf = (name: string): string => {
    const value = env[name];
    if (value === undefined) return tell(name, 'the environment variable is not set');
    const suspicion = suspect(name, value);
    return suspicion && isAtLeast(suspicion.confidence, 'medium')
      ? tell(name, `its value looks like a secret (${suspicion.kind}): store it and refer to it`)
      : value;
  };
  const replace = (text: string): string =>
    text.replace(/\$\$\{|\$\{(\w+)\}/g, (whole, name: string | undefined) =>
      name === undefined ? whole.slice(1) : valueOf(name),
    );
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return replace(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]: [string, unknown]) => [key, walk(member)]),
    );
  };
  return walk(document);
}
