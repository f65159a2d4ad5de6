import { harmlessValue, isIdentifier, isReference, looksRandom } from './harmless-values.ts';
import { commandPasswords } from './command-passwords.ts';
import { resolveReferences } from './references-in-text.ts';
import { isForBrowsers, nameMeaning, type NameMeaning } from './secret-names.ts';
import { shapeOf, type Confidence, type Suspicion } from './secret-shapes.ts';
import type { SecretKind } from './token-formats.ts';
import { isStandIn, speaksOfSecrets } from './stand-ins.ts';
import { urlPassword } from './url-passwords.ts';

const ranks: Readonly<Record<Confidence, number>> = { low: 0, medium: 1, high: 2 };

/** Whether a confidence is at least another one. */
export function isAtLeast(confidence: Confidence, least: Confidence): boolean {
  return ranks[confidence] >= ranks[least];
}

/**
 * Whether a named value looks like a secret, and why: by its form, by the name, or because it looks
 * random. The result contains no part of the value. Rules and measurements:
 * test/model/secrets/plaintext-secrets.test.ts.
 */
export function suspect(name: string, value: string): Suspicion | undefined {
  return suspectAt(name, value.trim(), 0);
}

// --- internal ---

/** The finding with the higher confidence. */
function surer(a: Suspicion | undefined, b: Suspicion | undefined): Suspicion | undefined {
  if (!a || !b) return a ?? b;
  return isAtLeast(a.confidence, b.confidence) ? a : b;
}

/** Maximum nesting depth for JSON and base64 within values. */
const deepest = 3;

