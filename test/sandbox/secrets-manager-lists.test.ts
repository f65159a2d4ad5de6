import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  UpdateSecretCommand,
  type BatchGetSecretValueCommandInput,
  type CreateSecretCommandInput,
  type DeleteSecretCommandInput,
  type FilterNameStringType,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { createAccount } from '../../src/sandbox/account.ts';
import { owner, type Principal } from '../../src/sandbox/service.ts';
import { errorOf, openScene, type Scene } from './clients.ts';

const marked = {
  name: 'InvalidRequestException',
  message: "You can't perform this operation on the secret because it was marked for deletion.",
};
const missing = "Secrets Manager can't find the specified secret.";

function create(
  { secrets }: Scene,
  Name: string,
  more: Partial<CreateSecretCommandInput> = {},
): Promise<{ ARN?: string }> {
  return secrets.send(new CreateSecretCommand({ Name, SecretString: `of ${Name}`, ...more }));
}

function remove(
  { secrets }: Scene,
  SecretId: string,
  more: Partial<DeleteSecretCommandInput> = {},
) {
  return secrets.send(new DeleteSecretCommand({ SecretId, ...more }));
}

function batch({ secrets }: Scene, input: BatchGetSecretValueCommandInput) {
  return secrets.send(new BatchGetSecretValueCommand(input));
}

async function listed(scene: Scene, Key: FilterNameStringType, ...Values: string[]) {
  const { SecretList } = await scene.secrets.send(
    new ListSecretsCommand({ Filters: [{ Key, Values }], SortBy: 'name' }),
  );
  return SecretList?.map(({ Name }) => Name);
}

describe('BatchGetSecretValue', () => {
  it('tells of each secret that cannot be read why', async () => {
    await using scene = await openScene();
    for (const name of ['a', 'b', 'gone']) await create(scene, name);
    await create(scene, 'empty', { SecretString: undefined });
    await remove(scene, 'gone');
    const answer = await batch(scene, { SecretIdList: ['b', 'gone', 'none', 'empty', 'a'] });
    expect(answer.SecretValues?.map(({ SecretString }) => SecretString)).toEqual(['of b', 'of a']);
    expect(answer.NextToken).toBeUndefined();
    expect(answer.Errors).toEqual([
      { SecretId: 'gone', ErrorCode: 'InvalidRequestException', Message: marked.message },
      { SecretId: 'none', ErrorCode: 'ResourceNotFoundException', Message: missing },
      {
        SecretId: 'empty',
        ErrorCode: 'ResourceNotFoundException',
        Message:
          "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      },
    ]);
  });

  it('takes 1 to 20 ids or filters, and pages with filters alone', async () => {
    await using scene = await openScene();
    for (const name of ['a1', 'a2', 'a3', 'b', 'a-gone']) await create(scene, name);
    await remove(scene, 'a-gone');
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
    expect((await batch(scene, { SecretIdList: ids(20) })).Errors).toHaveLength(20);
    for (const SecretIdList of [[], ids(21)]) {
      expect((await errorOf(batch(scene, { SecretIdList }))).name).toBe('ValidationException');
    }
    const Filters = [{ Key: 'name' as const, Values: ['a'] }];
    for (const wrong of [
      {},
      { Filters, SecretIdList: ['a1'] },
      { MaxResults: 1, SecretIdList: ['a1'] },
    ]) {
      expect((await errorOf(batch(scene, wrong))).name).toBe('InvalidParameterException');
    }
    const seen: (string | undefined)[][] = [];
    let token: string | undefined;
    do {
      const page = await batch(scene, { Filters, MaxResults: 2, NextToken: token });
      expect(page.Errors).toEqual([]);
      seen.push(page.SecretValues?.map(({ Name }) => Name) ?? []);
      token = page.NextToken;
    } while (token !== undefined);
    expect(seen).toEqual([['a1', 'a2'], ['a3']]);
    expect((await errorOf(batch(scene, { Filters, NextToken: 'x' }))).name).toBe(
      'InvalidNextTokenException',
    );
    expect((await errorOf(batch(scene, { Filters, MaxResults: 21 }))).name).toBe(
      'ValidationException',
    );
  });

  it('asks for ListSecrets where it is given filters', async () => {
    const account = createAccount();
    const role: Principal = { kind: 'role', roleArn: 'arn:aws:iam::123456789012:role/r' };
    const ask = (service: string, operation: string, input: object, principal = owner) =>
      account.environment.invoke(service, operation, input as Record<string, unknown>, {
        principal,
        region: 'us-east-1',
      });
    const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement });
    await ask('iam', 'CreateRole', {
      RoleName: 'r',
      AssumeRolePolicyDocument: document({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { AWS: '*' },
      }),
    });
    const grant = (...names: string[]) =>
      ask('iam', 'PutRolePolicy', {
        RoleName: 'r',
        PolicyName: 'p',
        PolicyDocument: document({
          Effect: 'Allow',
          Action: names.map((name) => `secretsmanager:${name}`),
          Resource: '*',
        }),
      });
    await ask('secretsmanager', 'CreateSecret', { Name: 'a', SecretString: 'v' });
    const read = (input: object) => ask('secretsmanager', 'BatchGetSecretValue', input, role);
    const Filters = [{ Key: 'name', Values: ['a'] }];

    await grant('BatchGetSecretValue', 'GetSecretValue');
    expect(await read({ SecretIdList: ['a'] })).toMatchObject({ SecretValues: [{ Name: 'a' }] });
    await expect(read({ Filters })).rejects.toThrow(/secretsmanager:ListSecrets/);
    await grant('BatchGetSecretValue', 'ListSecrets');
    expect(await read({ Filters })).toMatchObject({
      SecretValues: [],
      Errors: [{ ErrorCode: 'AccessDeniedException' }],
    });
    account.ecs.close();
  });
});

