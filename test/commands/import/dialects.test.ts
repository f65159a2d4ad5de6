import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { valuesBelow } from '../../helpers/parameters.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.sandbox.close());

const input = (name: string): Promise<string> =>
  readFile(new URL(`../../inputs/${name}`, import.meta.url), 'utf8');

test.each<[string, Record<string, string>, string]>([
  [
    '17-empty-values.env',
    { DB_HOST: 'db', DB_PASSWORD: 'Kw8!pq72Lm' },
    'note: 17-empty-values.env: left out, as they are empty: SENTRY_DSN, SMTP_USER, SMTP_PASSWORD\n',
  ],
  [
    '18-set-twice.env',
    { CACHE_TTL: '60', DB_PASSWORD: 'Kw8!pq72Lm' },
    'note: 18-set-twice.env: CACHE_TTL is set twice to the same value (lines 1 and 3)\n',
  ],
  ['19-k8s-secret.yaml', { password: 'Kw8!pq72Lm', token: 'Qx4zLm91pT' }, ''],
])('import of %s', async (name, expected, stderr) => {
  const argv = ['import', name, '--prefix', `/${name}`];
  const seen = await shop.run(argv, { files: { [name]: await input(name) } });
  expect(seen).toMatchObject({ code: 0, stderr });
  const stored = Object.entries(expected).map(([key, value]) => [`/${name}/${key}`, value]);
  expect(await valuesBelow(shop.ssm, `/${name}`)).toEqual(Object.fromEntries(stored));
});

test('--empty, --include and --exclude, and warnings without values', async () => {
  const stdin = 'A=\nB=x\nC=${B}-S3cr3tS3cr3t\nD=y\n';
  const argv = ['import', '-', '--prefix', '/e', '--include', 'A,B,C', '--exclude', 'B'];
  expect(await shop.run([...argv, '--empty', 'error'], { stdin })).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: standard input, line 1 (A): the value is empty; neither store accepts that\n',
  });
  const stored = await shop.run([...argv, '--empty', 'store-space'], { stdin });
  expect(stored).toEqual({
    code: 0,
    stdout: '2 created, 0 updated, 0 unchanged\n',
    stderr:
      'note: standard input: stored as a space, as they are empty: A\n' +
      'warning: standard input: "${…}" and "$(…)" are not expanded: C\n',
  });
  expect(await valuesBelow(shop.ssm, '/e')).toEqual({ '/e/A': ' ', '/e/C': '${B}-S3cr3tS3cr3t' });
});

test('--prune keeps what the file has without a value, or what is not selected', async () => {
  await shop.run(['import', '-', '--prefix', '/p'], { stdin: 'A=1\nB=2\nC=3\nD=4\n' });
  const argv = ['import', '-', '--prefix', '/p', '--prune', '--yes', '--exclude', 'C'];
  const seen = await shop.run(argv, { stdin: 'A=1\nB=\nC=5\n' });
  expect(seen).toMatchObject({ code: 0 });
  expect(await valuesBelow(shop.ssm, '/p')).toEqual({ '/p/A': '1', '/p/B': '2', '/p/C': '3' });
  await shop.run(['import', '-', '--as-json', 'p'], { stdin: 'A=1\nB=2\nD=4\n' });
  const json = ['import', '-', '--as-json', 'p', '--prune', '--yes'];
  await shop.run(json, { stdin: 'A=1\nB=\n' });
  expect(await shop.run(['get', 'sm:p', '--reveal'])).toMatchObject({
    stdout: '{"A":"1","B":"2"}',
  });
});
