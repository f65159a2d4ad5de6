import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Aws } from '../../../src/aws/index.ts';
import { awsAt } from '../../helpers/aws-at.ts';
import { scan } from '../../../src/operations/usage/scan.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
let aws: Aws;
let calls: string[];
beforeEach(async () => {
  shop = await openShop();
  calls = [];
  aws = awsAt(shop.sandbox.url, { onCall: ({ action }) => calls.push(action) });
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/db']);
});
afterEach(() => shop.sandbox.close());

async function service(name: string): Promise<void> {
  const argv = ['register', 'web.json', '--family', name, '--secret', 'DB=/shop/db'];
  await shop.run([...argv, '--execution-role', 'r']);
  await shop.service({ cluster: 'shop', name, taskDefinition: name, desiredCount: 0 });
}

test('a second scan of a run describes only what is new', async () => {
  const everywhere = { clusters: [], services: [] };
  await service('web');
  const first = await scan(aws, everywhere);
  await service('api');
  calls = [];
  const second = await scan(aws, everywhere, { known: first.revisions });
  expect(calls.filter((action) => action === 'ecs:DescribeTaskDefinition')).toHaveLength(1);
  const families = [...second.revisions.values()].map(({ definition }) => definition.family);
  expect(families.sort()).toEqual(['api', 'web']);
  const [web] = first.revisions.values();
  expect(second.revisions.get(web?.arn ?? '')).toBe(web);
  const narrowed = { clusters: [], services: [{ cluster: 'shop', service: 'api' }] };
  const third = await scan(aws, narrowed, { known: second.revisions });
  expect([...third.revisions.values()].map(({ definition }) => definition.family)).toEqual(['api']);
});
