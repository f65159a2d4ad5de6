import { afterAll, beforeAll, expect, test } from 'vitest';
import { goBetween } from '../../helpers/go-between.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

// The agent quotes characters of a secret that is no JSON. ECS may pass its reason on as the reason of
// a deployment and as an event of the service: none of them is shown.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.run(['put', '/db'], { stdin: 'one' });
  await shop.run(['role', 'create', 'r', '--secret', '/db']);
  await shop.run(['register', 'web.json', '--secret', 'DB=/db', '--execution-role', 'r']);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
});
afterAll(() => shop.sandbox.close());

const quoting = "invalid character 'Ω' looking for beginning of value";
const reason = `ECS deployment circuit breaker: tasks failed to start: unable to retrieve secret from asm: ${quoting}`;

interface Answer {
  services: { deployments: object[]; events: object[] }[];
}

test.each([
  ['a deployment', ['redeploy', '--service', 'shop/web'], []],
  ['a deployment, in JSON', ['redeploy', '--service', 'shop/web', '--json'], []],
  ['an event', ['diagnose', 'shop/web', '--json'], [{ message: reason }]],
])('the reason of %s shows no character of a secret', async (_, argv, events) => {
  await using between = await goBetween(shop.sandbox.url, [
    {
      ...{ operation: 'DescribeServices', from: argv[0] === 'redeploy' ? 2 : 1, times: Infinity },
      rewrite: ({ services, ...rest }: Answer) => ({
        ...rest,
        services: services.map((service) => ({
          ...service,
          deployments: service.deployments.map((deployment) => ({
            ...deployment,
            ...{ rolloutState: 'FAILED', rolloutStateReason: reason, failedTasks: 3 },
          })),
          events: [...events, ...service.events],
        })),
      }),
    },
  ]);
  const env = { ECS_SECRETS_ENDPOINT_URL: between.url };
  const seen = await shop.run(argv, { env });
  expect(seen.stdout + seen.stderr).toContain("invalid character '…' looking for");
  expect(seen.stdout + seen.stderr).not.toContain('Ω');
});
