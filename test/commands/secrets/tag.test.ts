import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  for (const ref of ['/shop/db', 'sm:shop/db', 'level']) {
    await shop.run(['put', ref, '--tag', 'env=prod'], { stdin: 'x' });
  }
});
afterAll(() => shop.sandbox.close());

const tagsOf = async (ref: string) =>
  Object.fromEntries(
    ((await shop.json(['get', ref])).tags as { key: string; value: string }[]).map((tag) => [
      tag.key,
      tag.value,
    ]),
  );

test.each([
  ['/shop/db', 'parameter /shop/db'],
  ['sm:shop/db', 'secret shop/db'],
  ['level', 'parameter level'],
])('%s gets, changes and loses tags', async (ref, what) => {
  const dry = await shop.run(['tag', ref, 'team=a', 'env=test', '--dry-run']);
  expect(dry.stdout).toBe(`tags of ${what} would be updated: team=a, env=test\n`);
  expect(await tagsOf(ref)).toEqual({ env: 'prod' });
  expect(await shop.json(['tag', ref, 'team=a', 'env=test'])).toMatchObject({
    action: 'updated',
    tags: [
      { key: 'team', value: 'a' },
      { key: 'env', value: 'test' },
    ],
    dryRun: false,
  });
  expect(await tagsOf(ref)).toEqual({ env: 'test', team: 'a' });
  expect((await shop.run(['tag', ref, 'team=a'])).stdout).toMatch(/ unchanged: /);
  expect((await shop.run(['untag', ref, 'team', 'none'])).stdout).toBe(
    `tags of ${what} updated: env=test\n`,
  );
  expect((await shop.run(['untag', ref, 'team'])).stdout).toMatch(/ unchanged: env=test\n/);
  expect((await shop.run(['untag', ref, 'env'])).stdout).toMatch(/ updated: none\n/);
  expect(await tagsOf(ref)).toEqual({});
});

test.each([
  [['tag', '/none', 'a=1'], 1, 'there is no secret ssm:none '],
  [['untag', 'sm:none', 'a'], 1, 'there is no secret sm:none '],
  [['tag', '/shop/db', 'a'], 2, 'tag "a" is not KEY=VALUE'],
  [['tag', '/shop/db', 'aws:a=1', 'b', 'c d/'], 2, 'tag "b" is not KEY=VALUE'],
  [['untag', '/shop/db', 'a=1'], 2, '"a=…" is not the key of a tag'],
  [['tag', 'sm:shop/db:key', 'a=1'], 2, 'only whole secrets have tags'],
  [['tag', '/aws/service/x', 'a=1'], 2, 'which AWS reserves'],
  [['tag', '/shop/db'], 2, 'missing'],
])('%j fails with exit code %i', async (argv, code, says) => {
  const seen = await shop.run(argv);
  expect(seen).toMatchObject({ code, stdout: '' });
  expect(seen.stderr).toContain(says);
});
