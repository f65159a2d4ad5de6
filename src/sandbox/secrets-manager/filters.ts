import { list, oneOf, structure, text, type Input } from '../protocol/input.ts';
import { primaryRegionOf } from './replicas.ts';
import type { Secret } from './state.ts';

const members = {
  Key: oneOf([
    'description',
    'name',
    'tag-key',
    'tag-value',
    'primary-region',
    'owning-service',
    'all',
  ]),
  Values: list(text(1, 512, /^!?[a-zA-Z0-9 :_@/+=.!-]*$/), 1, 10),
};

/** A filter of ListSecrets or BatchGetSecretValue. */
export const filterShape = structure(members);

/**
 * Whether a secret matches a filter: one value has to be a prefix of the member for the key; a
 * value after `!` must not be one. For `all`, each word of the value has to be the prefix of a
 * word.
 */
export function matchesFilter(secret: Secret, { Key, Values }: Input<typeof members>): boolean {
  const texts = fields(secret)[Key];
  const fold = (text: string): string => (Key === 'description' ? text.toLowerCase() : text);
  const matches = (wanted: string): boolean =>
    Key === 'all'
      ? words(wanted).every((word) => texts.flatMap(words).some((one) => one.startsWith(word)))
      : texts.some((text) => fold(text).startsWith(fold(wanted)));
  const refused = Values.filter((value) => value.startsWith('!'));
  const wanted = Values.filter((value) => !value.startsWith('!'));
  return (
    !refused.some((value) => matches(value.slice(1))) &&
    (wanted.length === 0 || wanted.some(matches))
  );
}

// --- internal ---

function words(text: string): string[] {
  return text.toLowerCase().split(' ').filter(Boolean);
}

function fields(secret: Secret): Record<Input<typeof members>['Key'], string[]> {
  const primaryRegion = primaryRegionOf(secret);
  const description = secret.description === undefined ? [] : [secret.description];
  const keys = [...secret.tags.keys()];
  const values = [...secret.tags.values()];
  return {
    description,
    name: [secret.name],
    'tag-key': keys,
    'tag-value': values,
    'primary-region': primaryRegion === undefined ? [] : [primaryRegion],
    'owning-service': secret.owningService === undefined ? [] : [secret.owningService],
    all: [secret.name, ...description, ...keys, ...values],
  };
}
