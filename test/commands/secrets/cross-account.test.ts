import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

const other = (name: string): string =>
  `arn:aws:secretsmanager:us-east-1:999999999999:secret:${name}-AbCdEf`;

let shop: Shop;
let keyId: string;
beforeAll(async () => {
  shop = await openShop();
  const key = await shop.kms.send(new CreateKeyCommand({}));
  keyId = key.KeyMetadata?.KeyId ?? '';
  // A replica of a secret of another account, a primary of one, and a partner's credential.
  await call('CreateSecret', {
    ...{ Name: 'copy', CrossAccountPrimaryARN: other('copy'), KmsKeyId: keyId },
  });
  await shop.run(['put', 'sm:home'], { stdin: 'one' });
  await call('AssociateCrossAccountReplica', {
    ...{ SecretId: 'home', CrossAccountReplicaARN: other('home') },
  });
  await call('CreateSecret', { Name: 'crm', SecretString: '{"token":"one"}', Type: 'CrmToken' });
});
afterAll(() => shop.sandbox.close());

/** A call with members that the SDK does not know. */
async function call(operation: string, input: object): Promise<Response> {
  return fetch(shop.sandbox.url, {
    method: 'POST',
    headers: {
      'x-amz-target': `secretsmanager.${operation}`,
      'content-type': 'application/x-amz-json-1.1',
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20261129/us-east-1/secretsmanager/aws4_request',
    },
    body: JSON.stringify(input),
  });
}

test('get prints them', async () => {
  expect((await shop.run(['get', 'sm:copy'])).stdout).toContain(`replica of:   ${other('copy')}\n`);
  expect((await shop.run(['get', 'sm:home'])).stdout).toContain(`replicas:     ${other('home')}\n`);
  expect(await shop.json(['get', 'sm:crm'])).toMatchObject({ partner: 'CrmToken' });
});

test.each([
  ['put', ['put', 'sm:copy'], 'x'],
  ['rotate', ['rotate', 'sm:copy'], 'x'],
  ['delete', ['delete', 'sm:copy', '--yes'], ''],
])('%s refuses a replica of another account', async (_, argv, stdin) => {
  const seen = await shop.run(argv, { stdin });
  expect(seen).toMatchObject({ code: 1, stdout: '' });
  expect(seen.stderr).toContain(
    `the secret copy is a replica of ${other('copy')}, and is changed only in account 999999999999`,
  );
});

test.each(['put', 'rotate'])(
  '%s of a primary warns that services of the other account are not redeployed',
  async (command) => {
    const seen = await shop.run([command, 'sm:home'], { stdin: command });
    expect(seen.code, seen.stderr).toBe(0);
    expect(seen.stderr).toContain('is also replicated to account 999999999999');
  },
);

test('delete refuses a primary, and prints how to separate them', async () => {
  const seen = await shop.run(['delete', 'sm:home', '--yes']);
  expect(seen).toMatchObject({ code: 1, stdout: '' });
  expect(seen.stderr).toContain(`has a replica in another account, ${other('home')}`);
  expect(seen.stderr).toContain('aws secretsmanager disassociate-cross-account-replica');
  const both = { SecretId: 'home', CrossAccountReplicaARN: other('home') };
  expect((await call('DeleteSecret', { SecretId: 'home' })).status).toBe(400);
  expect((await call('DisassociateCrossAccountReplica', both)).status).toBe(200);
  expect(await shop.run(['delete', 'sm:home', '--yes'])).toMatchObject({ code: 0 });
});

test.each([
  ['put', ['put', 'sm:crm'], '{"token":"two"}', 'CrmToken does not get a value that you store'],
  ['rotate', ['rotate', 'sm:crm'], '{"token":"six"}', 'CrmToken does not get a value'],
  ['delete', ['delete', 'sm:crm', '--yes'], '', 'a credential of CrmToken, which stays valid'],
])('%s warns of a credential of a partner', async (_, argv, stdin, warning) => {
  const seen = await shop.run(argv, { stdin });
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.stderr).toContain(warning);
});

test.each([
  ['a value', { SecretString: 'x' }],
  ['no key', { KmsKeyId: '' }],
  [
    'an ARN of its own account',
    { CrossAccountPrimaryARN: other('bad').replace('9'.repeat(12), '123456789012') },
  ],
])('the sandbox refuses a replica with %s', async (_, more) => {
  const base = { Name: 'bad', CrossAccountPrimaryARN: other('bad'), KmsKeyId: keyId };
  const answer = await call('CreateSecret', { ...base, ...more });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('InvalidParameterException');
});
