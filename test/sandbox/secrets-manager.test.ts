import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  type CreateSecretCommandInput,
  type GetSecretValueCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { CreateKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { errorOf, openScene, type Scene } from './clients.ts';

const token = (letter: string): string => letter.repeat(32);

async function create(
  { secrets }: Scene,
  Name: string,
  more: Partial<CreateSecretCommandInput> = {},
) {
  return secrets.send(new CreateSecretCommand({ Name, SecretString: 'one', ...more }));
}

function put({ secrets }: Scene, SecretId: string, SecretString: string, letter?: string) {
  const ClientRequestToken = letter === undefined ? undefined : token(letter);
  return secrets.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken }));
}

function read(
  { secrets }: Scene,
  SecretId: string,
  more: Omit<GetSecretValueCommandInput, 'SecretId'> = {},
) {
  return secrets.send(new GetSecretValueCommand({ SecretId, ...more }));
}

describe('names and ARNs', () => {
  it('finds a secret by name, ARN and the ARN without its six characters', async () => {
    await using scene = await openScene();
    const { ARN } = await create(scene, 'app/db');
    expect(ARN).toMatch(
      /^arn:aws:secretsmanager:us-east-1:123456789012:secret:app\/db-[A-Za-z0-9]{6}$/,
    );
    for (const id of ['app/db', ARN!, ARN!.slice(0, -7)]) {
      expect(await read(scene, id)).toMatchObject({ ARN, Name: 'app/db', SecretString: 'one' });
    }
    for (const id of ['app', ARN!.replace('us-east-1', 'eu-west-1'), ARN!.slice(0, -1)]) {
      expect(await errorOf(read(scene, id))).toEqual({
        name: 'ResourceNotFoundException',
        message: "Secrets Manager can't find the specified secret.",
      });
    }
    expect((await errorOf(read(scene, 'a b'))).message).toMatch(
      /^Invalid name\. Must be a valid name/,
    );
  });

  it('does not create a name twice', async () => {
    await using scene = await openScene();
    const first = await create(scene, 'a', { ClientRequestToken: token('a') });
    expect(await create(scene, 'a', { ClientRequestToken: token('a') })).toMatchObject({
      ARN: first.ARN,
    });
    expect(await errorOf(create(scene, 'a'))).toEqual({
      name: 'ResourceExistsException',
      message: 'The operation failed because the secret a already exists.',
    });
  });
});

