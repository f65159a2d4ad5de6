import { CreateClusterCommand, RegisterDaemonTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

// Plaintext secrets on services and in task definitions of daemons, which no ordinary family has.
let shop: Shop;
const password = 'Kd9-wl5Qm8zx';
const container = { name: 'app', image: 'httpd:2.4', memory: 64 };

beforeAll(async () => {
  shop = await openShop();
  const files = {
    'td.json': JSON.stringify({ family: 'web', containerDefinitions: [container] }),
  };
  await shop.run(['register', 'td.json'], { files });
  await shop.service({
    cluster: 'shop',
    name: 'web',
    taskDefinition: 'web',
    launchType: 'EC2',
    desiredCount: 0,
    serviceConnectConfiguration: {
      enabled: true,
      logConfiguration: { logDriver: 'splunk', options: { 'splunk-token': password } },
    },
  });
  await shop.ecs.send(new CreateClusterCommand({ clusterName: 'other' }));
  await shop.ecs.send(
    new RegisterDaemonTaskDefinitionCommand({
      family: 'agent',
      containerDefinitions: [
        { ...container, environment: [{ name: 'DB_PASSWORD', value: password }] },
      ],
    }),
  );
});
afterAll(() => shop.sandbox.close());

const onService = {
  service: 'shop/web',
  container: '',
  place: 'serviceConnectConfiguration.logConfiguration.options["splunk-token"]',
  placeKind: 'logConfiguration.options',
  name: 'splunk-token',
  services: ['shop/web'],
};
const ofDaemons = {
  family: 'agent',
  revision: 1,
  taskDefinition: 'arn:aws:ecs:us-east-1:123456789012:daemon-task-definition/agent:1',
  name: 'DB_PASSWORD',
};

async function findings(...argv: string[]): Promise<unknown> {
  const seen = await shop.run(['audit', ...argv, '--json']);
  expect([0, 3], seen.stderr).toContain(seen.code);
  expect(`${seen.stdout}${seen.stderr}`).not.toContain(password);
  return (JSON.parse(seen.stdout) as { findings: unknown }).findings;
}

test('audit looks at log options of Service Connect, and at families of daemons', async () => {
  expect(await findings()).toMatchObject([ofDaemons, onService]);
  expect(await findings('--all-revisions')).toMatchObject([ofDaemons, onService]);
  expect(await findings('--no-services')).toMatchObject([ofDaemons]);
  expect(await findings('--cluster', 'shop')).toMatchObject([onService]);
  expect(await findings('--family', 'web')).toMatchObject([onService]);
  expect(await findings('--cluster', 'other')).toEqual([]);

  const seen = await shop.run(['audit']);
  expect(seen.code).toBe(3);
  expect(seen.stdout).toMatch(/\tdaemon agent:1\tapp\tDB_PASSWORD\t/);
  expect(seen.stdout).toMatch(/\tservice shop\/web\tService Connect\tsplunk-token\t/);
  expect(seen.stderr).not.toContain('ecs-secrets migrate');
  const sarif = await shop.run(['audit', '--format', 'sarif']);
  expect(sarif.stdout).toContain('of Service Connect in service shop/web looks like a secret');
});

test.each([
  ['ListDaemonTaskDefinitions', 'task definitions of daemons'],
  ['DescribeDaemonTaskDefinition', 'daemon agent:1'],
  ['ListDaemons', 'managed daemons'],
])('without permission for %s, audit says what was not checked', async (operation, what) => {
  const code = 'AccessDeniedException';
  shop.sandbox.inject({ service: 'ecs', operation, code, message: 'not authorized' });
  const seen = await shop.run(['audit']);
  expect(seen.code).toBe(3);
  expect(seen.stderr).toContain(`warning: not checked: ${what} (access denied to ecs:${operation}`);
  expect(seen.stdout).toContain('service shop/web');
  shop.sandbox.heal();
});
