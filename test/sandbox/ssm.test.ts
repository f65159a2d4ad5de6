import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  paginateDescribeParameters,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  type PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { errorOf, openScene, type Scene } from './clients.ts';

function put(
  { ssm }: Scene,
  Name: string,
  more: Partial<PutParameterCommandInput> = {},
): Promise<{ Version?: number; Tier?: string }> {
  return ssm.send(new PutParameterCommand({ Name, Value: 'value', Type: 'SecureString', ...more }));
}

async function read({ ssm }: Scene, Name: string, WithDecryption = true) {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption }));
  return Parameter!;
}

describe('names', () => {
  it.each([
    ['/a/b c', 'ValidationException', /sub-paths divided by slash/],
    ['ssm-x', 'ValidationException', /can't be prefixed with "ssm"/],
    ['/SSM/x', 'ValidationException', /can't be prefixed/],
    ['/aws/x', 'AccessDeniedException', /No access to reserved parameter name: \/aws\/x/],
    ['a/b', 'ValidationException', /fully qualified/],
    ['/a/', 'ValidationException', /must not end with slash/],
    ['/a//b', 'ValidationException', /sub-paths/],
    ['/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16', 'HierarchyLevelLimitExceededException', /15/],
    [`/${'x'.repeat(1100)}`, 'AccessDeniedException', /1011/],
    ['name:1', 'ValidationException', /sub-paths/],
  ])('%s ends in %s', async (name, code, message) => {
    await using scene = await openScene();
    const error = await errorOf(put(scene, name));
    expect(error.name).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('takes 15 levels, and one level with or without its slash as the same', async () => {
    await using scene = await openScene();
    await put(scene, '/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15');
    await put(scene, '/single');
    expect((await errorOf(put(scene, ' single '))).name).toBe('ParameterAlreadyExists');
    expect(await read(scene, '/single')).toMatchObject({
      Name: 'single',
      ARN: 'arn:aws:ssm:us-east-1:123456789012:parameter/single',
    });
  });
});

describe('PutParameter', () => {
  it('stores versions and shows a SecureString only when it is decrypted', async () => {
    await using scene = await openScene();
    expect(await put(scene, '/a/b')).toMatchObject({ Version: 1, Tier: 'Standard' });
    expect(await put(scene, '/a/b', { Value: 'next', Overwrite: true })).toMatchObject({
      Version: 2,
    });
    expect(await read(scene, '/a/b')).toMatchObject({
      Value: 'next',
      Version: 2,
      DataType: 'text',
    });
    expect((await read(scene, '/a/b', false)).Value).toMatch(/^AQICAHh/);
    expect(await read(scene, '/a/b:1')).toMatchObject({ Value: 'value', Selector: ':1' });
    expect((await read(scene, 'arn:aws:ssm:us-east-1:123456789012:parameter/a/b')).Name).toBe(
      '/a/b',
    );
  });

  it.each<[string, Partial<PutParameterCommandInput>, string, RegExp]>([
    ['empty values', { Value: '' }, 'ValidationException', /greater than or equal to 1/],
    [
      'nested parameters',
      { Value: 'a{{b}}' },
      'ValidationException',
      /can't nest another parameter/,
    ],
    ['more than 4096 bytes', { Value: 'é'.repeat(2049) }, 'ValidationException', /4096 characters/],
    [
      'more than 8192 bytes',
      { Value: 'x'.repeat(8193), Tier: 'Advanced' },
      'ValidationException',
      /8192/,
    ],
    ['unknown keys', { KeyId: 'alias/none' }, 'InvalidKeyId', /alias\/none/],
    [
      'a key for plain text',
      { Type: 'String', KeyId: 'alias/aws/ssm' },
      'ValidationException',
      /SecureString/,
    ],
    [
      'values beside the pattern',
      { AllowedPattern: '^\\d+$' },
      'ParameterPatternMismatchException',
      /allowedPattern/,
    ],
    [
      'a pattern that is none',
      { AllowedPattern: '(' },
      'InvalidAllowedPatternException',
      /regular expression/,
    ],
    ['no type', { Type: undefined }, 'ValidationException', /type is required/],
    ['policies on the standard tier', { Policies: '[]' }, 'ValidationException', /advanced/],
    ['reserved tags', { Tags: [{ Key: 'aws:x', Value: '' }] }, 'ValidationException', /reserved/],
    [
      '51 tags',
      { Tags: Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: '' })) },
      'TooManyTagsError',
      /50/,
    ],
  ])('refuses %s', async (_, input, code, message) => {
    await using scene = await openScene();
    const error = await errorOf(put(scene, 'p', input));
    expect(error.name).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('refuses what an existing parameter does not allow', async () => {
    await using scene = await openScene();
    await put(scene, 'p', { Tier: 'Advanced' });
    const overwrite = (more: Partial<PutParameterCommandInput>) =>
      errorOf(put(scene, 'p', { Overwrite: true, ...more }));
    expect((await errorOf(put(scene, 'p'))).message).toBe(
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
    expect((await overwrite({ Tags: [{ Key: 'a', Value: 'b' }] })).message).toMatch(
      /tags and overwrite can't be used together/,
    );
    expect((await overwrite({ Type: 'String' })).name).toBe('HierarchyTypeMismatchException');
    expect((await overwrite({ Tier: 'Standard' })).message).toMatch(/can't downgrade/);
  });

  it('chooses a tier as asked', async () => {
    await using scene = await openScene();
    const long = 'x'.repeat(4097);
    const tier = 'Intelligent-Tiering';
    expect((await put(scene, 'small', { Tier: tier })).Tier).toBe('Standard');
    expect((await put(scene, 'large', { Tier: tier, Value: long })).Tier).toBe('Advanced');
    expect((await put(scene, 'small', { Overwrite: true })).Tier).toBe('Standard');
    expect((await put(scene, 'large', { Overwrite: true, Value: long })).Tier).toBe('Advanced');
    expect((await put(scene, 'large', { Overwrite: true, Tier: tier })).Tier).toBe('Advanced');
  });

  it('goes back to the default key when the key is not sent again', async () => {
    await using scene = await openScene();
    const { KeyMetadata } = await scene.kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata!.KeyId!;
    await scene.kms.send(new CreateAliasCommand({ AliasName: 'alias/mine', TargetKeyId: KeyId }));
    const keyOf = async () =>
      (await scene.ssm.send(new DescribeParametersCommand({}))).Parameters?.[0]?.KeyId;
    await put(scene, 'p', { KeyId: 'alias/mine', Description: 'd' });
    expect(await keyOf()).toBe('alias/mine');
    await put(scene, 'p', { KeyId, Overwrite: true });
    expect(await keyOf()).toBe(KeyId);

    await scene.kms.send(new DisableKeyCommand({ KeyId }));
    expect(await errorOf(read(scene, 'p'))).toEqual({
      name: 'InvalidKeyId',
      message: `${KeyMetadata!.Arn!} is disabled.`,
    });
    await put(scene, 'p', { Overwrite: true });
    expect(await keyOf()).toBe('alias/aws/ssm');
  });

  it('keeps 100 versions, but none goes that has a label', async () => {
    await using scene = await openScene();
    for (let version = 1; version <= 101; version++) {
      await put(scene, 'p', { Overwrite: true });
    }
    expect((await errorOf(read(scene, 'p:1'))).name).toBe('ParameterVersionNotFound');
    await scene.ssm.send(
      new LabelParameterVersionCommand({ Name: 'p', ParameterVersion: 2, Labels: ['keep'] }),
    );
    expect((await errorOf(put(scene, 'p', { Overwrite: true }))).name).toBe(
      'ParameterMaxVersionLimitExceeded',
    );
    expect((await read(scene, 'p:keep')).Version).toBe(2);

    const first = await scene.ssm.send(new GetParameterHistoryCommand({ Name: 'p' }));
    const second = await scene.ssm.send(
      new GetParameterHistoryCommand({ Name: 'p', NextToken: first.NextToken }),
    );
    expect(first.Parameters?.[0]).toMatchObject({
      Version: 2,
      Labels: ['keep'],
      KeyId: 'alias/aws/ssm',
      LastModifiedUser: 'arn:aws:iam::123456789012:user/sandbox',
    });
    expect(second.Parameters?.at(-1)?.Version).toBe(101);
    expect(second.NextToken).toBeUndefined();
  });
});

describe('reading', () => {
  it('tells which names are missing', async () => {
    await using scene = await openScene();
    await put(scene, '/a/b', { Type: 'String' });
    const answer = await scene.ssm.send(
      new GetParametersCommand({ Names: ['/a/b', '/a/c', '/a/b:9', '/a/b:1'] }),
    );
    expect(answer.Parameters?.map(({ Value, Selector }) => [Value, Selector])).toEqual([
      ['value', undefined],
      ['value', ':1'],
    ]);
    expect(answer.InvalidParameters).toEqual(['/a/c', '/a/b:9']);
    const eleven = Array.from({ length: 11 }, (_, i) => `n${i}`);
    expect(
      (await errorOf(scene.ssm.send(new GetParametersCommand({ Names: eleven })))).message,
    ).toBe(
      "1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length less than or equal to 10",
    );
    expect((await errorOf(read(scene, 'none'))).name).toBe('ParameterNotFound');
    expect((await errorOf(read(scene, '/a/b:9'))).message).toBe(
      'Systems Manager could not find version 9 of /a/b. Verify the version and try again.',
    );
  });

  it('walks paths', async () => {
    await using scene = await openScene();
    for (const name of ['/a/b', '/a/c', '/a/d/e', '/ab', 'top']) await put(scene, name);
    const names = async (Path: string, Recursive?: boolean) =>
      (await scene.ssm.send(new GetParametersByPathCommand({ Path, Recursive }))).Parameters?.map(
        ({ Name }) => Name,
      );
    expect(await names('/a')).toEqual(['/a/b', '/a/c']);
    expect(await names('/a/', true)).toEqual(['/a/b', '/a/c', '/a/d/e']);
    expect(await names('/')).toEqual(['ab', 'top']);
    expect(await names('/', true)).toHaveLength(5);
    expect((await errorOf(names('a'))).message).toMatch(/must begin with a forward slash/);
  });

  it('pages so that deleting in between skips nothing', async () => {
    await using scene = await openScene();
    const all = Array.from({ length: 25 }, (_, i) => `/p/${String(i).padStart(2, '0')}`);
    for (const name of all) await put(scene, name);
    const seen: (string | undefined)[] = [];
    for await (const { Parameters } of paginateDescribeParameters(
      { client: scene.ssm, pageSize: 10 },
      {},
    )) {
      seen.push(...Parameters!.map(({ Name }) => Name));
      await scene.ssm.send(
        new DeleteParametersCommand({ Names: Parameters!.map(({ Name }) => Name!) }),
      );
    }
    expect(seen).toEqual(all);
    expect(
      (await errorOf(scene.ssm.send(new DescribeParametersCommand({ NextToken: 'x' })))).name,
    ).toBe('InvalidNextToken');
  });

  it.each([
    ['Name', undefined, '/a/one', ['/a/one']],
    ['Name', 'BeginsWith', '/a', ['/a/one', '/a/two']],
    ['Name', 'Contains', 'w', ['/a/two']],
    ['Name', undefined, '/three', ['three']],
    ['Path', 'Recursive', '/', ['/a/one', '/a/two', 'three']],
    ['Path', undefined, '/a', ['/a/one', '/a/two']],
    ['Type', undefined, 'String', ['three']],
    ['Tier', undefined, 'Advanced', ['/a/two']],
    ['KeyId', undefined, 'alias/aws/ssm', ['/a/one', '/a/two']],
    ['tag:team', undefined, 'x', ['/a/one']],
  ])('filters by %s %s %s', async (Key, Option, value, expected) => {
    await using scene = await openScene();
    await put(scene, '/a/one', { Tags: [{ Key: 'team', Value: 'x' }] });
    await put(scene, '/a/two', { Tier: 'Advanced' });
    await put(scene, 'three', { Type: 'String' });
    const { Parameters } = await scene.ssm.send(
      new DescribeParametersCommand({ ParameterFilters: [{ Key, Option, Values: [value] }] }),
    );
    expect(Parameters?.map(({ Name }) => Name)).toEqual(expected);
  });

  it.each([
    ['Label', undefined, 'x', 'InvalidFilterKey'],
    ['Type', 'Contains', 'x', 'InvalidFilterOption'],
    ['Path', undefined, 'x', 'ValidationException'],
  ])('refuses to filter by %s %s %s', async (Key, Option, value, code) => {
    await using scene = await openScene();
    const command = new DescribeParametersCommand({
      ParameterFilters: [{ Key, Option, Values: [value] }],
    });
    expect((await errorOf(scene.ssm.send(command))).name).toBe(code);
  });
});

describe('tags, labels and deletion', () => {
  it('sets and removes tags', async () => {
    await using scene = await openScene();
    const of = { ResourceType: 'Parameter' as const, ResourceId: '/a/b' };
    await put(scene, '/a/b', { Tags: [{ Key: 'a', Value: '1' }] });
    await scene.ssm.send(new AddTagsToResourceCommand({ ...of, Tags: [{ Key: 'b', Value: '2' }] }));
    await scene.ssm.send(new RemoveTagsFromResourceCommand({ ...of, TagKeys: ['a'] }));
    expect((await scene.ssm.send(new ListTagsForResourceCommand(of))).TagList).toEqual([
      { Key: 'b', Value: '2' },
    ]);
    const missing = new ListTagsForResourceCommand({ ...of, ResourceId: 'none' });
    expect((await errorOf(scene.ssm.send(missing))).name).toBe('InvalidResourceId');
  });

  it('moves labels and reports those that are none', async () => {
    await using scene = await openScene();
    await put(scene, 'p');
    await put(scene, 'p', { Overwrite: true });
    const label = (ParameterVersion: number | undefined, ...Labels: string[]) =>
      scene.ssm.send(new LabelParameterVersionCommand({ Name: 'p', ParameterVersion, Labels }));
    expect(await label(1, 'live', '1bad', 'awsx')).toMatchObject({
      InvalidLabels: ['1bad', 'awsx'],
      ParameterVersion: 1,
    });
    expect((await label(undefined, 'live')).ParameterVersion).toBe(2);
    expect((await read(scene, 'p:live')).Version).toBe(2);
    expect((await errorOf(label(7, 'x'))).name).toBe('ParameterVersionNotFound');
    await label(1, ...Array.from({ length: 10 }, (_, i) => `l${i}`));
    expect((await errorOf(label(1, 'more'))).name).toBe('ParameterVersionLabelLimitExceeded');
  });

  it('deletes', async () => {
    await using scene = await openScene();
    await put(scene, 'p');
    await scene.ssm.send(new DeleteParameterCommand({ Name: 'p' }));
    expect((await errorOf(scene.ssm.send(new DeleteParameterCommand({ Name: 'p' })))).name).toBe(
      'ParameterNotFound',
    );
    await put(scene, 'q');
    expect(await scene.ssm.send(new DeleteParametersCommand({ Names: ['p', '/q'] }))).toMatchObject(
      { DeletedParameters: ['/q'], InvalidParameters: ['p'] },
    );
  });
});
