import { afterEach, beforeEach, expect, test } from 'vitest';
import { valuesBelow } from '../../helpers/parameters.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.sandbox.close());

const stored = () => valuesBelow(shop.ssm, '/shop');

test('a piped value is that of all', async () => {
  const seen = await shop.run(['put', '/shop/{staging,prod}/db'], { stdin: 'same' });
  expect(seen).toEqual({
    code: 0,
    stdout:
      'parameter /shop/staging/db created (version 1)\nparameter /shop/prod/db created (version 1)\n',
    stderr: '',
  });
  expect(await stored()).toEqual({ '/shop/staging/db': 'same', '/shop/prod/db': 'same' });
  expect(await shop.json(['put', '/shop/{staging,prod}/db'], { stdin: 'same' })).toMatchObject({
    secrets: [
      { name: '/shop/staging/db', action: 'unchanged' },
      { name: '/shop/prod/db', action: 'unchanged' },
    ],
    failed: [],
  });
});

test('variables and files are those of the same alternative', async () => {
  const env = { DB_STAGING: 'one', DB_PROD: 'two', DB: 'all' };
  const argv = ['put', '/shop/{staging,prod}/db', '--from-env'];
  await shop.run([...argv, 'DB_{STAGING,PROD}'], { env });
  expect(await stored()).toEqual({ '/shop/staging/db': 'one', '/shop/prod/db': 'two' });
  await shop.run([...argv, 'DB'], { env });
  expect(await stored()).toEqual({ '/shop/staging/db': 'all', '/shop/prod/db': 'all' });
  const files = { 'a.key': '1', 'b.key': '2' };
  await shop.run(['put', '/shop/{a,b}', '--value-file', '{a,b}.key'], { files });
  expect(await stored()).toMatchObject({ '/shop/a': '1', '/shop/b': '2' });
  const wrong = await shop.run([...argv, 'DB_{STAGING,PROD,TEST}'], { env });
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('--from-env names 3 sources for 2 secrets');
});

test('on a terminal there is a prompt for each, and each gets a generated value of its own', async () => {
  await shop.run(['put', '/shop/{a,b}{1,2}'], { terminal: { answer: 'typed' } });
  expect(await stored()).toEqual({
    ...{ '/shop/a1': 'typed', '/shop/a2': 'typed', '/shop/b1': 'typed', '/shop/b2': 'typed' },
  });
  await shop.run(['put', '/shop/{a1,a2}', '--generate']);
  const { '/shop/a1': a, '/shop/a2': b } = await stored();
  expect(a).toHaveLength(32);
  expect(b).toHaveLength(32);
  expect(a).not.toBe(b);
});

test.each([
  [['put', '/shop/{a,b c,d e}'], 2, /"\/shop\/b c" has[^]*"\/shop\/d e" has/],
  [['put', '/{shop/a,aws/b}'], 2, /"\/aws\/b" begins with "aws"/],
  [['put', '{/shop/a,sm:b}', '--tier', 'advanced'], 2, /--tier is for Parameter Store/],
  [['put', '/shop/{a,there}', '--no-overwrite'], 1, /there already exists|exists/],
  [['put', '{/shop/a,sm:there:key}', '--raw'], 2, /JSON/],
  [['put', '/shop/{a}'], 2, /does not accept: "\{" "\}"/],
])('%j writes nothing', async (argv, code, says) => {
  await shop.run(['put', '/shop/there'], { stdin: 'old' });
  await shop.run(['put', 'sm:there'], { stdin: 'plain text' });
  const seen = await shop.run(argv, { stdin: 'x' });
  expect(seen).toMatchObject({ code, stdout: '' });
  expect(seen.stderr).toMatch(says);
  expect(await stored()).toEqual({ '/shop/there': 'old' });
});

test('--dry-run writes nothing', async () => {
  const seen = await shop.run(['put', '/shop/{a,b}', '--dry-run'], { stdin: 'x' });
  expect(seen.stdout).toMatch(/\/shop\/a would be created.*\n.*\/shop\/b would be created/);
  expect(await stored()).toEqual({});
});
