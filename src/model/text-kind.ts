/** Reads UTF-8 text; its byte order mark stays. Undefined for bytes that are none. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Reads UTF-16 text that begins with a byte order mark, which stays. Undefined for other bytes. */
export function utf16Text(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  if (!isLittle && !(first === 0xfe && second === 0xff)) return undefined;
  try {
    const encoding = isLittle ? 'utf-16le' : 'utf-16be';
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether bytes are UTF-16: by its byte order mark, or by the NULs of its Latin characters. */
export function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  // Of fewer than four characters NULs say nothing.
  if (bytes.length < 8 || bytes.length % 2 !== 0) return false;
  const nuls = [0, 0];
  bytes.forEach((byte, at) => {
    if (byte === 0) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
  });
  const [most = 0, least = 0] = nuls.sort((a, b) => b - a);
  return least === 0 && most / (bytes.length / 2) > 0.8;
}

/** A format that people hand to the wrong command. */
export type ForeignFormat = 'dotenv' | 'PEM' | 'TOML or INI' | 'Terraform (HCL)' | 'Jsonnet';

/**
 * The format of a text that is neither JSON nor YAML, where its lines tell; undefined where they do
 * not. Ask it only of what no parser could read, or of what has to be another format.
 */
export function foreignFormat(text: string): ForeignFormat | undefined {
  const lines = text
    .split(/\r\n?|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line));
  if (
    lines.some((line) => /^(?:resource|module|data|variable) "[\w-]{1,64}"[^{]{0,200}\{/.test(line))
  ) {
    return 'Terraform (HCL)';
  }
  const [begin = ''] = lines.filter((line) => !line.startsWith('//'));
  if (/^(?:local \w{1,64}(?:\(| =)|function\()/.test(begin) || /\bstd\.\w{1,64}\(/.test(text)) {
    return 'Jsonnet';
  }
  const isSetting = (line = ''): boolean => /^(?:export\s+)?["']?[\w.-]+["']?\s*=/.test(line);
  const isHeader = (line = ''): boolean => /^\[{1,2}[\w .:"'@/-]+\]{1,2}$/.test(line);
  const [first] = lines;
  if (isSetting(first) || isHeader(first)) {
    if (lines.some(isHeader) && lines.some(isSetting)) return 'TOML or INI';
    if (isSetting(first)) return 'dotenv';
  }
  return /^-----BEGIN [A-Z0-9 ]+-----/m.test(text) ? 'PEM' : undefined;
}

/**
 * Position of the first tag of a template engine (`{{NAME}}`, `{% if … %}`) outside quotes. Ask it only of
 * what no parser could read.
 */
export function templateTag(text: string): number | undefined {
  for (const found of text.matchAll(/"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|\{\{|\{%/g)) {
    if (found[0].startsWith('{')) return found.index;
  }
  return undefined;
}

/** Whether YAML read `{{NAME}}` without quotes: as an object with one key, which is an object. */
export function hasUnquotedTag(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, member]: [string, unknown]) => {
    return (/^\{ .{1,64} \}$/.test(key) && member === null) || hasUnquotedTag(member);
  });
}
