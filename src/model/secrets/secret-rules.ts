import { InvalidInput, Problems } from '../problems.ts';
import type { SecretValue } from './secret-value.ts';
import { withoutValue } from './shown-text.ts';
import type { Store } from './reference.ts';

/** Tiers of a parameter, as named by AWS. */
export const tiers = ['Standard', 'Advanced', 'Intelligent-Tiering'] as const;
export type Tier = (typeof tiers)[number];

/** Maximum value of a standard parameter, in bytes (SSM guide, "Managing parameter tiers"). */
export const standardTierBytes = 4096;
/** Maximum value of an advanced parameter, in bytes. */
const advancedTierBytes = 8192;
/** Maximum value of a Secrets Manager secret, in bytes (Secrets Manager quotas). */
const secretBytes = 65_536;

/** A tag of a secret or role. */
export interface Tag {
  key: string;
  value: string;
}

/**
 * Checks a value against the rules of its store, before any call; throws InvalidInput. Without a
 * tier, allows up to 8,192 bytes, because the parameter may already be an advanced one.
 */
export function checkValue(value: SecretValue, store: Store, tier?: Tier): void {
  const problems = new Problems();
  const size = value.byteLength;
  if (size === 0) problems.add('the value is empty; neither store accepts an empty value');
  if (value.matches(/\p{Cs}/u)) problems.add('the value has half of a Unicode surrogate pair');
  if (value.matches(/\0/)) {
    problems.add(
      'the value has a NUL character, which no environment variable of a container can hold',
    );
  }
  if (store === 'secrets-manager') {
    if (size > secretBytes) {
      problems.add(`the value has ${size} bytes; Secrets Manager accepts at most ${secretBytes}`);
    }
  } else {
    const limit = tier === 'Standard' ? standardTierBytes : advancedTierBytes;
    if (size > limit) problems.add(tooLarge(size));
    if (value.matches(/^(?:[^{]|\{(?!\{))*\{\{[^]*\}\}/)) {
      problems.add(
        'the value contains "{{ }}", which Parameter Store rejects; Secrets Manager (sm:NAME) accepts it',
      );
    }
  }
  problems.throwIfAny();
}

/** The message for a value too large for its tier, with a place that accepts it. */
export function tooLarge(size: number): string {
  return size > advancedTierBytes
    ? `the value has ${size} bytes; Parameter Store accepts at most ${advancedTierBytes} (advanced tier): store it in Secrets Manager (sm:NAME), which holds ${secretBytes}`
    : `the value has ${size} bytes; a standard parameter holds ${standardTierBytes}, an advanced one ${advancedTierBytes} (ecs-secrets put REF --tier advanced)`;
}

/** Reads `KEY=VALUE` tags; throws InvalidInput with all malformed or repeated ones. */
export function parseTags(written: readonly string[]): Tag[] {
  const problems = new Problems();
  const tags = new Map<string, string>();
  for (const text of written) {
    const cut = text.indexOf('=');
    const key = cut < 0 ? text : text.slice(0, cut);
    const value = cut < 0 ? '' : text.slice(cut + 1);
    if (cut < 1) problems.add(`tag "${withoutValue(text)}" is not KEY=VALUE`);
    else if (key.length > 128 || value.length > 256) {
      problems.add(`tag "${key}" is too long; a key may have 128 characters, a value 256`);
    } else if (/^aws:/i.test(key))
      problems.add(`tag "${key}" begins with "aws:", which AWS reserves`);
    else if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key + value)) {
      problems.add(`tag "${key}" has characters that AWS does not accept in tags`);
    } else if (tags.has(key)) problems.add(`tag "${key}" is given twice`);
    tags.set(key, value);
  }
  if (tags.size > 50) problems.add(`${tags.size} tags are given; AWS accepts at most 50`);
  problems.throwIfAny();
  return [...tags].map(([key, value]) => ({ key, value }));
}

/** The wanted tags that are missing or have another value. */
export function missingTags(stored: readonly Tag[], wanted: readonly Tag[]): Tag[] {
  return wanted.filter(
    ({ key, value }) => !stored.some((tag) => tag.key === key && tag.value === value),
  );
}

/** Whether two KMS key names are the same: alias or ID, or the ARN that ends in it. */
export function sameKey(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return [':', '/'].some((mark) => a.endsWith(mark + b) || b.endsWith(mark + a));
}

/** Reads a tier in any case: `standard`, `advanced`, `intelligent-tiering`. Throws InvalidInput. */
export function parseTier(text: string): Tier {
  const tier = tiers.find((known) => known.toLowerCase() === text.toLowerCase());
  if (!tier) {
    throw new InvalidInput(
      `unknown tier "${withoutValue(text)}"; tiers are standard, advanced and intelligent-tiering`,
    );
  }
  return tier;
}
