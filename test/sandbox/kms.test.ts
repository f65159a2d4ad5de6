import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  ListAliasesCommand,
  ListKeysCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { expect, it } from 'vitest';
import { errorOf, openScene, type Scene } from './clients.ts';

async function create({ kms }: Scene) {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: 'mine' }));
  return { id: KeyMetadata!.KeyId!, arn: KeyMetadata!.Arn! };
}

it('finds a key by id, ARN, alias and alias ARN', async () => {
  await using scene = await openScene();
  const { kms } = scene;
  const { id, arn } = await create(scene);
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/mine', TargetKeyId: id }));
  const aliasArn = 'arn:aws:kms:us-east-1:123456789012:alias/mine';
  for (const KeyId of [id, arn, 'alias/mine', aliasArn]) {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({ Arn: arn, KeyManager: 'CUSTOMER', KeyState: 'Enabled' });
  }
  const managed = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/ssm' }));
  expect(managed.KeyMetadata?.KeyManager).toBe('AWS');

  const missing = (KeyId: string) => errorOf(kms.send(new DescribeKeyCommand({ KeyId })));
  expect(await missing('1234')).toEqual({
    name: 'NotFoundException',
    message: "Key 'arn:aws:kms:us-east-1:123456789012:key/1234' does not exist",
  });
  expect((await missing('alias/none')).message).toBe(
    'Alias arn:aws:kms:us-east-1:123456789012:alias/none is not found.',
  );
  expect((await missing(arn.replace('us-east-1', 'eu-west-1'))).name).toBe('NotFoundException');
});

it('lists keys and aliases in pages', async () => {
  await using scene = await openScene();
  const { kms } = scene;
  const { id } = await create(scene);
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/mine', TargetKeyId: id }));
  const first = await kms.send(new ListKeysCommand({ Limit: 2 }));
  expect(first).toMatchObject({ Truncated: true });
  const second = await kms.send(new ListKeysCommand({ Marker: first.NextMarker }));
  expect([...first.Keys!, ...second.Keys!]).toHaveLength(3);
  const names = async (KeyId?: string) =>
    (await kms.send(new ListAliasesCommand({ KeyId }))).Aliases?.map(({ AliasName }) => AliasName);
  expect(await names()).toEqual(['alias/aws/secretsmanager', 'alias/aws/ssm', 'alias/mine']);
  expect(await names(id)).toEqual(['alias/mine']);

  const alias = (AliasName: string) =>
    errorOf(kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: id })));
  expect((await alias('alias/mine')).name).toBe('AlreadyExistsException');
  expect((await alias('alias/aws/x')).name).toBe('NotAuthorizedException');
  expect((await alias('mine')).name).toBe('InvalidAliasNameException');
});

it('takes keys out of service and back', async () => {
  await using scene = await openScene();
  const { kms } = scene;
  const { id: KeyId, arn } = await create(scene);
  const state = async () =>
    (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
  await kms.send(new DisableKeyCommand({ KeyId }));
  expect(await state()).toBe('Disabled');
  await kms.send(new EnableKeyCommand({ KeyId }));
  expect(await state()).toBe('Enabled');
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  expect(await state()).toBe('PendingDeletion');
  expect(await errorOf(kms.send(new EnableKeyCommand({ KeyId })))).toEqual({
    name: 'KMSInvalidStateException',
    message: `${arn} is pending deletion.`,
  });
  await kms.send(new CancelKeyDeletionCommand({ KeyId }));
  expect(await state()).toBe('Disabled');
  expect((await errorOf(kms.send(new DisableKeyCommand({ KeyId: 'alias/aws/ssm' })))).name).toBe(
    'AccessDeniedException',
  );
});

it('keeps a key policy that leaves all to IAM at first', async () => {
  await using scene = await openScene();
  const { kms } = scene;
  const { id: KeyId } = await create(scene);
  const get = async () =>
    JSON.parse((await kms.send(new GetKeyPolicyCommand({ KeyId }))).Policy!) as unknown;
  expect(await get()).toMatchObject({
    Statement: [{ Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'kms:*' }],
  });
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:Decrypt', Resource: '*' }],
  };
  await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify(policy) }));
  expect(await get()).toEqual(policy);
  expect((await errorOf(kms.send(new PutKeyPolicyCommand({ KeyId, Policy: 'x' })))).name).toBe(
    'MalformedPolicyDocumentException',
  );
});