describe('values and versions', () => {
  it('moves AWSCURRENT and AWSPREVIOUS', async () => {
    await using scene = await openScene();
    const { VersionId: one } = await create(scene, 'a');
    const { VersionId: two, VersionStages } = await put(scene, 'a', 'two');
    expect(VersionStages).toEqual(['AWSCURRENT']);
    await put(scene, 'a', 'three');
    const described = await scene.secrets.send(new DescribeSecretCommand({ SecretId: 'a' }));
    expect(Object.values(described.VersionIdsToStages!)).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
    expect(await read(scene, 'a', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({
      SecretString: 'two',
    });
    expect(await read(scene, 'a', { VersionId: one })).toMatchObject({ SecretString: 'one' });

    const list = async (IncludeDeprecated: boolean) =>
      (
        await scene.secrets.send(
          new ListSecretVersionIdsCommand({ SecretId: 'a', IncludeDeprecated }),
        )
      ).Versions;
    expect(await list(false)).toHaveLength(2);
    expect(await list(true)).toHaveLength(3);
    expect((await list(false))?.[0]?.KmsKeyIds).toEqual(['DefaultEncryptionKey']);

    const stage = { SecretId: 'a', VersionStage: 'AWSCURRENT' };
    const move = (more: object) =>
      scene.secrets.send(new UpdateSecretVersionStageCommand({ ...stage, ...more }));
    const { VersionId: three } = await read(scene, 'a');
    expect((await errorOf(move({ MoveToVersionId: two }))).message).toMatch(
      /RemoveFromVersionId can't be empty/,
    );
    expect(
      (await errorOf(move({ MoveToVersionId: two, RemoveFromVersionId: one }))).message,
    ).toMatch(/not currently attached/);
    expect((await errorOf(move({ RemoveFromVersionId: three }))).message).toMatch(
      /completely removed/,
    );
    await move({ MoveToVersionId: two, RemoveFromVersionId: three });
    expect(await read(scene, 'a')).toMatchObject({ SecretString: 'two' });
    expect(await read(scene, 'a', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({
      SecretString: 'three',
    });
  });

  it('takes the same content under the same token once', async () => {
    await using scene = await openScene();
    await create(scene, 'a');
    await put(scene, 'a', 'two', 't');
    await put(scene, 'a', 'three', 'u');
    expect(await put(scene, 'a', 'two', 't')).toMatchObject({ VersionId: token('t') });
    expect(await read(scene, 'a')).toMatchObject({ SecretString: 'three' });
    const clash = await errorOf(put(scene, 'a', 'other', 't'));
    expect(clash.name).toBe('ResourceExistsException');
    expect(clash.message).not.toContain('other');
  });

  it('says which version is missing', async () => {
    await using scene = await openScene();
    await create(scene, 'empty', { SecretString: undefined });
    expect((await errorOf(read(scene, 'empty'))).message).toBe(
      "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    );
    expect((await errorOf(read(scene, 'empty', { VersionId: token('x') }))).message).toBe(
      `Secrets Manager can't find the specified secret value for VersionId: ${token('x')}`,
    );
    const { VersionId } = await put(scene, 'empty', 'now');
    expect((await errorOf(read(scene, 'empty', { VersionId, VersionStage: 'OTHER' }))).name).toBe(
      'InvalidRequestException',
    );
  });

  it('stores bytes, and 65,536 of them at most', async () => {
    await using scene = await openScene();
    const SecretBinary = new Uint8Array([0, 255]);
    await create(scene, 'bytes', { SecretString: undefined, SecretBinary });
    expect((await read(scene, 'bytes')).SecretBinary).toEqual(SecretBinary);
    await create(scene, 'full', { SecretString: 'x'.repeat(65_536) });
    expect(
      (await errorOf(create(scene, 'more', { SecretString: 'é'.repeat(32_769) }))).message,
    ).toBe(
      "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536",
    );
    expect((await errorOf(create(scene, 'both', { SecretBinary }))).name).toBe(
      'InvalidParameterException',
    );
  });

  it('prunes old versions without labels, but young ones it keeps', async () => {
    let now = Date.UTC(2026, 0, 1);
    await using scene = await openScene({ now: () => now });
    await create(scene, 'a');
    for (let version = 2; version <= 100; version++) await put(scene, 'a', String(version));
    expect((await errorOf(put(scene, 'a', 'more'))).name).toBe('LimitExceededException');
    now += 2 * 86_400_000;
    await put(scene, 'a', 'more');
    expect(await read(scene, 'a')).toMatchObject({ SecretString: 'more' });
  });

  it('updates what is known of a secret and its key', async () => {
    await using scene = await openScene();
    const { KeyMetadata } = await scene.kms.send(new CreateKeyCommand({}));
    const { secrets } = scene;
    const KmsKeyId = KeyMetadata!.Arn!;
    const describeIt = () => secrets.send(new DescribeSecretCommand({ SecretId: 'a' }));
    await create(scene, 'a');
    expect(await describeIt()).not.toHaveProperty('KmsKeyId');
    const updated = await secrets.send(
      new UpdateSecretCommand({ SecretId: 'a', Description: 'd', KmsKeyId }),
    );
    expect(updated.VersionId).toBeUndefined();
    expect(await describeIt()).toMatchObject({ Description: 'd', KmsKeyId });
    await secrets.send(new UpdateSecretCommand({ SecretId: 'a', SecretString: 'two' }));
    expect(await read(scene, 'a')).toMatchObject({ SecretString: 'two' });

    await scene.kms.send(new ScheduleKeyDeletionCommand({ KeyId: KmsKeyId }));
    expect(await errorOf(read(scene, 'a'))).toEqual({
      name: 'DecryptionFailure',
      message: `${KmsKeyId} is pending deletion.`,
    });
    expect((await errorOf(create(scene, 'b', { KmsKeyId }))).name).toBe('EncryptionFailure');
    expect((await errorOf(create(scene, 'b', { KmsKeyId: 'alias/none' }))).name).toBe(
      'InvalidParameterException',
    );
    expect(
      (await errorOf(create(scene, 'b', { KmsKeyId: KmsKeyId.replace('us-east-1', 'eu-west-1') })))
        .message,
    ).toBe('The operation failed because of an invalid KMS key: Invalid arn eu-west-1');
  });
});

describe('deletion', () => {
  it('can be taken back until its day comes', async () => {
    let now = Date.UTC(2026, 0, 1);
    await using scene = await openScene({ now: () => now });
    const { secrets } = scene;
    const remove = (more: object = {}) =>
      secrets.send(new DeleteSecretCommand({ SecretId: 'a', ...more }));
    const { ARN } = await create(scene, 'a');
    expect((await errorOf(remove({ RecoveryWindowInDays: 6 }))).message).toMatch(
      /between 7 and 30/,
    );
    expect(
      (await errorOf(remove({ RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }))).name,
    ).toBe('InvalidParameterException');
    expect((await remove({ RecoveryWindowInDays: 7 })).DeletionDate).toEqual(
      new Date(Date.UTC(2026, 0, 8)),
    );

    expect(await errorOf(read(scene, 'a'))).toEqual({
      name: 'InvalidRequestException',
      message: "You can't perform this operation on the secret because it was marked for deletion.",
    });
    expect(await errorOf(create(scene, 'a'))).toEqual({
      name: 'InvalidRequestException',
      message:
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
    });
    expect(await secrets.send(new DescribeSecretCommand({ SecretId: 'a' }))).toMatchObject({
      DeletedDate: new Date(Date.UTC(2026, 0, 1)),
    });
    expect((await secrets.send(new ListSecretsCommand({}))).SecretList).toEqual([]);
    expect(
      (await secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true }))).SecretList,
    ).toHaveLength(1);

    await secrets.send(new RestoreSecretCommand({ SecretId: 'a' }));
    expect(await read(scene, 'a')).toMatchObject({ SecretString: 'one' });
    await remove();
    now += 31 * 86_400_000;
    expect((await errorOf(read(scene, 'a'))).name).toBe('ResourceNotFoundException');
    expect((await create(scene, 'a')).ARN).not.toBe(ARN);
  });

  it('can be done at once', async () => {
    await using scene = await openScene();
    await create(scene, 'a');
    const force = () =>
      scene.secrets.send(
        new DeleteSecretCommand({ SecretId: 'a', ForceDeleteWithoutRecovery: true }),
      );
    await force();
    await force();
    await create(scene, 'a');
  });
});

describe('lists, tags and policies', () => {
  it.each([
    ['name', ['app/'], ['app/one', 'app/two']],
    ['name', ['App/'], []],
    ['name', ['!app/'], ['other']],
    ['description', ['some'], ['other']],
    ['tag-key', ['team'], ['app/one']],
    ['tag-value', ['x'], ['app/one']],
    ['all', ['app/t', 'other'], ['app/two', 'other']],
    ['primary-region', ['us'], []],
    ['owning-service', ['rds'], []],
  ] as const)('lists by %s %s', async (Key, Values, expected) => {
    await using scene = await openScene();
    await create(scene, 'app/one', { Tags: [{ Key: 'team', Value: 'x' }] });
    await create(scene, 'app/two');
    await create(scene, 'other', { Description: 'Some text' });
    const { SecretList } = await scene.secrets.send(
      new ListSecretsCommand({ Filters: [{ Key, Values: [...Values] }], SortBy: 'name' }),
    );
    expect(SecretList?.map(({ Name }) => Name)).toEqual(expected);
  });

  it('lists by date, latest first, in pages', async () => {
    let now = 0;
    await using scene = await openScene({ now: () => (now += 1000) });
    for (const name of ['a', 'b', 'c']) await create(scene, name);
    const list = (more: object) =>
      scene.secrets.send(new ListSecretsCommand({ MaxResults: 2, ...more }));
    const first = await list({});
    expect(first.SecretList?.map(({ Name }) => Name)).toEqual(['c', 'b']);
    const second = await list({ NextToken: first.NextToken });
    expect(second.SecretList?.map(({ Name }) => Name)).toEqual(['a']);
    expect(second.NextToken).toBeUndefined();
    expect((await errorOf(list({ NextToken: 'x' }))).name).toBe('InvalidNextTokenException');
  });

  it('reads several at once and reports those that fail', async () => {
    await using scene = await openScene();
    await create(scene, 'a');
    await create(scene, 'b');
    const batch = (input: object) => scene.secrets.send(new BatchGetSecretValueCommand(input));
    const answer = await batch({ SecretIdList: ['a', 'none', 'b'] });
    expect(answer.SecretValues?.map(({ Name }) => Name)).toEqual(['a', 'b']);
    expect(answer.Errors).toEqual([
      {
        SecretId: 'none',
        ErrorCode: 'ResourceNotFoundException',
        Message: "Secrets Manager can't find the specified secret.",
      },
    ]);
    const page = await batch({ Filters: [{ Key: 'name', Values: ['a', 'b'] }], MaxResults: 1 });
    expect(page.SecretValues).toHaveLength(1);
    expect(page.NextToken).toBeDefined();
    expect((await errorOf(batch({}))).name).toBe('InvalidParameterException');
  });

  it('tags', async () => {
    await using scene = await openScene();
    const { secrets } = scene;
    await create(scene, 'a', { Tags: [{ Key: 'a', Value: '1' }] });
    await secrets.send(new TagResourceCommand({ SecretId: 'a', Tags: [{ Key: 'b', Value: '2' }] }));
    await secrets.send(new UntagResourceCommand({ SecretId: 'a', TagKeys: ['a'] }));
    expect((await secrets.send(new DescribeSecretCommand({ SecretId: 'a' }))).Tags).toEqual([
      { Key: 'b', Value: '2' },
    ]);
  });

  it('keeps a resource policy', async () => {
    await using scene = await openScene();
    const { secrets } = scene;
    await create(scene, 'a');
    const ResourcePolicy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Deny', Principal: '*', Action: 'secretsmanager:*', Resource: '*' },
    });
    const get = () => secrets.send(new GetResourcePolicyCommand({ SecretId: 'a' }));
    await secrets.send(new PutResourcePolicyCommand({ SecretId: 'a', ResourcePolicy }));
    expect((await get()).ResourcePolicy).toBe(ResourcePolicy);
    await secrets.send(new DeleteResourcePolicyCommand({ SecretId: 'a' }));
    expect((await get()).ResourcePolicy).toBeUndefined();
    const bad = new PutResourcePolicyCommand({ SecretId: 'a', ResourcePolicy: '{}' });
    expect((await errorOf(secrets.send(bad))).name).toBe('MalformedPolicyDocumentException');
  });
});
