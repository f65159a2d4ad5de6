import { isFiller } from './stand-ins.ts';
import { tokenFormats, type Alphabet, type SecretKind, type TokenFormat } from './token-formats.ts';

/** How sure a finding is. */
export type Confidence = 'high' | 'medium' | 'low';

/** Why a value looks like a secret. Contains no part of the value. */
export interface Suspicion {
  kind: SecretKind;
  confidence: Confidence;
  /** A public prefix of all secrets of this kind, e.g. `AKIA…`. */
  hint?: string;
}

/** A secret recognized by its form alone, anywhere in the text; undefined if there is none. */
export function shapeOf(text: string): Suspicion | undefined {
  for (const { kind, confidence = 'high', hint, pattern } of shapes) {
    const match = pattern.exec(text);
    if (!match) continue;
    const found = kind === 'private key' ? text.slice(match.index).slice(0, 200) : match[0];
    return {
      kind,
      confidence: isSample(found) ? 'low' : confidence,
      ...(hint !== undefined && { hint: `${hint}…` }),
    };
  }
  return undefined;
}

// --- internal ---

/** Whether it is one that AWS and others use in their documentation, or padding. */
function isSample(found: string): boolean {
  return /example|placeholder|your[-_ ]/i.test(found) || isFiller(found);
}

interface Shape {
  kind: SecretKind;
  /** Repetitions are bounded or at the end, so that no text makes the search slow. */
  pattern: RegExp;
  hint?: string;
  confidence?: Confidence;
}

const alphabets: Readonly<Record<Alphabet, string>> = {
  alphanumeric: '[A-Za-z0-9]',
  word: String.raw`[\w-]`,
  hex: '[0-9a-f]',
  base64: '[A-Za-z0-9+/=_-]',
  upper: '[A-Z0-9]',
};

function shapesOf({ kind, prefixes, alphabet, length, exact }: TokenFormat): Shape[] {
  const character = alphabets[alphabet];
  return prefixes.map((prefix) => {
    const literal = prefix.replaceAll('.', String.raw`\.`);
    const end = exact ? `(?!${character})` : '';
    return {
      kind,
      hint: prefix,
      pattern: new RegExp(`(?<![A-Za-z0-9])${literal}${character}{${length}}${end}`),
    };
  });
}

/** URLs that let anyone who knows them post or call. */
const secretUrls: readonly (readonly [string, RegExp])[] = [
  [
    'https://hooks.slack.com/',
    /https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/\w+\/\w+\/\w{10}/,
  ],
  [
    'https://discord.com/api/webhooks/',
    /https:\/\/(?:\w{2,10}\.)?discord(?:app)?\.com\/api\/webhooks\/\d{10,25}\/[\w-]{20}/,
  ],
  ['https://', /https:\/\/[\w-]{1,60}\.webhook\.office\.com\/webhookb2\/[\w-]{20}/],
  ['https://outlook.office.com/', /https:\/\/outlook\.office(?:365)?\.com\/webhook\/[\w-]{20}/],
  ['https://hooks.zapier.com/', /https:\/\/hooks\.zapier\.com\/hooks\/catch\/\d+\/\w{5}/],
  [
    'https://chat.googleapis.com/',
    /https:\/\/chat\.googleapis\.com\/v1\/spaces\/[\w-]+\/messages\?key=/,
  ],
  ['https://', /https:\/\/[\w.-]{1,80}\.alchemy\.com\/v2\/(?=[\w-]{0,30}\d)[\w-]{20}/],
  ['https://', /https:\/\/[\w.-]{1,80}\.infura\.io\/(?:ws\/)?v3\/[0-9a-f]{32}/],
];

const shapes: readonly Shape[] = [
  { kind: 'private key', pattern: /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/ },
  ...tokenFormats.flatMap(shapesOf),
  ...secretUrls.map(([hint, pattern]): Shape => ({ kind: 'webhook URL', hint, pattern })),
  {
    kind: 'SendGrid key',
    hint: 'SG.',
    pattern: /(?<![A-Za-z0-9])SG\.[\w-]{16,32}\.[\w-]{16}/,
  },
  { kind: 'service token', pattern: /(?<![0-9a-f])[0-9a-f]{36}NRAL(?!\w)/ },
  { kind: 'service token', pattern: /(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])/ },
  { kind: 'service token', pattern: /(?<![\w~.])[\w~.]{3}\dQ~[\w~.-]{31}/ },
  {
    kind: 'JWT',
    hint: 'eyJ',
    pattern: /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{6,}\.[\w-]{10}/,
  },
  {
    kind: 'authorization header',
    pattern: /(?<!\w)(?:Basic|Bearer)[ +](?=[A-Za-z_.~+/-]*\d)[\w.~+/-]{12}/i,
  },
  {
    kind: 'password hash',
    confidence: 'medium',
    // In a compose file `$$` stands for `$`.
    pattern: /\${1,2}(?:apr1|2[aby]|5|6|argon2id?)\${1,2}[\w./$=,+-]{20}/,
  },
];
