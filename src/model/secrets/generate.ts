import { InvalidInput } from '../problems.ts';
import { SecretValue } from './secret-value.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';

/** Sets of characters that values are made of, by the name that people choose them by. */
export const alphabets: Readonly<Record<string, string>> = {
  /** What no shell, URL or connection string has to escape. */
  alphanumeric: letters + digits,
  /** The same and the punctuation that no shell expands within double quotes. */
  symbols: `${letters}${digits}#%&()*+,-./:;<=>?@[]^_{|}~`,
  hex: `${digits}abcdef`,
  digits,
};

/** Length of a generated value when none is asked for: 32 characters of 62 carry 190 bits. */
export const defaultLength = 32;

/** Fewest bits of chance in a generated value: nobody tries as many by machine. */
const leastBits = 80;

/**
 * A random value of the characters of an alphabet. `random(n)` answers an unbiased integer below n
 * from a cryptographic source. Throws InvalidInput for more than 4,096 characters, or for so few that
 * they carry less than 80 bits.
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
 * The characters of an alphabet: a name of `alphabets`, or `chars:` and the characters themselves.
 * Throws InvalidInput for an unknown name, less than two characters or one that comes twice.
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
