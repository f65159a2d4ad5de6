/** What stands for a reference in a text whose references were resolved. */
export const unknownValue = '${}';

/**
 * A text with its references resolved as far as it says: `${X:-text}` becomes its default, every other
 * `${…}`, `{{…}}`, `$(…)` and text in backticks becomes `${}`. In a command so does `$X`.
 */
export function resolveReferences(text: string, isCommand: boolean): string {
  let resolved = text
    .replace(/\$?\{\{[^{}]*\}\}/g, unknownValue)
    .replace(/%[a-z]+(?:[._][a-z]+)+%/g, unknownValue)
    .replace(/\$\{\}/g, unknownValue);
  // Inner references first: `${A:-${B:-text}}`.
  for (let depth = 0; depth < 3 && resolved.includes('$'); depth += 1) {
    resolved = resolved
      .replace(/\${1,2}\{([^{}]+)\}/g, (_, inner: string) => defaultOf(inner))
      .replace(/\$\((?:[^()]|\([^()]*\))*\)/g, unknownValue);
  }
  if (!isCommand) return resolved;
  return resolved.replace(/`[^`]*`/g, unknownValue).replace(/\${1,2}[A-Za-z_]\w*/g, unknownValue);
}

// --- internal ---

/** What `${INNER}` is where the variable is not set: the rules of shells, compose and Spring. */
function defaultOf(inner: string): string {
  const [, operator = '', text = ''] = /^[\w.]+(:?[-=]|:(?=[\w/]))([^]*)$/.exec(inner) ?? [];
  return operator === '' || text === '' ? unknownValue : text;
}
