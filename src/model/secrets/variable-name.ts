/**
 * The environment variable for a secret below a prefix: the name after the prefix, with `_` for
 * `/`, `-` and `.`. The case is never changed. Undefined if the result is not a variable name.
 */
export function variableName(relativeName: string): string | undefined {
  const name = relativeName.replace(/[/.-]/g, '_');
  return isVariableName(name) ? name : undefined;
}

/** Whether every shell accepts it as a variable name (POSIX, "Name"). */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
