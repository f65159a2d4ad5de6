import {
  CreateClusterCommand,
  CreateDaemonCommand,
  RegisterDaemonTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
let definition: string;
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
  definition = daemonTaskDefinitionArn ?? '';
});
afterEach(() => shop.sandbox.close());

/** Creates the daemon `agent`: `withoutTasks` is a value of the sandbox's tag. */
async function daemon(withoutTasks?: string): Promise<void> {
  const key = 'ecs-secrets.sandbox/without-tasks';
  await shop.ecs.send(
    new CreateDaemonCommand({
      daemonName: 'agent',
      clusterArn: 'shop',
      daemonTaskDefinitionArn: definition,
      capacityProviderArns: ['arn:aws:ecs:us-east-1:123456789012:capacity-provider/managed'],
      ...(withoutTasks !== undefined && { tags: [{ key, value: withoutTasks }] }),
    }),
  );
}

test.each(['no-instances', 'pending'])(
  'a daemon without tasks (%s) is found and guarded, and its role too',
  async (how) => {
    await daemon(how);
    const used = await shop.run(['where-used', 'sm:db']);
    expect(used).toMatchObject({ code: 0, stderr: '' });
    expect(used.stdout).toContain('daemon\tshop/agent\tagent:TOKEN');
    expect(await shop.json(['where-used', 'sm:db'])).toMatchObject({
      daemons: [{ daemon: 'agent', taskDefinitions: [definition] }],
      tasks: [],
    });

    const kept = await shop.run(['delete', 'sm:db', '--yes']);
    expect(kept.code).toBe(1);
    expect(kept.stderr).toContain('db is used by daemon shop/agent');
    const role = await shop.run(['role', 'delete', 'r', '--yes']);
    expect(role.stderr).toContain('daemon shop/agent');
    const exact = ['role', 'create', 'r', '--secret', 'sm:other', '--exact', '--yes'];
    const lost = await shop.run(exact);
    expect(lost.code).toBe(1);
    expect(lost.stderr).toContain(
      'daemon shop/agent (agent:1) needs secretsmanager:GetSecretValue',
    );
    expect(await shop.run(['stale', 'sm:db'])).toMatchObject({ code: 0, stderr: '' });
    const rotated = await shop.run(['rotate', 'sm:db', '--redeploy', '--yes'], { stdin: 'new' });
    expect(rotated).toMatchObject({ code: 0 });
    expect(rotated.stderr).not.toContain('keeps the old value');
  },
);

test.each([
  ['ListDaemons', 'managed daemons'],
  ['DescribeDaemon', 'daemon shop/agent'],
  ['DescribeDaemonDeployments', 'daemon shop/agent'],
  ['DescribeDaemonRevisions', 'daemon shop/agent'],
])('without permission for %s, %s are not checked', async (operation, what) => {
  await daemon('pending');
  const code = 'AccessDeniedException';
  shop.sandbox.inject({ service: 'ecs', operation, code, message: 'not authorized' });
  const kept = await shop.run(['delete', 'sm:db', '--yes']);
  expect(kept.code).toBe(1);
  expect(kept.stderr).toContain(`it is not known what this uses: ${what} (access denied to ecs:`);
  for (const argv of [['where-used', 'sm:other'], ['stale']]) {
    const seen = await shop.run(argv);
    expect(seen.stderr).toContain(
      `warning: not checked: ${what} (access denied to ecs:${operation}`,
    );
  }
});

test('a region without managed daemons has none', async () => {
  const operation = 'ListDaemons';
  const code = 'UnsupportedFeatureException';
  shop.sandbox.inject({ service: 'ecs', operation, code, message: 'not supported' });
  expect(await shop.run(['where-used', 'sm:db'])).toMatchObject({ code: 0, stderr: '' });
  expect(await shop.run(['delete', 'sm:db', '--yes'])).toMatchObject({ code: 0 });
});

test('a secret of a managed daemon is found and guarded, and its role too', async () => {
  await daemon();
  const used = await shop.run(['where-used', 'sm:db']);
  expect(used).toMatchObject({ code: 0, stderr: '' });
  expect(used.stdout).toContain('daemon\tshop/agent\tagent:TOKEN');
  expect(used.stdout).not.toContain('task\t');
  expect(await shop.json(['where-used', 'sm:db'])).toMatchObject({ tasks: [{ daemon: 'agent' }] });

  const kept = await shop.run(['delete', 'sm:db', '--yes']);
  expect(kept.code).not.toBe(0);
  expect(kept.stderr).toContain('db is used by daemon shop/agent');
  const role = await shop.run(['role', 'delete', 'r', '--yes']);
  expect(role.stderr).toContain('daemon shop/agent');
});

test('rotate names the daemon and how it is restarted, and leaves it alone', async () => {
  await daemon();
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
    await daemon();
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

test.each(['shop/daemon:agent', 'arn:aws:ecs:us-east-1:123456789012:daemon/shop/agent'])(
  'verify checks what a daemon runs (%s)',
  async (target) => {
    await daemon('no-instances');
    const fine = await shop.json(['verify', target]);
    expect(fine).toMatchObject({
      problems: 0,
      targets: [{ target, daemon: 'shop/agent', taskDefinition: definition }],
    });
    await shop.run(['role', 'create', 'r', '--secret', 'sm:other', '--exact', '--force', '--yes']);
    const denied = await shop.run(['verify', target]);
    expect(denied.code).toBe(3);
    expect(denied.stdout).toContain('secret:db-');
    const fix = /Fix: ecs-secrets (.*)/.exec(denied.stdout)?.[1]?.split(' ') ?? [];
    expect(await shop.run(fix)).toMatchObject({ code: 0 });
    expect(await shop.run(['verify', target])).toMatchObject({ code: 0 });

    await shop.run(['delete', 'sm:db', '--force', '--yes']);
    const missing = await shop.run(['verify', target]);
    expect(missing.code).toBe(3);
    expect(missing.stdout).not.toContain('ecs-secrets register');
  },
);

test('verify of a daemon that does not exist, or may not be seen, says so', async () => {
  const missing = await shop.run(['verify', 'shop/daemon:other']);
  expect(missing).toMatchObject({ code: 1, stdout: '' });
  expect(missing.stderr).toContain('there is no daemon shop/other');
  await daemon();
  const operation = 'DescribeDaemonRevisions';
  const code = 'AccessDeniedException';
  shop.sandbox.inject({ service: 'ecs', operation, code, message: 'not authorized' });
  const unseen = await shop.run(['verify', 'shop/daemon:agent']);
  expect(unseen).toMatchObject({ code: 1, stdout: '' });
  expect(unseen.stderr).toContain(
    'the task definition that shop/daemon:agent runs cannot be seen: access denied to ecs:DescribeDaemonRevisions',
  );
});
