import {
  CreateServiceCommand,
  DescribeServicesCommand,
  UpdateServiceCommand,
  type CreateServiceCommandInput,
  type Service,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Seen } from '../../helpers/run.ts';
import { openShop, webDefinition, type Shop } from '../../helpers/scene.ts';

// A service whose deployment of a new revision fails runs the revision before again.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.sandbox.close());

const files = { 'web.json': webDefinition };
const crash = ['--docker-label', 'ecs-secrets.sandbox/exit-code=3'];

/** A service of a family of its own that runs its first revision. */
async function runs(name: string, more: Partial<CreateServiceCommandInput> = {}): Promise<void> {
  await shop.run(['register', 'web.json', '--family', name], { files });
  const input = { cluster: 'shop', name, taskDefinition: name, deploymentConfiguration: {} };
  await shop.service({ ...input, ...more });
}

const deploy = (name: string, ...more: string[]): Promise<Seen> =>
  shop.run(['register', '--family', name, '--service', `shop/${name}`, '--json', ...more]);

async function described(name: string): Promise<Service | undefined> {
  const command = new DescribeServicesCommand({ cluster: 'shop', services: [name] });
  return (await shop.ecs.send(command)).services?.[0];
}

const revisionOf = async (name: string): Promise<string | undefined> =>
  (await described(name))?.taskDefinition?.split('/').at(-1);

test.each<[string, Partial<CreateServiceCommandInput>, string]>([
  ['plain', {}, 'ecs-secrets'],
  ['breaker', { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } } }, 'ecs-secrets'], // prettier-ignore
])('%s: the service runs the first revision again, exit 4', async (name, more, by) => {
  await runs(name, more);
  const seen = await deploy(name, ...crash);
  expect(seen.code).toBe(4);
  expect(seen.stderr).toContain(
    `error: deployment failed: shop/${name}; rolled back shop/${name} to ${name}:1`,
  );
  const { putBack } = JSON.parse(seen.stdout) as { putBack: object[] };
  expect(putBack).toMatchObject([{ service: name, by }]);
  expect(await revisionOf(name)).toBe(`${name}:1`);
  expect((await described(name))?.deployments?.[0]?.rolloutState).toBe('COMPLETED');
});

test.each(['ROLLING', 'BLUE_GREEN'] as const)('a rollback of ECS itself (%s)', async (strategy) => {
  const name = `ecs-${strategy}`;
  await runs(name, {
    deploymentConfiguration: {
      ...{ strategy, bakeTimeInMinutes: 0 },
      deploymentCircuitBreaker: {
        ...{ enable: true, rollback: true },
        thresholdConfiguration: { type: 'COUNT', value: 1 },
      },
    },
  });
  const seen = await deploy(name, ...crash);
  expect(seen.code).toBe(4);
  expect(JSON.parse(seen.stdout)).toMatchObject({ putBack: [{ service: name, by: 'ECS' }] });
  expect(await revisionOf(name)).toBe(`${name}:1`);
});

test('--no-rollback leaves it, and the next run starts the deployment again', async () => {
  await runs('stays', {
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
  });
  const seen = await deploy('stays', ...crash, '--no-rollback');
  expect(seen.code).toBe(4);
  expect(JSON.parse(seen.stdout)).not.toHaveProperty('putBack');
  expect(await revisionOf('stays')).toBe('stays:2');
  const again = await deploy('stays', ...crash, '--no-rollback');
  expect(again.code).toBe(4);
  expect(again.stderr).not.toContain('run it already');
});

test('a deployment that an interrupted run started is followed by the next', async () => {
  await runs('cut');
  const started = await deploy('cut', '--env', 'A=1', '--no-wait');
  expect(started.code).toBe(0);
  const seen = await deploy('cut', '--env', 'A=1');
  expect(seen.code).toBe(0);
  expect((await described('cut'))?.deployments).toHaveLength(1);
});

test('a service whose first deployment fails has nothing to go back to', async () => {
  await shop.run(['register', 'web.json', '--family', 'first', ...crash], { files });
  await shop.ecs.send(
    new CreateServiceCommand({
      ...{ cluster: 'shop', serviceName: 'first', taskDefinition: 'first' },
      ...{ desiredCount: 1, launchType: 'FARGATE' },
    }),
  );
  const seen = await deploy('first', '--env', 'A=1');
  expect(seen.code).toBe(4);
  expect(seen.stderr).toContain('not rolled back: shop/first');
});

test('a revision that someone else deploys meanwhile stays', async () => {
  await runs('other');
  await shop.run(['register', '--family', 'other', '--env', 'THEIRS=1']);
  const running = deploy('other', ...crash);
  while ((await revisionOf('other')) !== 'other:3') await new Promise(setImmediate);
  const input = { cluster: 'shop', service: 'other', taskDefinition: 'other:2' };
  await shop.ecs.send(new UpdateServiceCommand(input));
  const seen = await running;
  expect(await revisionOf('other')).toBe('other:2');
  expect(seen.stderr).not.toContain('rolled back shop/other to');
});