describe('ListSecrets', () => {
  it.each<[FilterNameStringType, string[], string[]]>([
    ['name', ['shop/'], ['shop/api', 'shop/web']],
    ['name', ['SHOP/'], []],
    ['name', ['!shop/'], ['other']],
    ['name', ['shop/', '!shop/w'], ['shop/api']],
    ['tag-key', ['te'], ['shop/api', 'shop/web']],
    ['tag-key', ['Te'], []],
    ['tag-value', ['x', 'z'], ['shop/api']],
    ['tag-value', ['!x'], ['other', 'shop/web']],
    ['description', ['SOME'], ['other']],
    ['all', ['MORE some'], ['other']],
    ['all', ['some less'], []],
    ['all', ['some', 'y'], ['other', 'shop/web']],
  ])('filters by %s %j', async (key, values, expected) => {
    await using scene = await openScene();
    await create(scene, 'shop/api', { Tags: [{ Key: 'team', Value: 'x' }] });
    await create(scene, 'shop/web', { Tags: [{ Key: 'team', Value: 'y' }] });
    await create(scene, 'other', { Description: 'Some text and more' });
    expect(await listed(scene, key, ...values)).toEqual(expected);
  });

  it('joins filters, and shows what is to be deleted when asked', async () => {
    await using scene = await openScene({ now: () => 0 });
    await create(scene, 'a', { Tags: [{ Key: 'team', Value: 'x' }] });
    await create(scene, 'a-gone', { Tags: [{ Key: 'team', Value: 'x' }] });
    await create(scene, 'ab');
    await remove(scene, 'a-gone');
    const list = async (IncludePlannedDeletion?: boolean) => {
      const { SecretList } = await scene.secrets.send(
        new ListSecretsCommand({
          IncludePlannedDeletion,
          SortBy: 'name',
          Filters: [
            { Key: 'name', Values: ['a'] },
            { Key: 'tag-key', Values: ['team'] },
          ],
        }),
      );
      return SecretList?.map(({ Name, DeletedDate }) => [Name, DeletedDate]);
    };
    expect(await list()).toEqual([['a', undefined]]);
    expect(await list(false)).toEqual([['a', undefined]]);
    expect(await list(true)).toEqual([
      ['a', undefined],
      ['a-gone', new Date(0)],
    ]);
  });
});

