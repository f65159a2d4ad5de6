import {
  DescribeParametersCommand,
  GetParameterCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { definition, jsonOf, stock, type Verified } from '../../helpers/start-scene.ts';

const policies = [
  { Type: 'Expiration', Version: '1.0', Attributes: { Timestamp: '2099-02-03T04:05:06.000Z' } },
  { Type: 'ExpirationNotification', Version: '1.0', Attributes: { Before: '30', Unit: 'Days' } },
  { Type: 'NoChangeNotification', Version: '1.0', Attributes: { After: '60', Unit: 'Days' } },
];

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await stock(shop);
});
afterAll(() => shop.sandbox.close());

beforeEach(async () => {
  await put('/shop/db', { Policies: JSON.stringify(policies) });
});

async function put(Name: string, more: object): Promise<void> {
  const all = { Name, Value: 'first', Type: 'SecureString', Tier: 'Advanced', Overwrite: true };
  await shop.ssm.send(new PutParameterCommand({ ...all, ...more } as never));
}

async function described(name: string) {
  const ParameterFilters = [{ Key: 'Name', Values: [name] }];
  const answer = await shop.ssm.send(new DescribeParametersCommand({ ParameterFilters }));
  return answer.Parameters?.[0];
}

test('get and list print policies and data type', async () => {
  const got = await shop.run(['get', '/shop/db']);
  expect(got.stdout).toContain('data type:    text\n');
  expect(got.stdout).toContain(
    'policies:     Expiration on 2099-02-03, ExpirationNotification 30 days before, NoChangeNotification after 60 days without a change\n',
  );
  const known = {
    dataType: 'text',
    policies: [
      { type: 'Expiration', status: 'Pending', expiresAt: '2099-02-03T04:05:06.000Z' },
      { type: 'ExpirationNotification', status: 'Pending', before: '30 days' },
      { type: 'NoChangeNotification', status: 'Pending', after: '60 days' },
    ],
  };
  expect(await shop.json(['get', '/shop/db'])).toMatchObject(known);
  expect(await shop.json(['list', '/shop'])).toMatchObject({ secrets: [known] });
  const listed = await shop.run(['list', '/shop']);
  expect(listed.stdout).toMatch(
    /\tEXPIRES\tROTATES NEXT\tTAGS\n\/shop\/db\t.*\t2099-02-03 04:05\t\t$/m,
  );
});

test.each([
  ['put', ['put', '/shop/db']],
  ['rotate', ['rotate', '/shop/db']],
])('%s keeps the policies and the data type', async (_, argv) => {
  await put('/shop/db', { Value: '7', Policies: JSON.stringify(policies), DataType: 'integer' });
  const before = await described('/shop/db');
  const seen = await shop.run(argv, { stdin: String(Date.now()) });
  expect(seen.code, seen.stderr).toBe(0);
  const after = await described('/shop/db');
  expect(after).toMatchObject({ DataType: 'integer', Policies: before?.Policies });
  expect(after?.Version).toBe(Number(before?.Version) + 1);
});

test('verify warns of a parameter that expires', async () => {
  const files = { 'shop.json': JSON.stringify(definition({ DB: '/shop/db' })) };
  const seen = await shop.run(['verify', 'shop.json', '--json'], { files });
  const { targets } = jsonOf(seen) as { targets: Verified[] };
  expect(targets[0]?.findings).toContainEqual(
    expect.objectContaining({
      status: 'warning',
      message:
        'ssm:/shop/db expires on 2099-02-03: AWS deletes it then, and no task can start after that',
    }),
  );
});

test('an expired parameter does not exist', async () => {
  const Attributes = { Timestamp: '2001-01-01T00:00:00.000Z' };
  await put('/gone', { Policies: JSON.stringify([{ ...policies[0], Attributes }]) });
  const read = shop.ssm.send(new GetParameterCommand({ Name: '/gone' }));
  await expect(read).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

test.each([
  ['an unknown type', { Type: 'Retention' }, 'InvalidPolicyTypeException'],
  ['no timestamp', { Type: 'Expiration' }, 'InvalidPolicyAttributeException'],
  ['no list', undefined, 'ValidationException'],
])('the sandbox refuses %s', async (_, policy, name) => {
  const wrong = put('/shop/db', { Policies: policy ? JSON.stringify([policy]) : '{}' });
  await expect(wrong).rejects.toMatchObject({ name });
});

test('an empty policy removes all', async () => {
  await put('/shop/db', { Policies: '[{}]' });
  expect((await described('/shop/db'))?.Policies).toEqual([]);
});

test('put --data-type is checked by Parameter Store, and changes it', async () => {
  const typed = ['put', '/typed', '--data-type', 'json'];
  const wrong = await shop.run(typed, { stdin: 'not json' });
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  expect(wrong.stderr).toContain('dataType: json');
  expect(await shop.json(typed, { stdin: '{"a":1}' })).toMatchObject({ action: 'created' });
  expect(await shop.json(typed, { stdin: '{"a":1}' })).toMatchObject({ action: 'unchanged' });
  const text = ['put', '/typed', '--data-type', 'text'];
  expect(await shop.json(text, { stdin: '{"a":1}' })).toMatchObject({ action: 'updated' });
  expect((await described('/typed'))?.DataType).toBe('text');
});

test.each([
  [['put', 'sm:shop/new', '--data-type', 'json'], 'Secrets Manager has no data types'],
  [['put', '/typed', '--data-type', 'aws:ec2:image'], 'is not for secrets'],
  [['put', '/typed', '--data-type', 'a b'], 'unknown data type "a b"'],
])('%s is refused before any call', async (argv, why) => {
  const seen = await shop.run(argv, { stdin: 'v' });
  expect(seen).toMatchObject({ code: 2, stdout: '' });
  expect(seen.stderr).toContain(why);
});

test('get and list print when a secret rotates next', async () => {
  await shop.secrets.send(
    new RotateSecretCommand({
      SecretId: 'shop/api',
      RotationLambdaARN: 'arn:aws:lambda:us-east-1:123456789012:function:rotate',
      RotationRules: { AutomaticallyAfterDays: 30 },
      RotateImmediately: false,
    }),
  );
  const got = await shop.run(['get', 'sm:shop/api']);
  expect(got.stdout).toMatch(/^rotates next: \d{4}-\d\d-\d\d \d\d:\d\d$/m);
  const { secrets } = (await shop.json(['list', 'sm:shop'])) as {
    secrets: { nextRotationAt?: string }[];
  };
  expect(secrets[0]?.nextRotationAt).toMatch(/^\d{4}-/);
});
