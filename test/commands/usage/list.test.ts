import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  for (const ref of ['/shop/b', '/shop/a', '/shop/c', 'sm:shop/a', 'sm:shop/b']) {
    await shop.run(['put', ref, '--tag', 'env=prod'], { stdin: 'x' });
  }
  await shop.run(['role', 'create', 'r', '--secret', '/shop/a', '--secret', 'sm:shop/a']);
  await shop.run(
    ['register', 'web.json', '--secret', 'A=/shop/a', '--secret', 'S=sm:shop/a'].concat(
      '--execution-role',
      'r',
    ),
  );
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
});
afterAll(() => shop.sandbox.close());

const names = async (argv: string[], setting = {}) =>
  ((await shop.json(['list', ...argv], setting)).secrets as { name: string }[]).map(
    ({ name }) => name,
  );
const day = 86_400_000;
const inDays = (days: number) => ({ now: () => Date.now() + days * day });

describe('list', () => {
  test('sorts by name, newest and oldest', async () => {
    expect(await names(['/shop', '--sort', 'name'])).toEqual(['/shop/a', '/shop/b', '/shop/c']);
    expect(await names(['/shop', '--sort', 'oldest'])).toEqual(['/shop/b', '/shop/a', '/shop/c']);
    expect(await names(['/shop', '--sort', 'newest'])).toEqual(['/shop/c', '/shop/a', '/shop/b']);
  });

  test('--older-than selects what has not changed for so long', async () => {
    expect(await names(['/shop', '--older-than', '90d'], inDays(91))).toHaveLength(3);
    expect(await names(['/shop', '--older-than', '90d'], inDays(89))).toEqual([]);
    expect(await names(['sm:shop', '--older-than', '2w'], inDays(15))).toHaveLength(2);
    expect(await names(['sm:shop', '--older-than', '2w'], inDays(13))).toEqual([]);
    expect(await names(['sm:shop', '--older-than', '36h'], inDays(2))).toHaveLength(2);
    const none = await shop.run(['list', '/shop', '--older-than', '90d']);
    expect(none.stderr).toContain('nothing below /shop that these options select');
    const wrong = await shop.run(['list', '/shop', '--older-than', '90']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('"90" is not an age: write 90d, 2w or 12h');
  });

  test('--unused leaves out what a service refers to', async () => {
    expect(await names(['/shop', '--unused'])).toEqual(['/shop/b', '/shop/c']);
    expect(await names(['sm:', '--unused'])).toEqual(['shop/b']);
    expect(await shop.json(['list', '/shop', '--unused'])).toMatchObject({ unchecked: [] });
  });

  test('shows tags: of secrets always, of parameters with --tags', async () => {
    const tags = async (argv: string[]) =>
      ((await shop.json(['list', ...argv])).secrets as { tags?: unknown }[]).map((one) => one.tags);
    const prod = [{ key: 'env', value: 'prod' }];
    expect(await tags(['sm:shop'])).toEqual([prod, prod]);
    expect(await tags(['/shop'])).toEqual([undefined, undefined, undefined]);
    expect(await tags(['/shop', '--tags'])).toEqual([prod, prod, prod]);
    const { stdout } = await shop.run(['list', '/shop', '--tags']);
    expect(stdout).toMatch(/\tTAGS\n\/shop\/a\t.*\tenv=prod\n/);
  });
});
