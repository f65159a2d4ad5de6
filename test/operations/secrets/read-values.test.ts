import { expect, test } from 'vitest';
import type { ParameterStore } from '../../../src/aws/parameter-store.ts';
import type { ReadSecret, SecretsManager } from '../../../src/aws/secrets-manager.ts';
import { AwsError } from '../../../src/errors.ts';
import { readParameters, readSecrets } from '../../../src/operations/secrets/read-values.ts';

const denied = () => new AwsError('access-denied', 'no');
const names = (count: number) => Array.from({ length: count }, (_, index) => `/shop/${index}`);

/** A store that has all but `missing`, and refuses every call that asks for one of `refused`. */
function storeWith({ refused = [], missing = [] }: { refused?: string[]; missing?: string[] }) {
  const asked: string[][] = [];
  const readMany = (wanted: readonly string[]) => {
    asked.push([...wanted]);
    return wanted.some((name) => refused.includes(name))
      ? Promise.reject(denied())
      : Promise.resolve(
          wanted.filter((name) => !missing.includes(name)).map((name) => ({ name }) as never),
        );
  };
  return { store: { readMany } as Partial<ParameterStore> as ParameterStore, asked };
}

/** The same of a Secrets Manager, whose batches leave out what cannot be read; `read` tells why. */
function managerWith(reads: Record<string, Error>, batch?: Error) {
  const asked: string[] = [];
  const manager: Partial<SecretsManager> = {
    readMany: (wanted) => {
      asked.push(`batch of ${wanted.length}`);
      const found = wanted.filter((name) => !(name in reads));
      return batch
        ? Promise.reject(batch)
        : Promise.resolve(found.map((name) => ({ name }) as ReadSecret));
    },
    read: (name) => {
      asked.push(name);
      const error = reads[name];
      if (!error) return Promise.resolve({ name } as ReadSecret);
      return error.message === 'missing' ? Promise.resolve(undefined) : Promise.reject(error);
    },
  };
  return { manager: manager as SecretsManager, asked };
}

test('parameters are read 10 a call, each name once, and those that are missing are none', async () => {
  const { store, asked } = storeWith({ missing: ['/shop/3'] });
  let done = 0;
  const read = await readParameters(store, [...names(12), '/shop/0'], (count) => (done += count));
  expect(asked.map(({ length }) => length)).toEqual([10, 2]);
  expect([...read.found.keys()]).toEqual(names(12).filter((name) => name !== '/shop/3'));
  expect(read.denied.size).toBe(0);
  expect(done).toBe(12);
});

test('one parameter that may not be read costs only itself', async () => {
  const { store, asked } = storeWith({ refused: ['/shop/4'], missing: ['/shop/5'] });
  const read = await readParameters(store, names(12));
  expect([...read.denied.keys()]).toEqual(['/shop/4']);
  expect(read.found.size).toBe(10);
  // The batch, its 10 one by one, and the other batch.
  expect(asked).toHaveLength(12);
});

test('a fault that is none of permissions is an error, in a batch and after it', async () => {
  const throttled = new AwsError('throttled', 'Rate exceeded');
  const readMany = (wanted: readonly string[]) =>
    Promise.reject(wanted.length > 1 ? denied() : throttled);
  const store = { readMany } as Partial<ParameterStore> as ParameterStore;
  await expect(readParameters(store, names(2))).rejects.toBe(throttled);
  const { manager } = managerWith({}, throttled);
  await expect(readSecrets(manager, ['a'])).rejects.toBe(throttled);
});

test('secrets that a batch leaves out are asked for one by one', async () => {
  const pending = new AwsError('pending-deletion', 'the secret c is scheduled for deletion');
  const reads = { a: denied(), b: new Error('missing'), c: pending };
  const { manager, asked } = managerWith(reads);
  const read = await readSecrets(manager, ['a', 'b', 'c', 'd']);
  expect(asked).toEqual(['batch of 4', 'a', 'b', 'c']);
  expect([...read.found.keys()]).toEqual(['d']);
  expect([...read.denied]).toEqual([
    ['a', reads.a],
    ['c', pending],
  ]);
});

test('who may not read batches reads one by one, and does not ask again for each batch', async () => {
  const { manager, asked } = managerWith({}, denied());
  const read = await readSecrets(manager, names(90));
  expect(read.found.size).toBe(90);
  // Up to four are under way when the first refusal comes; the fifth is not asked.
  expect(asked.filter((call) => call.startsWith('batch')).length).toBeLessThan(5);
});
