import { loosely } from './loosely.ts';

/**
 * A reason without the characters and numbers of a secret that the agent's JSON parser quotes. The
 * agent passes on the errors of Go's encoding/json (agent/asm/asm.go; Go: scanner.go, decode.go,
 * and jsontext in newer releases). The text may be wrapped, escaped as JSON or HTML, or cut off.
 */
export function withoutCharacters(reason: string): string {
  return quotes
    .reduce((text, { pattern, instead }) => text.replace(pattern, instead), reason)
    .trimEnd();
}

// --- internal ---

const anyOf = (...words: string[]): string => words.map(loosely).join('|');

/** Go's words after an unexpected character. */
const context = anyOf(
  'in literal',
  'in string',
  'in numeric',
  'in exponent',
  'in \\u',
  'after',
  'looking for',
  'exceeded',
  'at start',
  'within',
);

const quotes: readonly { pattern: RegExp; instead: string }[] = [
  {
    // `'x'`, `'\''`, `'\x00'`, `'Ã'`: up to the context, or a few characters at the end of the
    // text.
    pattern: new RegExp(
      `(${anyOf('invalid character')})\\s*(?=['‘’"“”\`\\\\&])(?:[^]{1,24}?\\s*(?=${context})|\\S{1,12}\\s*)`,
      'gi',
    ),
    instead: "$1 '…' ",
  },
  {
    // `in literal true (expecting 'r')` shows the characters before it.
    pattern: new RegExp(
      `('…' ${anyOf('in literal')})\\s*(?:${anyOf('true', 'false', 'null')}|[a-z]{0,5}$)(?:\\s*\\(\\s*${anyOf('expecting')}[^]{0,8}?(?:\\)|$))?`,
      'gi',
    ),
    instead: '$1 …',
  },
  {
    pattern: new RegExp(
      `(${anyOf('cannot unmarshal number', 'cannot unmarshal string', 'cannot unmarshal JSON number', 'cannot unmarshal JSON string')})(?!\\s*${anyOf('into Go')})[^]*?(?=${anyOf('into Go')}|$)`,
      'gi',
    ),
    instead: '$1 … ',
  },
  {
    pattern: new RegExp(
      `(${anyOf('invalid escape sequence', 'invalid surrogate pair')})(?:[^]{1,40}?(?=${anyOf('in string')})|\\s*\\S{1,24}\\s*)`,
      'gi',
    ),
    instead: '$1 … ',
  },
  {
    pattern: new RegExp(`(${anyOf('trying to unmarshal')})[^]*?(?=${anyOf('into')}|$)`, 'gi'),
    instead: '$1 … ',
  },
  {
    // The whole document of a credential spec (agent/taskresource/credentialspec), up to what Go
    // says of it.
    pattern: new RegExp(
      `(${anyOf('error unmarshalling credentialspec')}\\s+\\S+)\\s[^]*?(?=:\\s*(?:${anyOf('invalid character', 'unexpected end of JSON', 'json:')})|$)`,
      'gi',
    ),
    instead: '$1 … ',
  },
  {
    pattern: /(strconv\.\w+:\s*parsing)\s*"[^]*?(?:"(?=:)|$)/gi,
    instead: '$1 …',
  },
];
