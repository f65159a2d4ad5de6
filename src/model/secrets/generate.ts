import { InvalidInput } from '../problems.ts';
import { SecretValue } from './secret-value.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';

/** Character sets for generated values, by the name that users pass. */
export const alphabets: Readonly<Record<string, string>> = {
  /** Characters that need no escaping in a shell, URL or connection string. */
  alphanumeric: letters + digits,
  /** The same, plus punctuation that no shell expands within double quotes. */
  symbols: `${letters}${digits}#%&()*+,-./:;<=>?@[]^_{|}~`,
  hex: `${digits}abcdef`,
  digits,
};

/** Default length of a generated value: 32 of 62 characters give 190 bits. */
export const defaultLength = 32;

/** Minimum entropy of a generated value in bits, beyond any brute-force search. */
const leastBits = 80;

/**
 * A random value of characters from an alphabet. `random(n)` returns an unbiased integer below n
 * from a cryptographic source. Throws InvalidInput for more than 4,096 characters, or for a length
 * with less than 80 bits.
 */
export function generateValue(
  length: number,
  random: (limit: number) => number,
  alphabet = alphabets.alphanumeric ?? '',
): SecretValue {
  const least = Math.max(16, Math.ceil(leastBits / Math.log2(alphabet.length)));
  if (!Number.isInteger(length) || length < least || length > 4096) {
    throw new InvalidInput(`a generated value has ${least} to 4096 characters, not ${length}`);
  }
  return new SecretValue(
    Array.from({ length }, () => alphabet.charAt(random(alphabet.length))).join(''),
  );
}

/**
 * The characters of an alphabet: a name in `alphabets`, or `chars:` followed by the characters.
 * Throws InvalidInput for an unknown name, fewer than 2 characters or a repeated character.
 */
export function parseAlphabet(text: string): string {
  const named = Object.hasOwn(alphabets, text) ? alphabets[text] : undefined;
  if (named !== undefined) return named;
  if (!text.startsWith('chars:')) {
    throw new InvalidInput(
      `unknown alphabet "${text}"; there are ${Object.keys(alphabets).join(', ')}, and chars:CHARACTERS`,
    );
  }
  const characters = text.slice('chars:'.length);
  if (!/^[\x20-\x7e]{2,}$/.test(characters) || new Set(characters).size !== characters.length) {
    throw new InvalidInput('chars: needs at least two different ASCII characters');
  }
  return characters;
}
