import { CreateClusterCommand, DescribeTasksCommand, RunTaskCommand } from '@aws-sdk/client-ecs';
import {
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { grantsIn, type PolicyDocument } from '../../../src/model/roles/policy.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

// A role that several task definitions have: each adds what it needs, and none takes anything away.
let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
  await shop.ecs.send(new CreateClusterCommand({}));
  const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
  await done(['put', '/web/db', '--kms-key', KeyMetadata?.KeyId ?? ''], 'web db');
  await done(['put', 'sm:web/api'], 'web api');
  await done(['put', '/worker/db'], 'worker db');
  await done(['put', 'sm:worker/api', '--kms-key', KeyMetadata?.KeyId ?? ''], 'worker api');
});
afterEach(() => shop.sandbox.close());

const definition = (family: string): string =>
  JSON.stringify({
    family,
    containerDefinitions: [
      {
        ...{ name: 'app', image: 'app:1', memory: 64 },
        secrets: [
          { name: 'DB', valueFrom: `/${family}/db` },
          { name: 'API', valueFrom: `sm:${family}/api` },
        ],
        environmentFiles: [{ type: 's3', value: `arn:aws:s3:::files/${family}/app.env` }],
      },
    ],
  });
const create = (family: string, ...more: string[]): string[] => [
  ...['role', 'create', 'shared', '--task-definition', `./${family}.json`, ...more],
];
const setting = {
  files: { './web.json': definition('web'), './worker.json': definition('worker') },
};

/** Runs a command that must succeed. */
async function done(argv: readonly string[], stdin = ''): Promise<{ out: string; err: string }> {
  const seen = await shop.run(argv, { stdin, ...setting });
  expect(seen, argv.join(' ')).toMatchObject({ code: 0 });
  return { out: seen.stdout, err: seen.stderr };
}

async function changesOf(argv: readonly string[]): Promise<Record<string, unknown>[]> {
  return (await shop.json(argv, setting)).changes as Record<string, unknown>[];
}

/** Everything that the role's policies grant, by name or ARN of the policy. */
async function policies(): Promise<Record<string, PolicyDocument>> {
  const ofRole = { RoleName: 'shared' };
  const { PolicyNames = [] } = await shop.iam.send(new ListRolePoliciesCommand(ofRole));
  const inline = await Promise.all(
    PolicyNames.map(async (PolicyName) => {
      const got = await shop.iam.send(new GetRolePolicyCommand({ ...ofRole, PolicyName }));
      return [PolicyName, parse(got.PolicyDocument)] as const;
    }),
  );
  const { AttachedPolicies = [] } = await shop.iam.send(
    new ListAttachedRolePoliciesCommand(ofRole),
  );
  const managed = await Promise.all(
    AttachedPolicies.map(async ({ PolicyArn }) => {
      const { Policy } = await shop.iam.send(new GetPolicyCommand({ PolicyArn }));
      const VersionId = Policy?.DefaultVersionId;
      const got = await shop.iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
      return [PolicyArn?.split('/').at(-1) ?? '', parse(got.PolicyVersion?.Document)] as const;
    }),
  );
  return Object.fromEntries([...inline, ...managed]);
}

const parse = (document = ''): PolicyDocument =>
  JSON.parse(decodeURIComponent(document)) as PolicyDocument;

async function granted(): Promise<string[]> {
  return [...new Set(Object.values(await policies()).flatMap(grantsIn))].sort();
}

async function role() {
  return (await shop.iam.send(new GetRoleCommand({ RoleName: 'shared' }))).Role;
}

const trust = async (): Promise<PolicyDocument> => parse((await role())?.AssumeRolePolicyDocument);

async function setTrust(...Statement: object[]): Promise<void> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const name = { RoleName: 'shared' };
  await shop.iam.send(new UpdateAssumeRolePolicyCommand({ ...name, PolicyDocument }));
}

/** The calls of a command that change something in IAM. */
async function writesOf(argv: readonly string[]): Promise<string[]> {
  const all = async (): Promise<string[]> => {
    const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
    const calls = (await answer.json()) as { service: string; operation: string }[];
    return calls.filter(({ service }) => service === 'iam').map(({ operation }) => operation);
  };
  const before = (await all()).length;
  await done(argv);
  return (await all()).slice(before).filter((operation) => !/^(Get|List)/.test(operation));
}

/** Runs a task of a family under the shared role; undefined, or why it stopped. */
async function startFailure(family: string): Promise<string | undefined> {
  await done(['register', `./${family}.json`, '--execution-role', 'shared']);
  const { tasks } = await shop.ecs.send(
    new RunTaskCommand({ cluster: 'default', taskDefinition: family }),
  );
  return vi.waitFor(
    async () => {
      const task = { cluster: 'default', tasks: [tasks?.[0]?.taskArn ?? ''] };
      const described = await shop.ecs.send(new DescribeTasksCommand(task));
      const { lastStatus = '', stoppedReason } = described.tasks?.[0] ?? {};
      expect(['RUNNING', 'STOPPED']).toContain(lastStatus);
      return lastStatus === 'RUNNING' ? undefined : (stoppedReason ?? '');
    },
    { timeout: 10_000, interval: 20 },
  );
}

