/** Formats a value as an XML element: list members as elements named `item`, dates as ISO 8601. */
export function element(name: string, value: unknown, item: string): string {
  if (value === undefined) return '';
  return `<${name}>${content(value, item)}</${name}>`;
}

// --- internal ---

function content(value: unknown, item: string): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((member) => element(item, member, item)).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([key, member]) => element(key, member, item))
      .join('');
  }
  return escape(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

function escape(text: string): string {
  return (
    text
      // Characters that XML 1.0 cannot hold, even escaped.
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"\r]/g, (character) => entities[character] ?? character)
  );
}
