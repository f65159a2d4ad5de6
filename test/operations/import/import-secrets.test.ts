import { expect, test } from 'vitest';
import type { ParameterStore } from '../../../src/aws/parameter-store.ts';
import { AwsError, CliError } from '../../../src/errors.ts';
import { parseReference } from '../../../src/model/secrets/reference.ts';
import { SecretValue } from '../../../src/model/secrets/secret-value.ts';
import {
  importSecrets,
  type ImportItem,
  type ImportOptions,
} from '../../../src/operations/import/import-secrets.ts';
import { fakeAws } from '../../helpers/fake-aws.ts';

const items = (count: number): ImportItem[] =>
  Array.from({ length: count }, (_, index) => ({
    key: `k${index}`,
    reference: parseReference(`/shop/k${index}`),
    value: new SecretValue(`value-${index}`),
  }));

/** A Parameter Store that has nothing yet; `write` is what becomes of each write, by name. */
function storeWith(write: (name: string) => Promise<unknown>, more: Partial<ParameterStore> = {}) {
  const written: string[] = [];
  const aws = fakeAws({
    parameterStore: {
      readMany: () => Promise.resolve([]),
      read: () => Promise.resolve(undefined),
      describe: () => Promise.resolve(new Map()),
      create: async (name) => {
        await write(name);
        written.push(name);
        return { version: 1 };
      },
      ...more,
    },
  });
  return { aws, written };
}

function run(
  aws: ReturnType<typeof fakeAws>,
  all: ImportItem[],
  more: Partial<ImportOptions> = {},
) {
  const interrupted = new AbortController().signal;
  return importSecrets(aws, all, { interrupted, onProgress: () => undefined, ...more });
}
const outcomes = (results: Awaited<ReturnType<typeof run>>) =>
  results.map(({ key, put, error }) => `${key} ${put ? put.action : error.code}`);

test('a secret that fails does not stop the others, and all are told in their order', async () => {
  const refused = new AwsError('access-denied', 'no ssm:PutParameter');
  const { aws } = storeWith((name) =>
    name === '/shop/k1' ? Promise.reject(refused) : Promise.resolve(),
  );
  expect(outcomes(await run(aws, items(4)))).toEqual([
    ...['k0 created', 'k1 access-denied', 'k2 created', 'k3 created'],
  ]);
});

test.each(['expired-credentials', 'unreachable', 'request-timeout'])(
  '%s stops all that are not under way',
  async (code) => {
    const { aws, written } = storeWith((name) =>
      name === '/shop/k0' ? Promise.reject(new AwsError(code, code)) : new Promise(setImmediate),
    );
    const results = await run(aws, items(100));
    expect(outcomes(results)[0]).toBe(`k0 ${code}`);
    expect(outcomes(results).at(-1)).toBe('k99 not-tried');
    expect(results.at(-1)?.error?.message).toBe('not tried, because of the previous error');
    expect(written.length).toBeLessThan(100);
  },
);

test('a write whose outcome is not known stops all for want of the network behind it', async () => {
  const cause = new AwsError('unreachable', 'the connection was reset');
  const uncertain = new CliError('uncertain-write', 'it may have been stored', { cause });
  const { aws } = storeWith(() => Promise.reject(uncertain));
  const results = await run(aws, items(100));
  expect(outcomes(results)[0]).toBe('k0 uncertain-write');
  expect(outcomes(results).at(-1)).toBe('k99 not-tried');
});

test('an interrupt in the middle says how many are stored, and starts no further write', async () => {
  const interrupt = new AbortController();
  const { aws, written } = storeWith(async (name) => {
    if (name === '/shop/k3') interrupt.abort();
    await new Promise(setImmediate);
  });
  await expect(run(aws, items(100), { interrupted: interrupt.signal })).rejects.toMatchObject({
    code: 'interrupted',
    message: expect.stringMatching(
      /^interrupted; \d+ of 100 are stored, and writes under way may be$/,
    ) as string,
    hint: 'run the command again: it compares first, and writes only what is missing',
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(written.length).toBeLessThanOrEqual(32);
});

test('an interrupt while values are compared stores nothing', async () => {
  const interrupt = new AbortController();
  const { aws, written } = storeWith(() => Promise.resolve(), {
    readMany: () => {
      interrupt.abort();
      return new Promise(() => undefined);
    },
  });
  await expect(run(aws, items(3), { interrupted: interrupt.signal })).rejects.toMatchObject({
    message: 'interrupted; nothing was stored',
  });
  expect(written).toEqual([]);
});

test('a parameter that someone else makes first is compared, and not overwritten where that is not wanted', async () => {
  const exists = new AwsError('already-exists', 'It exists.', {
    awsCode: 'ParameterAlreadyExists',
  });
  const theirs = {
    ...{ name: '/shop/k0', arn: 'arn', version: 1, type: 'SecureString' },
    value: new SecretValue('value-0'),
  };
  let looks = 0;
  const racing = () =>
    storeWith(() => Promise.reject(exists), {
      read: () => {
        looks += 1;
        return Promise.resolve(theirs as never);
      },
    }).aws;
  // The same value: nothing is left to do.
  expect(outcomes(await run(racing(), items(1)))).toEqual(['k0 unchanged']);
  expect(outcomes(await run(racing(), items(1), { only: 'create' }))).toEqual([
    'k0 already-exists',
  ]);
  expect(looks).toBeGreaterThan(0);
});
