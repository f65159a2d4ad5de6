import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAtLeast, suspect } from '../../../src/model/secrets/plaintext-secrets.ts';

/** The kinds of files that pairs were seen in, as in the names of the files in `pairs/`. */
export const kindsOfFile = ['task-definitions', 'compose', 'env'] as const;

/** A name and a value as they stand in a file, and whether the value is a secret. */
export interface Label {
  secret: boolean;
  name: string;
  value: string;
}

/** Reads the pairs of a kind of file; their format is described in pairs/README.md. */
export function readPairs(file: string): Label[] {
  return readFileSync(new URL(`pairs/${file}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, mark, name = '', value = ''] = /^([+-]) (\S+) ([^]*)$/.exec(line) ?? [];
      return {
        secret: mark === '+',
        name: name === '·' ? '' : name,
        value: value.replaceAll('¦', '').replaceAll('\\n', '\n'),
      };
    });
}

/** Whether a pair belongs to the half that rules may be fitted to. */
export function isForTuning({ name, value }: Label): boolean {
  const [first = 0] = createHash('sha256').update(`${name}=${value}`).digest();
  return first % 2 === 0;
}

/** Whether a pair is found at the confidence that `audit` reports by default. */
function isFound({ name, value }: Label): boolean {
  const found = suspect(name, value);
  return found !== undefined && isAtLeast(found.confidence, 'medium');
}

/** The share of secrets in what is found, and the share of secrets that are found. */
export function measure(labels: readonly Label[]): { precision: number; recall: number } {
  const found = labels.filter(isFound);
  const right = found.filter(({ secret }) => secret).length;
  return {
    precision: right / found.length,
    recall: right / labels.filter(({ secret }) => secret).length,
  };
}
