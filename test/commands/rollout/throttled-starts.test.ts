import { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { openShop } from '../../helpers/scene.ts';
import { definition, stock } from '../../helpers/start-scene.ts';

test('a deployment whose first tasks are throttled is not given up', async () => {
  await using shop = await openShop();
  await stock(shop);
  const input = definition({ DB: '/shop/db' });
  await shop.ecs.send(new RegisterTaskDefinitionCommand(input as never));
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });

  const fault = { service: 'ssm', operation: 'GetParameters', message: 'Rate exceeded' };
  shop.sandbox.inject({ ...fault, code: 'ThrottlingException', times: 2 });
  const seen = await shop.run(['redeploy', '--service', 'shop/web', '--json']);
  expect(seen.code, seen.stderr).toBe(0);
  expect(JSON.parse(seen.stdout)).toMatchObject({ deployments: [{ state: 'completed' }] });

  const diagnosed = await shop.run(['diagnose', 'shop/web', '--json']);
  expect(JSON.parse(diagnosed.stdout)).toMatchObject({
    recovered: true,
    failures: [{ failure: 'throttled', source: 'task', count: 2 }],
  });
});
