import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { goBetween, type Incident } from '../../helpers/go-between.ts';
import type { Seen } from '../../helpers/run.ts';
import { openShop, webDefinition, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.sandbox.close());

/** A service whose container crashes unless its password begins with "good". */
async function picky(ref: string): Promise<void> {
  const file = JSON.stringify({
    ...(JSON.parse(webDefinition) as object),
    containerDefinitions: [
      {
        name: 'web',
        image: 'httpd@sha256:0',
        dockerLabels: { 'ecs-secrets.sandbox/exit-unless': 'DB~^good' },
      },
    ],
  });
  await shop.run(['role', 'create', 'r', '--secret', ref.replace(/:[^:]*$/, '')]);
  const argv = ['register', 'picky.json', '--secret', `DB=${ref}`, '--execution-role', 'r'];
  await shop.run(argv, { files: { 'picky.json': file } });
  const service = { cluster: 'shop', name: 'web', taskDefinition: 'web' };
  await shop.service({ ...service, deploymentConfiguration: {} });
}

async function rotateAmid(incident: Incident, ref: string, stdin: string): Promise<Seen> {
  await using between = await goBetween(shop.sandbox.url, [incident]);
  const env = { ECS_SECRETS_ENDPOINT_URL: between.url };
  return await shop.run(['rotate', ref, '--redeploy'], { stdin, env });
}

test('a key that somebody sets while another is rotated outlives the rollback', async () => {
  await shop.run(['put', 'sm:shop/api:key'], { stdin: 'good-1' });
  await picky('sm:shop/api:key');
  const SecretString = '{"key":"good-1","other":"theirs"}';
  const theirs = new PutSecretValueCommand({ SecretId: 'shop/api', SecretString });
  const seen = await rotateAmid(
    { operation: 'UpdateSecretVersionStage', before: () => shop.secrets.send(theirs) },
    'sm:shop/api:key',
    'bad',
  );
  expect(seen.code).toBe(4);
  const current = new GetSecretValueCommand({ SecretId: 'shop/api', VersionStage: 'AWSCURRENT' });
  expect((await shop.secrets.send(current)).SecretString).toBe(SecretString);
});

test('a parameter whose description lags is not told as overtaken, and is rolled back', async () => {
  await shop.run(['put', '/shop/db'], { stdin: 'good-1' });
  await picky('/shop/db');
  const seen = await rotateAmid(
    {
      operation: 'DescribeParameters',
      from: 3,
      rewrite: ({ Parameters }: { Parameters: { Version: number }[] }) => ({
        Parameters: Parameters.map((one) => ({ ...one, Version: one.Version - 1 })),
      }),
    },
    '/shop/db',
    'bad',
  );
  expect(seen.code).toBe(4);
  expect(seen.stdout).toContain('; version 3 holds the old value again');
  const current = new GetParameterCommand({ Name: '/shop/db', WithDecryption: true });
  expect((await shop.ssm.send(current)).Parameter?.Value).toBe('good-1');
});
