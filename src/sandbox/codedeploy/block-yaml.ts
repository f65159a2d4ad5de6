/**
 * Parses the simple block YAML of AppSpecs: values by the path of their keys,
 * `Resources/TargetService/Type`. If a path occurs twice, the first one counts. Flow style, anchors
 * and block scalars are not supported.
 */
export function readBlockYaml(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let open: { indent: number; key: string }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const indent = indentOf(line);
    const [key, rest] = keyOf(line.slice(indent));
    if (key === '') continue;
    open = open.filter((outer) => outer.indent < indent);
    open.push({ indent, key });
    const path = open.map((outer) => outer.key).join('/');
    const value = scalar(rest);
    if (value !== '' && !values.has(path)) values.set(path, value);
  }
  return values;
}

// --- internal ---

/** Spaces before a key; the dash of a list item counts as one. */
function indentOf(line: string): number {
  let indent = 0;
  while (line.charAt(indent) === ' ' || line.startsWith('- ', indent)) indent += 1;
  return indent;
}

/** A key and the text after it; both empty if the line has no key. */
function keyOf(text: string): [key: string, rest: string] {
  if (text.startsWith('#')) return ['', ''];
  const colon = `${text} `.indexOf(': ');
  if (colon < 0) return ['', ''];
  return [text.slice(0, colon).replaceAll(/["']/g, ''), text.slice(colon + 1).trim()];
}

function scalar(text: string): string {
  const quote = text.charAt(0);
  const end = quote === '"' || quote === "'" ? text.indexOf(quote, 1) : -1;
  if (end > 0) return text.slice(1, end);
  const comment = ` ${text}`.indexOf(' #');
  return (comment < 0 ? text : text.slice(0, comment)).trim();
}