it('versions without labels are listed on demand, and show none', async () => {
  let now = 0;
  await using scene = await openScene({ now: () => (now += 1000) });
  const { secrets } = scene;
  await create(scene, 'a');
  for (const SecretString of ['two', 'three', 'four']) {
    await secrets.send(new PutSecretValueCommand({ SecretId: 'a', SecretString }));
  }
  const list = (more: object) =>
    secrets.send(new ListSecretVersionIdsCommand({ SecretId: 'a', ...more }));
  const labels = async (more: object) =>
    (await list(more)).Versions?.map(({ VersionStages }) => VersionStages);
  expect(await labels({})).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
  const IncludeDeprecated = true;
  expect(await labels({ IncludeDeprecated })).toEqual([
    undefined,
    undefined,
    ['AWSPREVIOUS'],
    ['AWSCURRENT'],
  ]);
  const first = await list({ IncludeDeprecated, MaxResults: 3 });
  const second = await list({ IncludeDeprecated, MaxResults: 3, NextToken: first.NextToken });
  expect(second.Versions?.map(({ VersionStages }) => VersionStages)).toEqual([['AWSCURRENT']]);
  const VersionId = first.Versions?.[0]?.VersionId;
  const old = await secrets.send(new GetSecretValueCommand({ SecretId: 'a', VersionId }));
  expect(old.SecretString).toBe('of a');
  expect(old).not.toHaveProperty('VersionStages');
});

describe('DeleteSecret', () => {
  it('leaves 7 to 30 days, 30 if not told, or none', async () => {
    const day = 86_400_000;
    await using scene = await openScene({ now: () => 0 });
    for (const [days, due] of [
      [7, 7],
      [30, 30],
      [undefined, 30],
    ] as const) {
      await create(scene, `a${days}`);
      const answer = await remove(scene, `a${days}`, { RecoveryWindowInDays: days });
      expect(answer.DeletionDate).toEqual(new Date(due * day));
    }
    await create(scene, 'b');
    for (const RecoveryWindowInDays of [0, 6, 31]) {
      expect(await errorOf(remove(scene, 'b', { RecoveryWindowInDays }))).toEqual({
        name: 'InvalidParameterException',
        message: 'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
      });
    }
    const both = { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true };
    expect(await errorOf(remove(scene, 'b', both))).toEqual({
      name: 'InvalidParameterException',
      message: "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    });
    await remove(scene, 'b', { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: false });
  });

  it('can be done once, and without recovery at any time', async () => {
    await using scene = await openScene();
    const { secrets } = scene;
    await create(scene, 'a');
    await remove(scene, 'a');
    expect(await errorOf(remove(scene, 'a'))).toEqual(marked);
    const change = new UpdateSecretCommand({ SecretId: 'a', Description: 'd' });
    expect(await errorOf(secrets.send(change))).toEqual(marked);
    expect((await errorOf(remove(scene, 'none'))).message).toBe(missing);
    const ForceDeleteWithoutRecovery = true;
    await remove(scene, 'a', { ForceDeleteWithoutRecovery });
    expect((await errorOf(secrets.send(new DescribeSecretCommand({ SecretId: 'a' })))).name).toBe(
      'ResourceNotFoundException',
    );
  });

  it('without recovery answers for what is not there, and deletes nothing else', async () => {
    await using scene = await openScene();
    const { ARN = '' } = await create(scene, 'a');
    const force = (id: string) => remove(scene, id, { ForceDeleteWithoutRecovery: true });
    expect(await force('none')).toMatchObject({
      Name: 'none',
      ARN: expect.stringMatching(/:secret:none-[A-Za-z0-9]{6}$/) as string,
    });
    const elsewhere = ARN.replace('us-east-1', 'eu-west-1');
    expect(await force(elsewhere)).toMatchObject({ Name: 'a', ARN: elsewhere });
    expect((await errorOf(force('not a name'))).name).toBe('ValidationException');
    await scene.secrets.send(new GetSecretValueCommand({ SecretId: 'a' }));
  });

  it('can be taken back, and nothing happens where it was not done', async () => {
    await using scene = await openScene();
    const { ARN } = await create(scene, 'a');
    const restore = (SecretId: string) =>
      scene.secrets.send(new RestoreSecretCommand({ SecretId }));
    expect(await restore('a')).toMatchObject({ ARN, Name: 'a' });
    await remove(scene, 'a');
    await restore('a');
    expect(
      await scene.secrets.send(new DescribeSecretCommand({ SecretId: 'a' })),
    ).not.toHaveProperty('DeletedDate');
    expect((await errorOf(restore('none'))).message).toBe(missing);
  });
});
