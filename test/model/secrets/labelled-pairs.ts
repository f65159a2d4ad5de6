import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

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
