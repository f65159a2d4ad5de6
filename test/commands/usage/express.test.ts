import { afterEach, beforeEach, expect, test } from 'vitest';
import { latestRevision, openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', 'sm:db'], { stdin: 'old' });
  await shop.run(['role', 'create', 'r', '--secret', 'sm:db']);
  await shop.run(['register', 'web.json', '--secret', 'PASS=sm:db', '--execution-role', 'r']);
});
afterEach(() => shop.sandbox.close());

/** An Express service, which DescribeServices shows without a task definition of its own. */
async function express(shown: 'true' | 'revisions'): Promise<void> {
  await shop.service({
    cluster: 'shop',
    name: 'web',
    taskDefinition: 'web',
    tags: [{ key: 'ecs-secrets.sandbox/express', value: shown }],
    deploymentConfiguration: {
      strategy: 'CANARY',
      canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 0 },
      bakeTimeInMinutes: 0,
    },
  });
}

test.each(['true', 'revisions'] as const)(
  'an Express service is found, guarded, verified and redeployed (%s)',
  async (shown) => {
    await express(shown);
    const used = await shop.run(['where-used', 'sm:db']);
    expect(used.stdout).toContain('service\tshop/web\tweb:PASS');
    const kept = await shop.run(['delete', 'sm:db', '--yes']);
    expect(kept.stderr).toContain('db is used by service shop/web');
    expect(await shop.run(['verify', 'shop/web'])).toMatchObject({ code: 0 });
    expect(await shop.run(['policy', 'execution', '--service', 'shop/web'])).toMatchObject({
      code: 0,
    });

    const rotated = await shop.run(['rotate', 'sm:db', '--redeploy', '--yes'], { stdin: 'new' });
    expect(rotated).toMatchObject({ code: 0 });
    expect(await shop.injected('shop', 'web', 'PASS')).toEqual(['new']);
    expect(await shop.run(['stale', 'sm:db'])).toMatchObject({ code: 0 });
  },
);

test('verify says that the task definition of an Express service may not be seen', async () => {
  await express('revisions');
  const operation = 'DescribeServiceRevisions';
  const code = 'AccessDeniedException';
  shop.sandbox.inject({ service: 'ecs', operation, code, message: 'not authorized' });
  const seen = await shop.run(['verify', 'shop/web']);
  expect(seen).toMatchObject({ code: 1, stdout: '' });
  expect(seen.stderr).toContain(
    'the task definition that shop/web runs cannot be seen: access denied',
  );
  expect(seen.stderr).not.toContain('runs no task definition yet');
});

test.each([
  ['register', 'web.json', '--secret', 'OTHER=sm:db', '--execution-role', 'r'],
  ['migrate', 'web.json', '--prefix', '/m', '--variable', 'HOST', '--yes'],
])(
  '%s does nothing for an Express service, whose task definitions ECS registers',
  async (...argv) => {
    await express('true');
    const seen = await shop.run([...argv, '--service', 'shop/web']);
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toContain(
      'shop/web is an Express service: ECS registers its task definitions',
    );
    expect(seen.stderr).toContain(
      'aws ecs update-express-gateway-service --service-arn arn:aws:ecs:us-east-1:123456789012:service/shop/web --primary-container',
    );
    expect((await latestRevision(shop.ecs, 'web'))?.revision).toBe(1);
    expect((await shop.run(['get', '/m/HOST'])).code).toBe(1);
  },
);
