import { InvalidInput } from './problems.ts';
import { SecretValue } from './secret-value.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Length of a generated value when none is asked for: 32 characters of 62 carry 190 bits. */
export const defaultLength = 32;

/**
 * A random value of letters and digits, which no shell, URL or connection string has to escape.
 * `random(n)` answers an unbiased integer below n from a cryptographic source. Throws InvalidInput
 * for a length under 16 (95 bits) or over 4,096.
 */
export function generateValue(length: number, random: (limit: number) => number): SecretValue {
  if (!Number.isInteger(length) || length < 16 || length > 4096) {
    throw new InvalidInput(`a generated value has 16 to 4096 characters, not ${length}`);
  }
  return new SecretValue(
    Array.from({ length }, () => alphabet.charAt(random(alphabet.length))).join(''),
  );
}
