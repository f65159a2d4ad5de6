/** Reads UTF-8 text; its byte order mark stays. Undefined for bytes that are none. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
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
export type ForeignFormat = 'dotenv' | 'PEM' | 'TOML or INI';

/**
 * The format of a text that is neither JSON nor YAML, where its lines tell; undefined where they do
 * not. Ask it only of what no parser could read, or of what has to be another format.
 */
export function foreignFormat(text: string): ForeignFormat | undefined {
  const lines = text
    .split(/\r\n?|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line));
  const isSetting = (line = ''): boolean => /^(?:export\s+)?["']?[\w.-]+["']?\s*=/.test(line);
  const isHeader = (line = ''): boolean => /^\[{1,2}[\w .:"'@/-]+\]{1,2}$/.test(line);
  const [first] = lines;
  if (isSetting(first) || isHeader(first)) {
    if (lines.some(isHeader) && lines.some(isSetting)) return 'TOML or INI';
    if (isSetting(first)) return 'dotenv';
  }
  return /^-----BEGIN [A-Z0-9 ]+-----/m.test(text) ? 'PEM' : undefined;
}
