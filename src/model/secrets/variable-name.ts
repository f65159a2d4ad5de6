/**
 * The environment variable for a secret below a prefix: what follows the prefix, with `_` for `/`,
 * `-` and `.`. The case is never changed. Undefined when that is no name of a variable.
 */
export function variableName(relativeName: string): string | undefined {
  const name = relativeName.replace(/[/.-]/g, '_');
  return isVariableName(name) ? name : undefined;
}

/** Whether every shell takes it for a variable's name (POSIX, "Name"). */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
