import { list, oneOf, structure, text, type Input } from '../input.ts';
import { parseArn } from '../../model/partition.ts';
import type { Secret } from './store.ts';

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
 * Whether a secret passes a filter: any value is the beginning of what the key means; a value after
 * `!` must not be.
 */
export function matchesFilter(secret: Secret, { Key, Values }: Input<typeof members>): boolean {
  const texts = fields(secret)[Key];
  // Names and tags are compared by case, the rest is not.
  const exact = Key === 'name' || Key === 'tag-key' || Key === 'tag-value';
  const fold = (text: string): string => (exact ? text : text.toLowerCase());
  const begins = (wanted: string): boolean =>
    texts.some((text) => fold(text).startsWith(fold(wanted)));
  const refused = Values.filter((value) => value.startsWith('!'));
  const wanted = Values.filter((value) => !value.startsWith('!'));
  return (
    !refused.some((value) => begins(value.slice(1))) && (wanted.length === 0 || wanted.some(begins))
  );
}

// --- internal ---

function fields(secret: Secret): Record<Input<typeof members>['Key'], string[]> {
  const description = secret.description === undefined ? [] : [secret.description];
  const keys = [...secret.tags.keys()];
  const values = [...secret.tags.values()];
  return {
    description,
    name: [secret.name],
    'tag-key': keys,
    'tag-value': values,
    'primary-region': [parseArn(secret.arn)?.region ?? ''],
    'owning-service': [],
    all: [secret.name, ...description, ...keys, ...values],
  };
}
