import { expect, test } from 'vitest';
import { openShop } from '../../helpers/scene.ts';

test('where-used says how many services there are, and the time left, from the first one on', async () => {
  await using shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/db']);
  await shop.run(['register', 'web.json', '--secret', 'DB=/shop/db', '--execution-role', 'r']);
  for (const cluster of ['a', 'b', 'c', 'd']) {
    await shop.service({ cluster, name: 'web', taskDefinition: 'web' });
  }
  // Looks at the clock are 11 seconds apart, so that every step is printed.
  let time = Date.parse('2026-01-01T00:00:00Z');
  const seen = await shop.run(['where-used', '/shop/db'], { now: () => (time += 11_000) });
  expect(seen.code, seen.stderr).toBe(0);
  const told = seen.stderr.split('\n').filter((line) => line.startsWith('describing services'));
  expect(told.map((line) => line.split(',', 1)[0])).toEqual([
    'describing services 0/4',
    'describing services 1/4',
    'describing services 2/4',
    'describing services 3/4',
    'describing services 4/4',
  ]);
  expect(told[1]).toMatch(/, \d+ s left$|, [\dmins ]+ left$/);
});
