import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { asDeployer, definition, jsonOf, stock, type Verified } from '../../helpers/start-scene.ts';
import { createDeployer, grantDeployer } from '../../sandbox/clients.ts';

// Roles that grant by tags of the secrets, as those of AWS Copilot do.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await stock(shop);
  for (const [ref, app] of [
    ['/copilot/shop', 'shop'],
    ['/copilot/other', 'other'],
    ['sm:copilot/shop', 'shop'],
    ['sm:copilot/other', 'other'],
  ] as const) {
    await shop.json(['put', ref, '--tag', `copilot-application=${app}`], { stdin: 'x' });
  }
  await shop.json(['put', '/copilot/none'], { stdin: 'x' });
  const byTag = (Action: string, key: string): object => ({
    ...{ Effect: 'Allow', Action, Resource: '*' },
    Condition: { StringEquals: { [key]: 'shop' } },
  });
  await shop.iam.send(
    new PutRolePolicyCommand({
      ...{ RoleName: 'shop-execution', PolicyName: 'by-tag' },
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          byTag('ssm:GetParameters', 'ssm:ResourceTag/copilot-application'),
          byTag('secretsmanager:GetSecretValue', 'secretsmanager:ResourceTag/copilot-application'),
        ],
      }),
    }),
  );
});
afterAll(() => shop.sandbox.close());

const names = ['/copilot/shop', '/copilot/other', '/copilot/none', 'sm:copilot/shop'];

test('verify decides by the tags that secrets have', async () => {
  const references = Object.fromEntries(
    [...names, 'sm:copilot/other'].map((name, index) => [`S${index}`, name]),
  );
  const files = { 'shop.json': JSON.stringify(definition(references)) };
  const seen = await shop.run(['verify', 'shop.json', '--json'], { files });
  const { targets } = jsonOf(seen) as { targets: Verified[] };
  const role = (targets[0]?.findings ?? [])
    .filter(({ message }) => /^(ssm:GetParameters|secretsmanager:GetSecretValue)/.test(message))
    .map(({ status, subject }) => `${status} ${subject.replace(/-\w{6}$/, '')}`);
  expect(role.sort()).toEqual([
    'ok parameter/copilot/shop',
    'ok secret:copilot/shop',
    'problem parameter/copilot/none',
    'problem parameter/copilot/other',
    'problem secret:copilot/other',
  ]);
});

test('role check decides by them, and needs no tags for roles that do not ask for them', async () => {
  const argv = ['role', 'check', 'shop-execution', '--json'];
  const seen = await shop.run([
    ...argv,
    '--secret',
    '/copilot/shop',
    '--secret',
    'sm:copilot/shop',
  ]);
  expect(seen.code, seen.stdout).toBe(0);
  const other = await shop.run([...argv, '--secret', '/copilot/other']);
  expect(other.code).toBe(3);
});

test('who may not read tags is told so', async () => {
  await createDeployer(shop);
  await grantDeployer(shop, {
    ...{ Effect: 'Allow', Resource: '*' },
    NotAction: ['ssm:ListTagsForResource'],
  });
  const argv = ['role', 'check', 'shop-execution', '--secret', '/copilot/shop'];
  const seen = await asDeployer(shop, () => shop.run(argv));
  expect(seen.stdout).toMatch(
    /unknown.*it depends on ssm:ResourceTag\/copilot-application,.*\(ssm:ListTagsForResource\)/,
  );
});
