import { CreateClusterCommand, CreateServiceCommand } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { runBin } from './helpers/run.ts';
import { openShop } from './helpers/scene.ts';

// 1,000 services in 20 clusters: how many calls the pages and batches force, and no more.
test('where-used and stale make no more calls than pages and batches force', async () => {
  const shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/db']);
  await shop.run(['register', 'web.json', '--secret', 'DB=/shop/db', '--execution-role', 'r']);
  for (let c = 0; c < 20; c += 1) {
    await shop.ecs.send(new CreateClusterCommand({ clusterName: `c${c}` }));
    await Promise.all(
      Array.from({ length: 50 }, (_, s) =>
        shop.ecs.send(
          new CreateServiceCommand({
            ...{ cluster: `c${c}`, serviceName: `s${s}`, taskDefinition: 'web' },
            ...{ desiredCount: 1, launchType: 'FARGATE' },
          }),
        ),
      ),
    );
  }
  const calls = async (): Promise<string[]> => {
    const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
    return ((await answer.json()) as { operation: string }[]).map(({ operation }) => operation);
  };
  const env = shop.sandbox.environment;
  // Clusters: a page. Each: a page of services, five batches, a page of tasks, a batch of them.
  const search = 1 + 20 * (1 + 5 + 1 + 1) + 1;
  for (const [argv, forced, code] of [
    [['where-used', '/shop/db'], search + 20 + 1 + 2, 0],
    [['stale', '/shop/db'], search + 1 + 2, 0],
  ] as const) {
    const before = (await calls()).length;
    const seen = await runBin([...argv, '--json'], { env });
    expect(seen).toMatchObject({ code, stderr: '' });
    const made = (await calls()).slice(before);
    expect(made.length).toBeLessThanOrEqual(forced * 1.02);
    expect((JSON.parse(seen.stdout) as { services: unknown[] }).services).toHaveLength(1000);
  }
  await shop.sandbox.close();
});
