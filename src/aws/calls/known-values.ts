import { harmlessValue } from '../../model/secrets/harmless-values.ts';
import { decodings } from './decodings.ts';
import { withoutEnd } from '../../model/without-end.ts';

/** The secret values that a run has read or written, to check that no text contains one. */
export interface KnownValues {
  /** Adds a secret value. Strings and numbers in a JSON value also count individually. */
  add(value: string): void;
  /** Adds a plaintext value of a task definition, which may be a word that messages contain too. */
  addPlain(value: string): void;
  /**
   * Masks each value in a text. Returns undefined if the text may still contain one: 8 consecutive
   * characters, in any case, also in JSON, HTML, URL, base64 or hex encoding, or the whole of a
   * shorter value.
   */
  redact(text: string): string | undefined;
}

/** Creates the store of a run. */
export function createKnownValues(): KnownValues {
  const added = new Map<string, 'secret' | 'plain'>();
  const known = new Map<string, Known>();

  /** Most runs have no errors, so values are analyzed only if there is a text to check. */
  function lookInto(): void {
    for (const [value, kind] of added) {
      if (kind === 'plain' && isCommon(value)) continue;
      const parts = partsOf(value);
      const whole = kind === 'secret' ? anywhereOrApart(value) : anywhereOrQuoted(value);
      // The member names of an object are not secret, so its text is not compared in pieces.
      known.set(value, { ...whole, inPieces: parts.length === 0 });
      for (const part of parts) {
        if (!known.has(part)) known.set(part, { ...anywhereOrQuoted(part), inPieces: true });
      }
    }
    added.clear();
  }

  return {
    add(value) {
      if (value !== '') added.set(value, 'secret');
    },
    addPlain(value) {
      if (!added.has(value) && !known.has(value)) added.set(value, 'plain');
    },
    redact(text) {
      lookInto();
      const masked = [...known]
        .filter(([value, { where }]) => where === 'anywhere' && text.includes(value))
        .map(([value]) => value)
        .sort((a, b) => b.length - a.length)
        .reduce((result, value) => result.replaceAll(value, mask), text);
      const views = decodings(masked.replaceAll(mask, ' ').replace(publicText, ' '));
      return showsAny(views, known) ? undefined : masked;
    },
  };
}

// --- internal ---

const mask = '[secret value]';

/** Number of consecutive characters of a value that a text may not contain. */
const run = 8;

interface Known {
  /**
   * Where the value in a text counts as shown: anywhere, only as a separate word, or only in quotes
   * or as the value of a member, because messages contain such words too.
   */
  where: 'anywhere' | 'apart' | 'quoted';
  inPieces: boolean;
}

/**
 * Prefixes of ARNs, regions and addresses, which many values have in common with AWS's messages.
 */
const publicText =
  /arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:\d*:|\b[a-z]{2}(?:-[a-z]+){1,2}-\d\b|(?<![a-z0-9.-])[a-z0-9.-]+\.amazonaws\.com|https?:\/\//g;

function anywhereOrApart(value: string): Pick<Known, 'where'> {
  return { where: value.length < 4 ? 'apart' : 'anywhere' };
}

function anywhereOrQuoted(value: string): Pick<Known, 'where'> {
  const isWord = value.length < run && /^(?:[a-z]+(?:[-_][a-z]+)*|\d{1,3})$/i.test(value);
  return isWord ? { where: 'quoted' } : anywhereOrApart(value);
}

/** Whether a plaintext value is public configuration: a number, an address, a region. */
function isCommon(value: string): boolean {
  return harmlessValue(value) !== undefined || value.replace(publicText, '').length < 3;
}

/** The strings and numbers in a JSON value, including nested JSON; empty for any other value. */
function partsOf(value: string, depth = 0): string[] {
  if (depth > 3 || !/^\s*[[{"]/.test(value)) return [];
  try {
    const found: string[] = [];
    JSON.parse(value, (_key, member: unknown) => {
      if (typeof member === 'string') found.push(member, ...partsOf(member, depth + 1));
      return member;
    });
    // Parsed numbers lose digits. "true" and "1" are too common in texts to identify a value.
    const numbers = value.replace(/"(?:[^"\\]|\\[^])*(?:"|\\?$)/g, ' ').match(/\d[\d.]{3,}/g) ?? [];
    return [...found, ...numbers].filter((part) => part !== '');
  } catch {
    return [];
  }
}

function showsAny(views: readonly string[], known: ReadonlyMap<string, Known>): boolean {
  const lower = views.map((view) => view.toLowerCase());
  const pieces = new Set<string>();
  for (const view of lower) {
    for (let at = 0; at + run <= view.length; at += 1) pieces.add(view.slice(at, at + run));
  }
  return [...known].some(([value, { where, inPieces }]) => {
    const wanted = value.toLowerCase();
    if (wanted.length < run && encodedAlone(value).some((form) => views[0]?.includes(form))) {
      return true;
    }
    if (where !== 'anywhere') return lower.some((view) => hasApart(view, wanted, where));
    if (wanted.length < run) return lower.some((view) => view.includes(wanted));
    if (!inPieces) return false;
    for (let at = 0; at + run <= wanted.length; at += 1) {
      if (pieces.has(wanted.slice(at, at + run))) return true;
    }
    return false;
  });
}

/** The base64 and hex forms of a short value encoded alone. */
function encodedAlone(value: string): string[] {
  if (value.length < 3) return [];
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  return [withoutEnd(bytes.toString('base64'), '='), hex, hex.toUpperCase()];
}

/** Patterns for the 2 characters before a value, and for the character after it. */
const before = { apart: /[^\w/.-]$|^$/, quoted: /['"`=>]$|: ?$/ };
const after = { apart: /[^\w/:-]|^$/, quoted: /['"`&<,;}\]\s]|^$/ };

function hasApart(view: string, value: string, how: 'apart' | 'quoted'): boolean {
  for (let at = view.indexOf(value); at >= 0; at = view.indexOf(value, at + 1)) {
    const end = at + value.length;
    if (!before[how].test(view.slice(Math.max(0, at - 2), at))) continue;
    if (after[how].test(view.slice(end, end + 1))) return true;
  }
  return false;
}
