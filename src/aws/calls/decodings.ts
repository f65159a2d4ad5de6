/**
 * A text and all its decoded forms, including nested ones: JSON, HTML and URL escapes, base64 and
 * hex. Base64 and hex are decoded only to text of 8 or more characters, because any word can be
 * decoded.
 */
export function decodings(text: string): string[] {
  const found = new Set([text]);
  let newest = [text];
  for (let depth = 0; depth < 3; depth += 1) {
    newest = newest
      .flatMap((one) => decoders.map((decode) => decode(one)))
      .filter((one) => one !== '' && !found.has(one));
    for (const one of newest) found.add(one);
  }
  return [...found];
}

// --- internal ---

const decoders: readonly ((text: string) => string)[] = [
  unescapedJson,
  unescapedHtml,
  unescapedUrl,
  decodedBase64,
  decodedHex,
];

const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function unescapedJson(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gis,
    (_, four?: string, two?: string, letter?: string) =>
      (four ?? two) ? characterOf(four ?? two, 16) : (letters[letter ?? ''] ?? letter ?? ''),
  );
}

const entities: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: ' ',
};

function unescapedHtml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,4}));/gi,
    (all, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return characterOf(hex, 16);
      return decimal === undefined ? (entities[name ?? ''] ?? all) : characterOf(decimal, 10);
    },
  );
}

function unescapedUrl(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
      Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
    );
}

/** A run may be cut at its front, or follow other letters: one of 4 start positions is right. */
function decodedBase64(text: string): string {
  // Encoders insert line breaks.
  return textIn(text.replace(/[\r\n]+/g, '').matchAll(/[\w+/-]{8,}/g), 'base64', [0, 1, 2, 3]);
}

function decodedHex(text: string): string {
  return textIn(text.matchAll(/[0-9a-f]{16,}/gi), 'hex', [0, 1]);
}

function textIn(
  encoded: Iterable<RegExpMatchArray>,
  encoding: 'base64' | 'hex',
  starts: readonly number[],
): string {
  return [...encoded]
    .flatMap(([run]) => starts.map((start) => Buffer.from(run.slice(start), encoding).toString()))
    .flatMap((decoded) => decoded.match(/(?:[^\p{Cc}\ufffd]|[\r\n\t]){8,}/gu) ?? [])
    .join('\n');
}

function characterOf(digits: string | undefined, base: number): string {
  const code = Number.parseInt(digits ?? '', base);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
