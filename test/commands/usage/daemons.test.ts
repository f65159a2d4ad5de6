import {
  CreateClusterCommand,
  CreateDaemonCommand,
  RegisterDaemonTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
const arn = 'arn:aws:iam::123456789012:role/r';

beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', 'sm:db'], { stdin: 'old' });
  await shop.run(['put', 'sm:other'], { stdin: 'old' });
  await shop.run(['role', 'create', 'r', '--secret', 'sm:db', '--secret', 'sm:other']);
  const { arn: secret } = await shop.json(['get', 'sm:db']);
  const { daemonTaskDefinitionArn } = await shop.ecs.send(
    new RegisterDaemonTaskDefinitionCommand({
      family: 'agent',
      executionRoleArn: arn,
      containerDefinitions: [
        {
          name: 'agent',
          image: 'agent:1',
          memory: 64,
          secrets: [{ name: 'TOKEN', valueFrom: String(secret) }],
        },
      ],
    }),
  );
  await shop.run(['register', 'web.json', '--secret', 'KEY=sm:other', '--execution-role', 'r']);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
  await shop.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
  await shop.ecs.send(
    new CreateDaemonCommand({
      daemonName: 'agent',
      clusterArn: 'shop',
      daemonTaskDefinitionArn,
      capacityProviderArns: ['arn:aws:ecs:us-east-1:123456789012:capacity-provider/managed'],
    }),
  );
});
afterEach(() => shop.sandbox.close());

test('a secret of a managed daemon is found and guarded, and its role too', async () => {
  const used = await shop.run(['where-used', 'sm:db']);
  expect(used).toMatchObject({ code: 0, stderr: '' });
  expect(used.stdout).toMatch(/daemon task\tshop\/\w+\tagent:TOKEN/);
  expect(await shop.json(['where-used', 'sm:db'])).toMatchObject({ tasks: [{ daemon: 'agent' }] });

  const kept = await shop.run(['delete', 'sm:db', '--yes']);
  expect(kept.code).not.toBe(0);
  expect(kept.stderr).toContain('db is used by daemon shop/agent');
  const role = await shop.run(['role', 'delete', 'r', '--yes']);
  expect(role.stderr).toContain('daemon shop/agent');
});

test('rotate names the daemon and how it is restarted, and leaves it alone', async () => {
  const rotated = await shop.run(['rotate', 'sm:db', '--redeploy', '--yes'], { stdin: 'new' });
  expect(rotated.stderr).toContain(
    'daemon shop/agent keeps the old value; ECS restarts a daemon by draining and replacing its container instances: aws ecs update-daemon',
  );
  const stale = await shop.run(['stale', 'sm:db']);
  expect(stale.code).toBe(3);
  expect(stale.stdout).toContain('shop/daemon:agent');
  expect(stale.stderr).toMatch(/hint: daemon shop\/agent: ECS restarts a daemon by draining/);
  expect(stale.stderr).not.toContain('redeploy');
});

test.each([
  ['AccessDeniedException', 'not authorized', /access denied/],
  ['ClientException', 'Unable to describe daemon task definition.', /Unable to describe/],
])(
  'a daemon that cannot be described (%s) is unknown, and the rest goes on',
  async (code, message, why) => {
    const operation = 'DescribeDaemonTaskDefinition';
    shop.sandbox.inject({ service: 'ecs', operation, code, message });
    const used = await shop.run(['where-used', 'sm:other']);
    expect(used.code).toBe(0);
    expect(used.stdout).toContain('service\tshop/web\tweb:KEY');
    expect(used.stderr).toContain('warning: not checked: daemon shop/agent (');
    expect(used.stderr).toMatch(why);

    const kept = await shop.run(['delete', 'sm:db', '--yes']);
    expect(kept.code).toBe(1);
    expect(kept.stderr).toContain('it is not known what this uses: daemon shop/agent (');
    expect(await shop.run(['get', 'sm:db'])).toMatchObject({ code: 0 });

    const stale = await shop.run(['stale']);
    expect(stale.stderr).toContain('warning: not checked: daemon shop/agent (');
    expect(stale.stdout).toMatch(/shop\/web\tcurrent/);
    expect(stale.stdout).toMatch(/shop\/daemon:agent\tunknown/);

    const rotated = await shop.run(['rotate', 'sm:other', '--redeploy', '--yes'], { stdin: 'new' });
    expect(rotated.code).toBe(0);
    expect(rotated.stderr).toContain('not checked: daemon shop/agent (');
    expect(await shop.injected('shop', 'web', 'KEY')).toEqual(['new']);
    const role = await shop.run(['role', 'delete', 'r', '--yes']);
    expect(role.stderr).toContain('is used by service shop/web');
  },
);
