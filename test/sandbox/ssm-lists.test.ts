import {
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  type ParameterStringFilter,
  type PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { createAccount } from '../../src/sandbox/account.ts';
import { owner, type Principal } from '../../src/sandbox/service.ts';
import { errorOf, openScene, type Scene } from './clients.ts';

const user = 'arn:aws:iam::123456789012:user/sandbox';
const arnOf = (name: string) => `arn:aws:ssm:us-east-1:123456789012:parameter/${name}`;
const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);

function put({ ssm }: Scene, Name: string, more: Partial<PutParameterCommandInput> = {}) {
  return ssm.send(new PutParameterCommand({ Name, Value: 'v', Type: 'String', ...more }));
}

async function described({ ssm }: Scene, ...ParameterFilters: ParameterStringFilter[]) {
  const { Parameters } = await ssm.send(new DescribeParametersCommand({ ParameterFilters }));
  return Parameters?.map(({ Name }) => Name);
}

describe('batches', () => {
  it('have 1 to 10 names', async () => {
    await using scene = await openScene();
    const batches = [
      (Names: string[]) => scene.ssm.send(new GetParametersCommand({ Names })),
      (Names: string[]) => scene.ssm.send(new DeleteParametersCommand({ Names })),
    ];
    const at = "1 validation error detected: Value at 'names' failed to satisfy constraint: ";
    for (const batch of batches) {
      expect(await errorOf(batch([]))).toEqual({
        name: 'ValidationException',
        message: `${at}Member must have length greater than or equal to 1`,
      });
      expect(await errorOf(batch(names(11)))).toEqual({
        name: 'ValidationException',
        message: `${at}Member must have length less than or equal to 10`,
      });
      expect((await batch(names(10))).InvalidParameters).toEqual(names(10));
    }
  });

  it('are answered by name, not as asked', async () => {
    await using scene = await openScene();
    for (const name of ['b', '/a/z', 'a']) await put(scene, name);
    const { Parameters } = await scene.ssm.send(
      new GetParametersCommand({ Names: ['b', 'a', '/a/z', '/b', 'b'] }),
    );
    expect(Parameters?.map(({ Name }) => Name)).toEqual(['/a/z', 'a', 'b', 'b']);
  });

  it('delete what is there and name what is not', async () => {
    await using scene = await openScene();
    for (const name of names(3)) await put(scene, name);
    const remove = (...Names: string[]) => scene.ssm.send(new DeleteParametersCommand({ Names }));
    expect(await remove('n0', 'none', 'n1', 'n1')).toMatchObject({
      DeletedParameters: ['n0', 'n1'],
      InvalidParameters: ['none'],
    });
    expect((await errorOf(remove('n2', 'not a name'))).name).toBe('ValidationException');
    expect((await errorOf(remove('n2', arnOf('n2')))).name).toBe('ValidationException');
    expect(await described(scene)).toEqual(['n2']);
  });
});