function suspectAt(name: string, written: string, depth: number): Suspicion | undefined {
  const value = resolveReferences(unquoted(written), name === '');
  const shape = shapeOf(value);
  const meaning = nameMeaning(name);
  if (shape && shape.confidence !== 'low') {
    // Browsers get keys of Google and tokens without rights: the names say so.
    const isPublic = meaning === 'public' || isForBrowsers(name);
    return isPublic && /^(?:JWT|Google key)$/.test(shape.kind) ? undefined : shape;
  }
  const inside = depth < deepest ? insideOf(name, value, depth) : undefined;
  if (inside === 'nothing') {
    // A signing key is often the base64 form of words.
    const isKey = typeof meaning === 'object' && meaning.strong && !/^[{[]/.test(value);
    return isKey ? surer(shape, byName(name, meaning, value)) : shape;
  }
  return [
    urlPassword(value),
    inside,
    pairsIn(value),
    name === '' ? optionsIn(value) : undefined,
    webhook(name, value),
    byName(name, meaning, value),
    byChance(name, meaning, value),
  ].reduce(surer, shape);
}

function unquoted(value: string): string {
  return /^(["'])([^]*)\1$/.exec(value)?.[2] ?? value;
}

function optionsIn(line: string): Suspicion | undefined {
  return commandPasswords(line)
    .filter((value) => !isReference(value))
    .map((value) => byName('PASSWORD', { kind: 'password by name', strong: true }, value))
    .reduce(surer, undefined);
}

/** A URL that is to be known to few, by its name and a random part. */
function webhook(name: string, value: string): Suspicion | undefined {
  if (!/web_?hooks?_?(?:ur[il]s?)?$/i.test(name) || !/^https?:\/\//.test(value)) return undefined;
  const isRandom = value.split(/[/?&=]/).some((part) => looksRandom(part, 20));
  return isRandom ? { kind: 'webhook URL', confidence: 'medium' } : undefined;
}

/** The finding in a value that is JSON or base64 text; `nothing` if it is, without a finding. */
function insideOf(name: string, value: string, depth: number): Suspicion | 'nothing' | undefined {
  if (/^[{[]/.test(value)) {
    try {
      return inJson(name, JSON.parse(value), depth + 1) ?? 'nothing';
    } catch {
      return undefined;
    }
  }
  if (value.length < 24 || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  try {
    const text = atob(value);
    // Random bytes are almost never all printable.
    if (!/^[\t\n\r -~]+$/.test(text)) return undefined;
    return suspectAt('', text.trim(), depth + 1) ?? 'nothing';
  } catch {
    return undefined;
  }
}

function inJson(name: string, value: unknown, depth: number): Suspicion | undefined {
  if (typeof value === 'string') return suspectAt(name, value, depth);
  if (typeof value !== 'object' || value === null || depth > deepest + 5) return undefined;
  return Object.entries(value)
    .map(([key, inner]) => inJson(Array.isArray(value) ? name : key, inner, depth))
    .reduce(surer, undefined);
}

/** `Password=…` within connection strings, query strings, header lists and program options. */
function pairsIn(value: string): Suspicion | undefined {
  let found: Suspicion | undefined;
  // Matches whole names, so that no character is scanned twice.
  const pairs = /([\w.-]+)(?: ?[=:](?!\/\/) ?("[^"]*"|'[^']*'|<[^<>]*>|[^\s;,&"'?]+))?/g;
  for (const [, words = '', quoted] of value.matchAll(pairs)) {
    const name = words.replace(/^[^A-Za-z]+/, '');
    if (quoted === undefined || name.length < 2) continue;
    const meaning = nameMeaning(name);
    if (typeof meaning !== 'object' || !meaning.strong) continue;
    const one = byName(name, meaning, quoted.replace(/^["']|["']$/g, ''));
    if (!one) continue;
    const kind =
      meaning.kind === 'password by name' || /^(?:shared_?access|account)_?key$/i.test(name)
        ? 'connection string with a password'
        : meaning.kind;
    found = surer(found, { ...one, kind });
  }
  return found;
}

function byName(
  name: string,
  meaning: NameMeaning | 'public' | undefined,
  value: string,
): Suspicion | undefined {
  if (typeof meaning !== 'object') return undefined;
  const { kind, strong } = meaning;
  if (kind === 'credentials by name' && /^[^\s:/]{2,100}:[^\s:/]{5,}$/.test(value)) {
    const confidence = sureOf(value.replace(/^[^:]*:/, ''), 'medium');
    return confidence && { kind, confidence };
  }
  if (!strong && !looksRandom(value, 12)) return undefined;
  if (isStandIn(value, name)) return isReference(value) ? undefined : { kind, confidence: 'low' };
  if (/^\d+$/.test(value)) {
    const isCounted = kind !== 'password by name' && value.startsWith('123456789');
    const isLong = value.length >= leastDigits(kind) && !isCounted;
    return { kind, confidence: isLong ? 'medium' : 'low' };
  }
  if (kind !== 'password by name' && isName(value) && harmlessValue(value) === undefined) {
    // A word is a weak secret where the name says secret; elsewhere it may name or describe a key.
    const isGuess =
      kind === 'secret by name' ||
      ((kind === 'token by name' || /secret/i.test(name)) &&
        (/^[a-z]{5,}$/.test(value) || !speaksOfSecrets(value)));
    return { kind, confidence: isGuess && !value.includes('/') ? 'medium' : 'low' };
  }
  if (
    /^[A-Za-z0-9/+=]{40}$/.test(value) &&
    /secret|aws/i.test(name) &&
    /key/i.test(name) &&
    !isIdentifier(value)
  ) {
    return { kind: 'AWS secret key', confidence: /example/i.test(value) ? 'low' : 'high' };
  }
  const confidence = sureOf(
    value,
    kind === 'password by name' || looksRandom(value, 12) ? 'high' : 'medium',
  );
  if (confidence === undefined) return undefined;
  // A plain word may be a setting; most passwords are more complex.
  return {
    kind,
    confidence: confidence === 'high' && /^[a-z]*$/.test(value) ? 'medium' : confidence,
  };
}

/** How many digits make a secret; fewer are a limit or a number of seconds. */
function leastDigits(kind: SecretKind): number {
  if (kind === 'password by name') return 3;
  if (kind === 'secret by name') return 4;
  return kind === 'key by name' ? 9 : 7;
}

/**
 * The confidence that a value is a secret where one is expected; undefined if it is certainly not.
 */
function sureOf(value: string, otherwise: Confidence): Confidence | undefined {
  const harmless = harmlessValue(value);
  if (harmless === 'nothing') return undefined;
  return harmless === undefined ? otherwise : 'low';
}

/** Words and paths that look like a name, not a secret: `shop/prod`, `client-credentials`. */
function isName(value: string): boolean {
  return /^[A-Za-z]+(?:[-_/.: ][A-Za-z]+)*$/.test(value) && !/[a-z][A-Z]+[a-z]+[A-Z]/.test(value);
}

/** Long and random, with a name that gives no indication. */
function byChance(
  name: string,
  meaning: NameMeaning | 'public' | undefined,
  value: string,
): Suspicion | undefined {
  if (meaning !== undefined || name === '' || !looksRandom(value, 20)) return undefined;
  if (isIdentifier(value) || isReference(value) || isStandIn(value, name)) return undefined;
  if (harmlessValue(value) !== undefined || /[\s,;]/.test(value)) return undefined;
  const mixed = /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
  return { kind: 'high entropy', confidence: mixed && value.length >= 32 ? 'medium' : 'low' };
}
