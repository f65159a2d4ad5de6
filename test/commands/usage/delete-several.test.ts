import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  for (const ref of ['/shop/a', '/shop/b', '/shop/used', 'sm:shop/a', 'sm:shop/b', 'sm:rds!x']) {
    await shop.run(['put', ref], { stdin: 'x' });
  }
  await shop.run(['role', 'create', 'r', '--secret', '/shop/used']);
  await shop.run(['register', 'web.json', '--secret', 'A=/shop/used', '--execution-role', 'r']);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
});
afterAll(() => shop.sandbox.close());

const names = async () =>
  (
    await Promise.all(
      ['/shop', 'sm:shop'].map(
        async (prefix) =>
          (await shop.json(['list', prefix])).secrets as { name: string; store: string }[],
      ),
    )
  )
    .flat()
    .map(({ name, store }) => (store === 'secrets-manager' ? `sm:${name}` : name));
const all = ['/shop/a', '/shop/b', '/shop/used', 'sm:shop/a', 'sm:shop/b'];

test.each([
  [['/shop/a', '/shop/used', 'sm:shop/a'], 1, '/shop/used is used by service shop/web'],
  [['/shop/a', '/none', 'sm:none'], 1, 'there is no secret ssm:none'],
  [['/shop/a', 'sm:shop/a:key', '/aws/service/x'], 2, 'only whole secrets are deleted'],
  [['/shop/a', '/shop/b', '--no-recovery'], 2, 'are for Secrets Manager'],
])('%j deletes nothing', async (argv, code, says) => {
  const seen = await shop.run(['delete', ...argv, '--yes']);
  expect(seen).toMatchObject({ code, stdout: '' });
  expect(seen.stderr).toContain(says);
  expect(await names()).toEqual(all);
});

test('asks once for all, and deletes each once', async () => {
  const refs = ['/shop/a', 'sm:shop/a', '/shop/a', 'ssm:/shop/a'];
  const no = await shop.run(['delete', ...refs], { terminal: { answer: 'n' } });
  expect(no.code).toBe(130);
  expect(no.stderr).toContain(
    'Delete 2 secrets: /shop/a, sm:shop/a? Those of Secrets Manager can be restored for 30 days, the others cannot. [y/N]',
  );
  const dry = await shop.run(['delete', ...refs, '--dry-run']);
  expect(dry.stdout).toBe('parameter /shop/a would be deleted\nsecret shop/a would be deleted\n');
  expect(await names()).toEqual(all);
  expect(await shop.json(['delete', ...refs, '--yes'])).toMatchObject({
    secrets: [
      { store: 'parameter-store', name: '/shop/a', dryRun: false },
      { store: 'secrets-manager', name: 'shop/a', recoverableUntil: expect.any(String) as string },
    ],
    failed: [],
  });
  expect(await names()).toEqual(['/shop/b', '/shop/used', 'sm:shop/b']);
});