/** Parameters that are too many for one inline policy. */
async function manyParameters(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, i) => `/many/${'x'.repeat(60)}/${i}`);
  const value = { Value: 'x', Type: 'SecureString' } as const;
  await Promise.all(
    names.map((Name) => shop.ssm.send(new PutParameterCommand({ Name, ...value }))),
  );
  return names.flatMap((name) => ['--secret', name]);
}

const ecs = { Service: 'ecs-tasks.amazonaws.com' };
const assume = (Principal: object, more: object = {}) => ({
  ...{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more },
});
const sourcesIn = (region: string, account = '123456789012') => ({
  Condition: {
    ArnLike: { 'aws:SourceArn': `arn:aws:ecs:${region}:${account}:*` },
    StringEquals: { 'aws:SourceAccount': account },
  },
});
const sourceAccount = { StringEquals: { 'aws:SourceAccount': '123456789012' } };
const ourTrust = { Sid: 'EcsTasks', ...assume(ecs, sourcesIn('us-east-1')) };

describe('role create of a role that exists', () => {
  test('lets the tasks of another family start, and those of the first still', async () => {
    await done(create('web'));
    const first = await granted();
    expect(await startFailure('worker')).toMatch(/AccessDenied/);
    const [change, ...more] = await changesOf(create('worker'));
    expect(more).toEqual([]);
    expect(change).toMatchObject({ what: 'replace inline policy', revokes: [] });
    expect(await granted()).toEqual([...first, ...(change?.grants as string[])].sort());
    // Parameter, secret, its key, the file; the bucket is granted already.
    expect(change?.grants).toHaveLength(4);
    expect(await startFailure('web')).toBeUndefined();
    expect(await startFailure('worker')).toBeUndefined();
  });

  test('shows only additions, and changes nothing in a dry run or the second time', async () => {
    await done(create('web'));
    const before = await policies();
    const { out, err } = await done(create('worker', '--dry-run'));
    expect(out.split('\n').filter((line) => /^ +\+ /.test(line))).toHaveLength(4);
    expect(out).not.toMatch(/^ +- /m);
    expect(err).toBe('note: 4 grants are not needed by these references; --exact removes them\n');
    expect(await policies()).toEqual(before);
    expect(await writesOf(create('worker'))).toEqual(['PutRolePolicy']);
    for (const family of ['web', 'worker']) {
      expect(await writesOf(create(family))).toEqual([]);
      expect((await done(create(family))).out).toMatch(/^role \S+ unchanged\n$/);
    }
    const { inlinePolicy } = await shop.json(create('web'), setting);
    expect(inlinePolicy).toEqual((await policies())['ecs-secrets']);
  });

  test('does the same with --add, which is not in the help', async () => {
    const arn = 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy';
    const more = ['--permissions-boundary', arn, '--managed-policy', 'never'];
    const without = await changesOf(create('web', ...more, '--dry-run'));
    expect(await changesOf(create('web', ...more, '--add'))).toEqual(without);
    expect(await trust()).toMatchObject({ Statement: [ourTrust] });
    expect((await role())?.PermissionsBoundary).toMatchObject({ PermissionsBoundaryArn: arn });
    const added = await changesOf(create('worker', '--dry-run'));
    expect(await changesOf(create('worker', '--add'))).toEqual(added);
    expect((await shop.run(['role', 'create', '--help'])).stdout).not.toContain('--add');
  });

  test('leaves the boundary and the managed policy as they are', async () => {
    await done(create('web', '--managed-policy', 'always'));
    const arn = 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy';
    const argv = create('web', '--managed-policy', 'never');
    expect(await writesOf(argv)).toEqual([]);
    const { err } = await done([...argv, '--permissions-boundary', arn]);
    expect(err).toContain('the permissions boundary of shared stays unset; --exact sets it');
    expect(err).toContain('AmazonECSTaskExecutionRolePolicy stays attached to shared; --exact');
    expect((await role())?.PermissionsBoundary).toBeUndefined();
  });

  test('keeps what someone else wrote into our policy', async () => {
    await done(create('web'));
    const document = (await policies())['ecs-secrets']!;
    const theirs = [
      { Effect: 'Allow', Action: 'logs:*', Resource: '*' },
      {
        // Named as one that is not there until now.
        ...{ Sid: 'DecryptSecrets1', Effect: 'Allow', Action: 'ssm:GetParameters', Resource: '*' },
        Condition: { StringEquals: { 'aws:PrincipalTag/team': 'shop' } },
      },
    ];
    const Statement = [...document.Statement, ...theirs];
    await shop.iam.send(
      new PutRolePolicyCommand({
        ...{ RoleName: 'shared', PolicyName: 'ecs-secrets' },
        PolicyDocument: JSON.stringify({ ...document, Statement }),
      }),
    );
    const before = await granted();
    expect(await changesOf(create('worker'))).toMatchObject([{ revokes: [] }]);
    expect(await granted()).toEqual(expect.arrayContaining(before));
    const after = (await policies())['ecs-secrets']!.Statement;
    expect(after.slice(-2)).toEqual([
      { Effect: 'Allow', Action: ['logs:*'], Resource: ['*'] },
      {
        ...{ Sid: 'DecryptSecrets12', Effect: 'Allow' },
        ...{ Action: ['ssm:GetParameters'], Resource: ['*'] },
        Condition: { StringEquals: { 'aws:PrincipalTag/team': ['shop'] } },
      },
    ]);
    expect(await writesOf(create('worker'))).toEqual([]);
    expect(await startFailure('worker')).toBeUndefined();
  });
});