describe('the history of a parameter', () => {
  it('tells of each version what it was, who wrote it and its labels', async () => {
    let now = 0;
    await using scene = await openScene({ now: () => now });
    await put(scene, 'p', { Type: 'SecureString', Description: 'first' });
    now += 1000;
    await put(scene, 'p', { Type: 'SecureString', Tier: 'Advanced', Value: 'w', Overwrite: true });
    const label = { Name: 'p', ParameterVersion: 1, Labels: ['live', 'old'] };
    await scene.ssm.send(new LabelParameterVersionCommand(label));

    const read = (Name: string) =>
      scene.ssm.send(new GetParameterHistoryCommand({ Name, WithDecryption: true }));
    const both = { Name: 'p', Type: 'SecureString', DataType: 'text', Policies: [] };
    const expected = [
      {
        ...both,
        ...{ Version: 1, Value: 'v', Labels: ['live', 'old'], Tier: 'Standard' },
        ...{ KeyId: 'alias/aws/ssm', LastModifiedUser: user, LastModifiedDate: new Date(0) },
        Description: 'first',
      },
      {
        ...both,
        ...{ Version: 2, Value: 'w', Labels: [], Tier: 'Advanced' },
        ...{ KeyId: 'alias/aws/ssm', LastModifiedUser: user, LastModifiedDate: new Date(1000) },
      },
    ];
    expect((await read('p')).Parameters).toEqual(expected);
    expect((await read(arnOf('p'))).Parameters).toEqual(expected);
    expect((await errorOf(read(`${arnOf('p')}:1`))).name).toBe('ValidationException');
    expect((await errorOf(read('p:1'))).name).toBe('ValidationException');
    expect((await errorOf(read(arnOf('none')))).name).toBe('ParameterNotFound');
    expect((await errorOf(read(arnOf('p').replace('us-east', 'eu-west')))).name).toBe(
      'ParameterNotFound',
    );
  });

  it('comes in pages of up to 50', async () => {
    await using scene = await openScene();
    for (let version = 1; version <= 5; version += 1) await put(scene, 'p', { Overwrite: true });
    const page = (MaxResults: number, NextToken?: string) =>
      scene.ssm.send(new GetParameterHistoryCommand({ Name: 'p', MaxResults, NextToken }));
    const seen: (number | undefined)[][] = [];
    let token: string | undefined;
    do {
      const { Parameters, NextToken } = await page(2, token);
      seen.push(Parameters?.map(({ Version }) => Version) ?? []);
      token = NextToken;
    } while (token !== undefined);
    expect(seen).toEqual([[1, 2], [3, 4], [5]]);
    expect((await errorOf(page(51))).name).toBe('ValidationException');
    expect((await errorOf(page(0))).name).toBe('ValidationException');
    expect((await errorOf(page(2, 'x'))).name).toBe('InvalidNextToken');
  });
});

