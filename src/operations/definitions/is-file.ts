/** Endings of files that hold task definitions, containers, or templates of them. */
const endings =
  /\.(?:json[c5]?|ya?ml|template|te?mpl|tpl|j2|jinja2?|erb|hbs|mustache|jsonnet|libsonnet|tfstate|tfplan|tf|hcl|env)$/i;

/**
 * Whether a task definition is written as the path of a file: `-` for standard input, a path with a
 * separator, or a name with the ending of a file. Everything else is a family or an ARN.
 */
export function isFile(written: string): boolean {
  if (written.startsWith('arn:')) return false;
  return written === '-' || /[/\\]/.test(written) || endings.test(written);
}

/** Whether a path has the ending of a file that may hold containers. */
export function isDefinitionFile(path: string): boolean {
  return endings.test(path);
}
