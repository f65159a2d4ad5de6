import {
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  UpdateServiceCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, webDefinition, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.sandbox.close());

/** A service of a family of its own with three revisions, of which it runs the third. */
async function runs(name: string, deploymentConfiguration = {}): Promise<void> {
  for (const options of [[], ['--env', 'A=2'], ['--env', 'A=3']]) {
    const files = { 'web.json': webDefinition };
    await shop.run(['register', 'web.json', '--family', name, ...options], { files });
  }
  await shop.service({ cluster: 'shop', name, taskDefinition: name, deploymentConfiguration });
}

async function described(name: string): Promise<Service | undefined> {
  const command = new DescribeServicesCommand({ cluster: 'shop', services: [name] });
  return (await shop.ecs.send(command)).services?.[0];
}

const revisionOf = async (name: string): Promise<string | undefined> =>
  (await described(name))?.taskDefinition?.split('/').at(-1);

const update = (name: string, taskDefinition: string) =>
  shop.ecs.send(new UpdateServiceCommand({ cluster: 'shop', service: name, taskDefinition }));

const breaker = { deploymentCircuitBreaker: { enable: true, rollback: false } };
const crash = ['--docker-label', 'ecs-secrets.sandbox/exit-code=3'];

describe('deploy rollback', () => {
  test('has the service run the ACTIVE revision before, or the one of --to', async () => {
    await runs('back');
    await shop.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'back:2' }));
    const dry = await shop.json(['deploy', 'rollback', 'shop/back', '--dry-run']);
    expect(dry).toMatchObject({
      dryRun: true,
      from: expect.stringMatching(/back:3$/) as string,
      to: expect.stringMatching(/back:1$/) as string,
    });
    expect(await revisionOf('back')).toBe('back:3');
    const seen = await shop.run(['deploy', 'rollback', 'shop/back']);
    expect(seen.code, seen.stderr).toBe(0);
    expect(seen.stdout).toContain('shop/back: back:1 instead of back:3');
    expect(await revisionOf('back')).toBe('back:1');
    const none = await shop.run(['deploy', 'rollback', 'shop/back']);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('shop/back runs back:1; no earlier one is ACTIVE');
    for (const to of ['3', 'back:3']) {
      expect((await shop.run(['deploy', 'rollback', 'shop/back', '--to', to])).code).toBe(0);
      expect(await revisionOf('back')).toBe('back:3');
    }
    for (const to of ['2', '9', 'nope:1', 'back', 'A=secret']) {
      const seen = await shop.run(['deploy', 'rollback', 'shop/back', '--to', to]);
      expect(seen.code).toBe(1);
      expect(seen.stderr).toContain('there is no ACTIVE revision');
    }
  });

  test('goes back to what ran before a failed deployment', async () => {
    await runs('failed', breaker);
    await update('failed', 'failed:1');
    await shop.run(['wait', 'shop/failed']);
    const argv = ['register', '--family', 'failed', ...crash, '--service', 'shop/failed'];
    expect((await shop.run([...argv, '--no-rollback'])).code).toBe(4);
    // Not the revision before by its number, but the one that ran.
    expect((await shop.run(['deploy', 'rollback', 'shop/failed'])).code).toBe(0);
    expect(await revisionOf('failed')).toBe('failed:1');
  });

  test('that fails exits with 4', async () => {
    await runs('bad', breaker);
    await shop.run(['register', '--family', 'bad', ...crash]);
    const seen = await shop.run(['deploy', 'rollback', 'shop/bad', '--to', '4']);
    expect(seen.code).toBe(4);
    expect(seen.stderr).toContain('deployment failed: shop/bad');
  });
});

describe('wait', () => {
  test('follows what others have started, and starts nothing', async () => {
    await runs('followed', breaker);
    await runs('still');
    await update('followed', 'followed:1');
    const seen = await shop.json(['wait', 'shop/followed', 'shop/still']);
    expect(seen).toMatchObject({
      deployments: [{ service: 'followed', state: 'completed' }],
      completed: [{ service: 'still' }],
    });
    expect((await described('followed'))?.deployments).toHaveLength(1);
    const text = await shop.run(['wait', 'shop/followed']);
    expect(text.stdout).toBe('shop/followed runs followed:1\n');
  });

  test('exits with 4 for a deployment that fails, and for one that has failed', async () => {
    await runs('broken', breaker);
    await shop.run(['register', '--family', 'broken', ...crash]);
    await update('broken', 'broken:4');
    for (const when of ['while it fails', 'afterwards']) {
      const seen = await shop.run(['wait', 'shop/broken']);
      expect(seen.code, when).toBe(4);
      expect(seen.stderr).toContain('deployment failed: shop/broken');
    }
    const { deployments = [] } = (await described('broken')) ?? {};
    expect(deployments.filter(({ taskDefinition }) => taskDefinition?.endsWith(':4'))).toHaveLength(
      1,
    );
  });

  test.each([
    [['wait', 'shop/none'], 1, 'there is no service'],
    [['wait', 'none/web'], 1, 'there is no'],
    [['wait', 'web'], 2, '"web" is not CLUSTER/SERVICE'],
    [['deploy', 'rollback', 'web'], 2, '"web" is not CLUSTER/SERVICE'],
    [['deploy', 'rollback', 'shop/none'], 1, 'there is no service'],
  ])('%j is refused', async (argv, code, message) => {
    const seen = await shop.run(argv);
    expect(seen.code).toBe(code);
    expect(seen.stderr).toContain(message);
  });
});