describe('DescribeParameters', () => {
  it('tells all but the value', async () => {
    await using scene = await openScene({ now: () => 0 });
    const Tags = [{ Key: 'team', Value: 'x' }];
    await put(scene, '/a/p', { Description: 'd', AllowedPattern: 'v', Tags });
    const { Parameters } = await scene.ssm.send(new DescribeParametersCommand({}));
    expect(Parameters).toEqual([
      {
        ...{ Name: '/a/p', ARN: arnOf('a/p'), Type: 'String', Version: 1, Tier: 'Standard' },
        ...{ Description: 'd', AllowedPattern: 'v', DataType: 'text', Policies: [] },
        ...{ LastModifiedDate: new Date(0), LastModifiedUser: user },
      },
    ]);
  });

  it('names the role that wrote a parameter', async () => {
    const account = createAccount();
    const role: Principal = {
      kind: 'role',
      roleArn: 'arn:aws:iam::123456789012:role/w',
      sessionName: 's',
    };
    const ask = (service: string, operation: string, input: object, principal = owner) =>
      account.environment.invoke(service, operation, input as Record<string, unknown>, {
        principal,
        region: 'us-east-1',
      });
    const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement });
    await ask('iam', 'CreateRole', {
      RoleName: 'w',
      AssumeRolePolicyDocument: document({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { AWS: '*' },
      }),
    });
    await ask('iam', 'PutRolePolicy', {
      ...{ RoleName: 'w', PolicyName: 'p' },
      PolicyDocument: document({ Effect: 'Allow', Action: 'ssm:PutParameter', Resource: '*' }),
    });
    await ask('ssm', 'PutParameter', { Name: 'p', Value: 'v', Type: 'String' }, role);
    expect(await ask('ssm', 'DescribeParameters', {})).toMatchObject({
      Parameters: [{ LastModifiedUser: 'arn:aws:sts::123456789012:assumed-role/w/s' }],
    });
    account.ecs.close();
  });

  it.each<[ParameterStringFilter[], string[]]>([
    [[{ Key: 'Path', Values: ['/a'] }], ['/a/p']],
    [[{ Key: 'Path', Option: 'OneLevel', Values: ['/a'] }], ['/a/p']],
    [[{ Key: 'Path', Option: 'Recursive', Values: ['/a'] }], ['/a/b/q', '/a/p']],
    [[{ Key: 'Path', Values: ['/a/b', '/a'] }], ['/a/b/q', '/a/p']],
    [[{ Key: 'Name', Option: 'BeginsWith', Values: ['/a/b', 'to'] }], ['/a/b/q', 'top']],
    [[{ Key: 'tag:team', Values: ['x', 'y'] }], ['/a/p']],
    [[{ Key: 'tag:team', Option: 'BeginsWith', Values: ['y'] }], ['top']],
    [[{ Key: 'tag:team' }], ['/a/p', 'top']],
    [[{ Key: 'tag:none' }], []],
    [
      [
        { Key: 'Path', Option: 'Recursive', Values: ['/'] },
        { Key: 'tag:team', Values: ['yes'] },
      ],
      ['top'],
    ],
  ])('filters by %j', async (filters, expected) => {
    await using scene = await openScene();
    await put(scene, '/a/p', { Tags: [{ Key: 'team', Value: 'x' }] });
    await put(scene, '/a/b/q');
    await put(scene, 'top', { Tags: [{ Key: 'team', Value: 'yes' }] });
    expect(await described(scene, ...filters)).toEqual(expected);
  });

  it.each<[ParameterStringFilter, string]>([
    [{ Key: 'Nonsense', Values: ['x'] }, 'ValidationException'],
    [{ Key: 'Label', Values: ['x'] }, 'InvalidFilterKey'],
    [{ Key: 'Name' }, 'InvalidFilterValue'],
    [{ Key: 'Path', Option: 'Equals', Values: ['/'] }, 'InvalidFilterOption'],
  ])('does not take %j', async (filter, code) => {
    await using scene = await openScene();
    expect((await errorOf(described(scene, filter))).name).toBe(code);
  });

  it('takes a key once, and the old form of filters alone', async () => {
    await using scene = await openScene();
    await put(scene, 'name');
    const filter = { Key: 'Name', Values: ['name'] };
    expect((await errorOf(described(scene, filter, filter))).message).toBe(
      'The following filter is duplicated in the request: Name. A request can contain only one occurrence of a specific filter.',
    );
    const old = (Key: string, more: object = {}) =>
      scene.ssm.send(
        new DescribeParametersCommand({
          Filters: [{ Key: Key as 'Name', Values: ['na'] }],
          ...more,
        }),
      );
    expect((await old('Name')).Parameters).toHaveLength(1);
    expect((await errorOf(old('Tier'))).name).toBe('ValidationException');
    expect((await errorOf(old('Name', { ParameterFilters: [filter] }))).name).toBe(
      'ValidationException',
    );
  });
});

it('filters of GetParametersByPath are not those of DescribeParameters', async () => {
  await using scene = await openScene();
  await put(scene, '/a/p', { Value: 'one' });
  await put(scene, '/a/p', { Value: 'two', Overwrite: true });
  await put(scene, '/a/q');
  const label = { Name: '/a/p', ParameterVersion: 1, Labels: ['live'] };
  await scene.ssm.send(new LabelParameterVersionCommand(label));
  const read = async (filter: ParameterStringFilter) =>
    (
      await scene.ssm.send(
        new GetParametersByPathCommand({ Path: '/a', ParameterFilters: [filter] }),
      )
    ).Parameters?.map(({ Value }) => Value);
  expect(await read({ Key: 'Label', Values: ['live'] })).toEqual(['one']);
  for (const Key of ['Path', 'Name', 'Tier', 'tag:team']) {
    expect((await errorOf(read({ Key, Values: ['/a'] }))).name, Key).toBe('InvalidFilterKey');
  }
});

it('does not take tags with Overwrite, not for a new parameter either', async () => {
  await using scene = await openScene();
  const Tags = [{ Key: 'team', Value: 'x' }];
  for (const name of ['new', 'new']) {
    const error = await errorOf(put(scene, name, { Tags, Overwrite: true }));
    expect(error.name).toBe('ValidationException');
    expect(error.message).toMatch(/^Invalid request: tags and overwrite can't be used together/);
  }
  expect(await described(scene)).toEqual([]);
  await put(scene, 'new', { Tags: [], Overwrite: true });
});