describe('the trust of a role that is added to', () => {
  test.each<[string, object[], object[]]>([
    ['another service', [assume({ Service: 'ecs.amazonaws.com' })], [{}, ourTrust]],
    ['a user', [assume({ AWS: '123456789012' })], [{}, ourTrust]],
    [
      'another region',
      [{ Sid: 'EcsTasks', ...assume(ecs, sourcesIn('eu-west-1')) }],
      [{ Sid: 'EcsTasks' }, { ...ourTrust, Sid: 'EcsTasks2' }],
    ],
    ['another account', [assume(ecs, sourcesIn('us-east-1', '999999999999'))], [{}, ourTrust]],
    [
      'another region, and a Deny',
      [
        { Sid: 'EcsTasks', ...assume(ecs, sourcesIn('eu-west-1')) },
        assume(ecs, { Effect: 'Deny', ...sourcesIn('eu-west-1', '999999999999') }),
      ],
      [{ Sid: 'EcsTasks' }, { Effect: 'Deny' }, { ...ourTrust, Sid: 'EcsTasks2' }],
    ],
    [
      'a wrong ARN, and Lambda',
      [
        assume(ecs, { Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:ecs:::x' } } }),
        assume({ Service: 'lambda.amazonaws.com' }),
      ],
      [{}, { Principal: { Service: ['lambda.amazonaws.com'] } }, ourTrust],
    ],
  ])('is widened, and loses nothing: it names %s', async (_what, present, expected) => {
    await done(create('web'));
    await setTrust(...present);
    const argv = create('web');
    expect(await changesOf(argv)).toMatchObject([{ what: 'set trust policy' }]);
    const { Statement } = await trust();
    expect(Statement).toMatchObject(expected);
    expect(Statement).toHaveLength(expected.length);
    expect(await startFailure('web')).toBeUndefined();
    expect(await writesOf(argv)).toEqual([]);
  });

  test.each<[string, object[]]>([
    ['without a condition', [assume(ecs)]],
    ['with Lambda', [assume({ Service: ['ecs-tasks.amazonaws.com', 'lambda.amazonaws.com'] })]],
    ['by account only', [assume(ecs, { Condition: sourceAccount })]],
    [
      'in several regions, with a Deny',
      [
        assume(ecs, {
          Condition: {
            ArnLike: {
              'aws:SourceArn': ['us-east-1', 'eu-west-1'].map((r) => `arn:aws:ecs:${r}:*:*`),
            },
          },
        }),
        assume(ecs, { Effect: 'Deny', ...sourcesIn('eu-west-1', '999999999999') }),
      ],
    ],
  ])('stays as it is where it lets ECS in: %s', async (_what, present) => {
    const document = { Version: '2012-10-17', Statement: present };
    await shop.iam.send(
      new CreateRoleCommand({
        ...{ RoleName: 'shared', AssumeRolePolicyDocument: JSON.stringify(document) },
      }),
    );
    expect(await changesOf(create('web'))).toMatchObject([{ what: 'add inline policy' }]);
    expect(await trust()).toEqual(document);
  });

  test.each([
    ['everybody', [ourTrust, assume({ AWS: '*' }, { Effect: 'Deny' })]],
    ['ECS', [assume(ecs, { Effect: 'Deny' })]],
  ])('keeps a Deny for %s, and nothing is done then', async (_who, present) => {
    await done(create('web'));
    await setTrust(...present);
    const before = [await trust(), await policies()];
    const seen = await shop.run(create('worker'), setting);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('the trust policy of the role shared denies ecs-tasks');
    expect([await trust(), await policies()]).toEqual(before);
  });

  test('is widened for all regions with --no-source-condition', async () => {
    await done(create('web'));
    const [change] = await changesOf(create('web', '--no-source-condition'));
    expect(change).toMatchObject({
      what: 'set trust policy',
      grants: ['sts:AssumeRole by ecs-tasks.amazonaws.com'],
      revokes: [],
    });
    expect(await writesOf(create('web', '--no-source-condition'))).toEqual([]);
    expect(await writesOf(create('web'))).toEqual([]);
  });

  test('that lets someone else in is told, since they get what is granted', async () => {
    await done(create('web'));
    await setTrust(assume({ Service: ['ecs-tasks.amazonaws.com', 'lambda.amazonaws.com'] }));
    const { err } = await done(create('worker'));
    expect(err).toContain('warning: lambda.amazonaws.com may assume the role shared too');
    expect((await done(create('worker'))).err).not.toContain('lambda');
  });
});

describe('a role whose policy is too large', () => {
  const base = ['role', 'create', 'shared'];

  test('in managed policies is added to there', async () => {
    const many = await manyParameters(110);
    await done([...base, ...many.slice(0, 216), '--split', '--task-definition', './web.json']);
    const first = await granted();
    const names = Object.keys(await policies());
    expect(names).not.toContain('ecs-secrets');
    const argv = [...create('worker'), ...many.slice(216)];
    const writes = await writesOf(argv);
    expect(writes.filter((one) => /Detach|DeletePolicy$|DeleteRolePolicy/.test(one))).toEqual([]);
    expect(await granted()).toEqual(expect.arrayContaining(first));
    expect(Object.keys(await policies())).toEqual(expect.arrayContaining(names));
    expect(await writesOf(argv)).toEqual([]);
    expect(await startFailure('web')).toBeUndefined();
    expect(await startFailure('worker')).toBeUndefined();
  });

  test('is refused, split or made wider as is asked for', async () => {
    const many = await manyParameters(110);
    await done(create('web'));
    const first = await granted();
    const argv = [...create('worker'), ...many];
    const refused = await shop.run(argv, setting);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/has \d+ characters; IAM allows 10240/);
    expect(await granted()).toEqual(first);

    const compact = await done([...argv, '--compact']);
    expect(compact.err).toMatch(/^warning: \S+ stands for 110 secrets/);
    expect(compact.err).not.toContain('go away');
    expect(compact.out).not.toMatch(/^ +- /m);
    expect(await granted()).toEqual(expect.arrayContaining(first));
    // What a pattern stands for is granted, so that nothing is left to add; it is needed, too.
    expect(await writesOf(argv)).toEqual([]);
    expect((await done([...argv, '--compact'])).err).toMatch(/^note: 4 grants are not needed.*\n$/);

    await done(create('web', '--exact', '--yes', '--force'));
    await done([...argv, '--split']);
    expect(Object.keys(await policies())).not.toContain('ecs-secrets');
    expect(await granted()).toEqual(expect.arrayContaining(first));
    expect(await writesOf(argv)).toEqual([]);
  });

  test.each(['CreatePolicy', 'AttachRolePolicy', 'DeleteRolePolicy'])(
    'that broke off at %s keeps what it has, and is finished when run again',
    async (operation) => {
      const many = await manyParameters(110);
      await done(create('web'));
      const first = await granted();
      const argv = [...create('worker', '--split'), ...many];
      shop.sandbox.inject({
        ...{ service: 'iam', operation, code: 'MalformedPolicyDocument', times: 1 },
      });
      expect((await shop.run(argv, setting)).code).toBe(1);
      expect(await granted()).toEqual(expect.arrayContaining(first));
      await done(argv);
      expect(await granted()).toEqual(expect.arrayContaining(first));
      expect(await writesOf(argv)).toEqual([]);
      expect(await startFailure('worker')).toBeUndefined();
      expect(await startFailure('web')).toBeUndefined();
    },
  );

  test('keeps what someone else wrote into its managed policies', async () => {
    const many = await manyParameters(110);
    await done([...base, ...many, '--split']);
    const [name, document] = Object.entries(await policies())[0]!;
    const theirs = { Sid: 'Theirs', Effect: 'Allow', Action: 'logs:*', Resource: '*' };
    await shop.iam.send(
      new CreatePolicyVersionCommand({
        PolicyArn: `arn:aws:iam::123456789012:policy/${name}`,
        PolicyDocument: JSON.stringify({
          ...document,
          Statement: [...document.Statement, theirs],
        }),
        SetAsDefault: true,
      }),
    );
    const first = await granted();
    expect(first).toContain('logs:* on *');
    await done(create('worker'));
    expect(await granted()).toEqual(expect.arrayContaining(first));
    expect(await writesOf(create('worker'))).toEqual([]);
  });
});
