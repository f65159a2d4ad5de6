import {
  harmlessValue,
  isIdentifier,
  isPlaceholder,
  isReference,
  looksRandom,
} from './harmless-values.ts';
import { nameMeaning, type NameMeaning } from './secret-names.ts';
import { shapeOf, type Confidence, type Suspicion } from './secret-shapes.ts';

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

function suspectAt(name: string, value: string, depth: number): Suspicion | undefined {
  const shape = shapeOf(value);
  if (shape && shape.confidence !== 'low') return shape;
  const meaning = nameMeaning(name);
  const inside = depth < deepest ? insideOf(name, value, depth) : undefined;
  if (inside === 'nothing') return shape;
  return [
    urlPassword(value),
    inside,
    pairsIn(value),
    byName(name, meaning, value),
    byChance(name, meaning, value),
  ].reduce(surer, shape);
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

function urlPassword(value: string): Suspicion | undefined {
  const url = passwordsInUrls(value);
  // The format of Go's drivers: user:password@tcp(host:3306)/db.
  const bare = /^(?!mailto:|sips?:)[\w.-]{1,100}:([^\s@/]{3,200})@[\w.-]+(?:[(:/]|$)/.exec(
    value,
  )?.[1];
  const kind = url === undefined ? 'connection string with a password' : 'URL with a password';
  const password = url ?? bare;
  if (password === undefined || isReference(password)) return undefined;
  return { kind, confidence: isPlaceholder(password) ? 'low' : 'high' };
}

/**
 * The password of the first `scheme://user:password@` in a text. Checks a bounded part before each
 * `@`: one regular expression for the whole text would take quadratic time.
 */
function passwordsInUrls(value: string): string | undefined {
  for (const before of value.split('@').slice(0, -1)) {
    const piece = before.slice(-longestUrl).split(/\s/).at(-1) ?? '';
    for (const { index } of piece.matchAll(/:\/\//g)) {
      const [scheme = ''] = piece
        .slice(0, index)
        .split(/[^a-z0-9+.-]/i)
        .slice(-1);
      const password = /^[^/:]{0,200}:([^]{1,500})$/.exec(piece.slice(index + '://'.length))?.[1];
      if (/[a-z]/i.test(scheme) && password !== undefined) return password;
    }
  }
  return undefined;
}

/** Maximum characters of a scheme, a user and a password. */
const longestUrl = 740;

/** `Password=…` within connection strings, query strings, header lists and program options. */
function pairsIn(value: string): Suspicion | undefined {
  let found: Suspicion | undefined;
  // Matches whole names, so that no character is scanned twice.
  const pairs = /([\w.-]+)(?: ?[=:] ?("[^"]*"|'[^']*'|[^\s;,&"']+))?/g;
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
  if (kind !== 'password by name' && isName(value) && harmlessValue(value) === undefined) {
    return kind === 'secret by name' && !value.includes('/')
      ? { kind, confidence: 'medium' }
      : { kind, confidence: 'low' };
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
  if (isIdentifier(value) || isReference(value) || isPlaceholder(value)) return undefined;
  if (harmlessValue(value) !== undefined || /[\s,;]/.test(value)) return undefined;
  const mixed = /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
  return { kind: 'high entropy', confidence: mixed && value.length >= 32 ? 'medium' : 'low' };
}
