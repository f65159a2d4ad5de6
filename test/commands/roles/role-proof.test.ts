import {
  DescribeTasksCommand,
  ListTasksCommand,
  RunTaskCommand,
  type ECSClient,
} from '@aws-sdk/client-ecs';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateAliasCommand, CreateKeyCommand } from '@aws-sdk/client-kms';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PolicyDocument } from '../../../src/model/roles/policy.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { isWhole } from '../../helpers/whole.ts';

// What role create grants, proved by the tasks that start under it, or do not.

// --- what is asked of a shop ---

interface Started {
  environment: Record<string, string>;
  logOptions: Record<string, string>;
}

/** What the containers of a task were started with, by their names. */
async function startedWith(shop: Shop, task: string): Promise<Record<string, Started>> {
  const path = `/_sandbox/tasks/${encodeURIComponent(task)}/environment`;
  const answer = await fetch(shop.sandbox.url + path);
  const { containers } = (await answer.json()) as { containers: ({ name: string } & Started)[] };
  return Object.fromEntries(
    containers.map(({ name, environment, logOptions }) => [name, { environment, logOptions }]),
  );
}

/** The same of the one task of a service. */
async function serviceStartedWith(shop: Shop, name: string): Promise<Record<string, Started>> {
  const { taskArns = [] } = await shop.ecs.send(
    new ListTasksCommand({ cluster: 'shop', serviceName: name }),
  );
  expect(taskArns).toHaveLength(1);
  return startedWith(shop, taskArns[0]!);
}

/** Runs a task until it runs or stops; undefined, or why it stopped. */
async function startFailure(ecs: ECSClient, taskDefinition: string): Promise<string | undefined> {
  const { tasks } = await ecs.send(new RunTaskCommand({ cluster: 'shop', taskDefinition }));
  const task = tasks![0]!.taskArn!;
  return vi.waitFor(
    async () => {
      const described = new DescribeTasksCommand({ cluster: 'shop', tasks: [task] });
      const { lastStatus, stoppedReason } = (await ecs.send(described)).tasks![0]!;
      expect(['RUNNING', 'STOPPED']).toContain(lastStatus);
      return lastStatus === 'RUNNING' ? undefined : (stoppedReason ?? '');
    },
    { timeout: 10_000, interval: 20 },
  );
}

/** The operations that were called from now on, as `service:Operation`. */
async function watchCalls(shop: Shop): Promise<() => Promise<string[]>> {
  const all = async (): Promise<string[]> => {
    const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
    const calls = (await answer.json()) as { service: string; operation: string }[];
    return calls.map(({ service, operation }) => `${service}:${operation}`);
  };
  const before = (await all()).length;
  return async () => (await all()).slice(before);
}

const isRead = (call: string): boolean => /:(Get|List|Describe)/.test(call);

async function inline(shop: Shop, name: string, policy = 'ecs-secrets'): Promise<string> {
  const { PolicyDocument } = await shop.iam.send(
    new GetRolePolicyCommand({ RoleName: name, PolicyName: policy }),
  );
  return decodeURIComponent(PolicyDocument!);
}

const inlineDocument = async (shop: Shop, name: string): Promise<PolicyDocument> =>
  JSON.parse(await inline(shop, name)) as PolicyDocument;

async function inlineNames(shop: Shop, name: string): Promise<string[]> {
  return (await shop.iam.send(new ListRolePoliciesCommand({ RoleName: name }))).PolicyNames!;
}

async function attached(shop: Shop, name: string): Promise<string[]> {
  const { AttachedPolicies = [] } = await shop.iam.send(
    new ListAttachedRolePoliciesCommand({ RoleName: name }),
  );
  return AttachedPolicies.map(({ PolicyArn }) => PolicyArn!);
}

async function managed(shop: Shop, arn: string): Promise<string> {
  const { Policy } = await shop.iam.send(new GetPolicyCommand({ PolicyArn: arn }));
  const version = { PolicyArn: arn, VersionId: Policy!.DefaultVersionId! };
  const { PolicyVersion } = await shop.iam.send(new GetPolicyVersionCommand(version));
  return decodeURIComponent(PolicyVersion!.Document!);
}

/** Runs a command that must succeed. */
async function done(shop: Shop, argv: readonly string[], setting = {}): Promise<string> {
  const seen = await shop.run(argv, setting);
  expect(seen, argv.join(' ')).toMatchObject({ code: 0 });
  return seen.stdout;
}

/** Takes away what is not given. */
const exactly = ['--exact', '--yes', '--force'];
const options = (names: readonly string[]): string[] => names.flatMap((name) => ['--secret', name]);

// --- (a) whatever is referred to ---

interface Use {
  store: 'ssm' | 'sm';
  key: 'none' | 'id' | 'alias' | 'other';
  place: 'secrets' | 'secretOptions';
  jsonKey: boolean;
}

const uses = fc.record<Use>({
  store: fc.constantFrom('ssm', 'sm'),
  key: fc.constantFrom('none', 'none', 'id', 'alias', 'other'),
  place: fc.constantFrom('secrets', 'secrets', 'secrets', 'secretOptions'),
  jsonKey: fc.boolean(),
});
// Each store with and without a key, in both places, and whatever else comes.
const always: Use[] = [
  { store: 'ssm', key: 'id', place: 'secrets', jsonKey: false },
  { store: 'sm', key: 'alias', place: 'secrets', jsonKey: true },
];
const samples = fc
  .sample(fc.array(uses, { minLength: 2, maxLength: 6 }), { numRuns: 4, seed: 17 })
  .map((sample) => [...always, ...sample]);

/** What a role is not to grant. */
const more: [string, Use][] = [
  ['a parameter', { store: 'ssm', key: 'none', place: 'secrets', jsonKey: false }],
  ['a parameter under a key', { store: 'ssm', key: 'id', place: 'secrets', jsonKey: false }],
  ['a secret', { store: 'sm', key: 'none', place: 'secrets', jsonKey: false }],
  ['a secret under a key', { store: 'sm', key: 'alias', place: 'secrets', jsonKey: true }],
];

describe.each(samples.map((sample, index) => [index, sample] as const))(
  'a role for set %i of references',
  (set, sample) => {
    let shop: Shop;
    const keys: Partial<Record<Use['key'], string>> = {};
    let number = sample.length;
    // Names that begin with one another: a grant for one must not be a grant for the next.
    const nameOf = ({ store }: Use, index: number): string =>
      store === 'ssm' ? `/shop${'/db'.repeat(index + 1)}` : `shop${'-db'.repeat(index + 1)}`;
    const referenceTo = (use: Use, index: number): string =>
      `${use.store}:${nameOf(use, index)}${use.store === 'sm' && use.jsonKey ? ':token' : ''}`;
    const put = async (use: Use, index: number): Promise<void> => {
      const key = keys[use.key];
      const argv = ['put', referenceTo(use, index), ...(key ? ['--kms-key', key] : [])];
      await done(shop, argv, { stdin: `value ${index}` });
    };
    const entries = (place: Use['place'], more: readonly [Use, number][] = []) =>
      [...sample.map((use, index) => [use, index] as const), ...more].flatMap(([use, index]) =>
        use.place === place ? [{ name: `VALUE_${index}`, valueFrom: referenceTo(use, index) }] : [],
      );
    const definition = (family: string, more?: [Use, number][]): string =>
      JSON.stringify({
        family,
        containerDefinitions: [
          {
            ...{ name: 'web', image: 'registry.example/web:1', memory: 64 },
            secrets: entries('secrets', more),
            repositoryCredentials: { credentialsParameter: 'shop/registry' },
          },
          {
            ...{ name: 'log', image: 'log:1', memory: 64 },
            logConfiguration: { logDriver: 'splunk', secretOptions: entries('secretOptions') },
          },
        ],
      });
    const register = (family: string, more?: [Use, number][]): Promise<string> =>
      done(shop, ['register', 't.json', '--execution-role', 'exec'], {
        files: { 't.json': definition(family, more) },
      });

    beforeAll(async () => {
      shop = await openShop();
      const [one, other] = await Promise.all(
        [1, 2].map(async () => (await shop.kms.send(new CreateKeyCommand({}))).KeyMetadata!),
      );
      const alias = { AliasName: 'alias/shop', TargetKeyId: other!.KeyId! };
      await shop.kms.send(new CreateAliasCommand(alias));
      Object.assign(keys, { id: one!.KeyId, alias: alias.AliasName, other: other!.Arn });
      for (const [index, use] of sample.entries()) await put(use, index);
      const login = JSON.stringify({ username: 'pull', password: 'registry-password' });
      await done(shop, ['put', 'sm:shop/registry', '--kms-key', keys.id!], { stdin: login });
      await done(shop, ['role', 'create', 'exec', '--task-definition', 't.json'], {
        files: { 't.json': definition('web') },
      });
      await register('web');
      await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
    });
    afterAll(() => shop.sandbox.close());

    test('lets the tasks of a service have every value', async () => {
      const started = await serviceStartedWith(shop, 'web');
      const expected = (place: Use['place']): Record<string, string> =>
        Object.fromEntries(
          entries(place).map(({ name }) => [name, name.replace('VALUE_', 'value ')]),
        );
      expect(started.web?.environment).toMatchObject(expected('secrets'));
      expect(started.log?.logOptions).toEqual(expected('secretOptions'));
      for (const [index, use] of sample.entries()) {
        if (use.place !== 'secrets') continue;
        expect(await shop.injected('shop', 'web', `VALUE_${index}`)).toEqual([`value ${index}`]);
      }
    });

    // Each is tried with one set at least.
    const tried = more.filter((_one, index) => isWhole || index === set % more.length);
    test.each(tried)('lets no task have one secret more: %s', async (_what, one) => {
      number += 1;
      await put(one, number);
      await register('more', [[one, number]]);
      expect(await startFailure(shop.ecs, 'more')).toMatch(/AccessDenied.*is not authorized to/s);
      // As soon as it is granted too, the same task starts; and no longer when it is not.
      await done(shop, ['role', 'create', 'exec', '--task-definition', 'more']);
      expect(await startFailure(shop.ecs, 'more')).toBeUndefined();
      await done(shop, ['role', 'create', 'exec', '--task-definition', 'web', ...exactly]);
      expect(await startFailure(shop.ecs, 'more')).toMatch(/AccessDenied.*is not authorized to/s);
    });
  },
);

// --- (b) many references ---

describe('200 references', () => {
  let shop: Shop;
  const entry = (index: number): string => `KEY_${String(index).padStart(3, '0')}`;
  const places = [
    { prefix: '/shop/prod', from: 0, to: 90, keyed: false },
    { prefix: '/shop/keyed', from: 90, to: 130, keyed: true },
    { prefix: 'sm:shop/prod', from: 130, to: 170, keyed: false },
    { prefix: 'sm:shop/keyed', from: 170, to: 200, keyed: true },
  ];
  const references = places.flatMap(({ prefix, from, to }) =>
    Array.from({ length: to - from }, (_, index) => `${prefix}/${entry(from + index)}`),
  );
  const values = Object.fromEntries(
    references.map((_, index) => [entry(index), `value ${index}`] as const),
  );
  const few = references.filter((_, index) => index % 40 === 0);
  const create = (name: string, names = references): string[] => [
    ...['role', 'create', name],
    ...options(names),
  ];

  /** Four containers with 50 each. */
  const definition = JSON.stringify({
    family: 'web',
    containerDefinitions: [0, 1, 2, 3].map((container) => ({
      ...{ name: `c${container}`, image: 'web:1', memory: 64 },
      secrets: references.slice(container * 50, container * 50 + 50).map((valueFrom, index) => ({
        ...{ name: entry(container * 50 + index), valueFrom },
      })),
    })),
  });

  beforeAll(async () => {
    shop = await openShop();
    const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
    for (const { prefix, from, to, keyed } of places) {
      const part = Object.fromEntries(Object.entries(values).slice(from, to));
      const key = keyed ? ['--kms-key', KeyMetadata!.KeyId!] : [];
      await done(shop, ['import', 'e.json', '--prefix', prefix, ...key], {
        files: { 'e.json': JSON.stringify(part) },
      });
    }
  });
  afterAll(() => shop.sandbox.close());

  /** Starts a service under a role and looks at what its task got. */
  async function expectAllValues(role: string): Promise<void> {
    await done(shop, ['register', 't.json', '--family', role, '--execution-role', role], {
      files: { 't.json': definition },
    });
    await shop.service({ cluster: 'shop', name: role, taskDefinition: role });
    const started = await serviceStartedWith(shop, role);
    const ofAgent = { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' };
    expect(Object.assign({}, ...Object.values(started).map((one) => one.environment))).toEqual({
      ...{ ...values, ...ofAgent },
    });
  }

  async function expectUnchanged(argv: readonly string[]): Promise<void> {
    const calls = await watchCalls(shop);
    expect(await done(shop, argv)).toMatch(/^role arn:\S+ unchanged\n$/);
    expect((await calls()).length).toBeGreaterThan(0);
    expect((await calls()).filter((call) => !isRead(call))).toEqual([]);
  }

  test('are too many for one inline policy, which is said before anything is written', async () => {
    const calls = await watchCalls(shop);
    const seen = await shop.run(create('plain'));
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    const [, characters] =
      /the inline policy for 200 secrets has (\d+) characters; IAM allows 10240/.exec(seen.stderr)!;
    const whole = await shop.json(['policy', 'execution', ...options(references)]);
    expect(Number(characters)).toBe(JSON.stringify(whole).length);
    expect(Number(characters)).toBeGreaterThan(10_240);
    expect(seen.stderr).toMatch(/--compact .*--split /);
    expect((await calls()).filter((call) => !isRead(call))).toEqual([]);
    await expect(shop.iam.send(new GetRoleCommand({ RoleName: 'plain' }))).rejects.toThrow();
  });

  test('fit with --compact, which tells what it widens', async () => {
    const argv = [...create('compact'), '--compact'];
    const seen = await shop.run(argv);
    expect(seen.code).toBe(0);
    const { Statement } = await inlineDocument(shop, 'compact');
    const written = Statement.flatMap(({ Sid, Resource = [] }) =>
      Sid.startsWith('Read') ? Resource : [],
    );
    const patterns = written.filter((arn) => arn.endsWith('*'));
    expect(patterns.length).toBeGreaterThan(0);
    expect(seen.stderr.match(/^warning: \S+ stands for \d+ secrets/gm)).toEqual(
      patterns.map((pattern) => {
        const name = pattern.replace(/^.*:(parameter|secret:)/, '').slice(0, -1);
        const meant = references.filter((one) => one.replace('sm:', '').startsWith(name));
        return `warning: ${pattern} stands for ${meant.length} secrets`;
      }),
    );
    expect(JSON.stringify({ Statement }).length).toBeLessThan(10_240);
    await expectAllValues('compact');
    await expectUnchanged(argv);
  });

  test('fit with --split into managed policies, and go back to an inline one', async () => {
    const argv = [...create('split'), '--split'];
    await done(shop, create('split', few));
    expect(await inlineNames(shop, 'split')).toEqual(['ecs-secrets']);
    await done(shop, argv);
    expect(await inlineNames(shop, 'split')).toEqual([]);
    const own = await attached(shop, 'split');
    expect(own.length).toBeGreaterThan(2);
    expect([...own].sort()).toEqual(
      own.map((_arn, index) => `arn:aws:iam::123456789012:policy/split-ecs-secrets-${index + 1}`),
    );
    const granted: string[] = [];
    for (const arn of own) {
      const document = JSON.parse(await managed(shop, arn)) as PolicyDocument;
      expect(JSON.stringify(document).length).toBeLessThanOrEqual(6144);
      granted.push(
        ...document.Statement.flatMap(({ Sid, Resource = [] }) =>
          Sid.startsWith('Read') ? Resource : [],
        ),
      );
    }
    expect(granted).toHaveLength(200);
    await expectAllValues('split');
    await expectUnchanged(argv);

    await done(shop, [...create('split', few), ...exactly]);
    expect(await attached(shop, 'split')).toEqual([]);
    expect(await inlineNames(shop, 'split')).toEqual(['ecs-secrets']);
    for (const arn of own) {
      await expect(shop.iam.send(new GetPolicyCommand({ PolicyArn: arn }))).rejects.toThrow(
        expect.objectContaining({ name: 'NoSuchEntityException' }),
      );
    }
    expect(await startFailure(shop.ecs, 'split')).toMatch(/AccessDenied/);
    await expectUnchanged(create('split', few));
  });

  test('lose managed policies that are not needed any more, and change the rest in place', async () => {
    const most = references.slice(0, 110);
    await done(shop, [...create('less'), '--split']);
    const before = await attached(shop, 'less');
    await done(shop, [...create('less', most), '--split', ...exactly]);
    const after = await attached(shop, 'less');
    expect(after.length).toBeLessThan(before.length);
    expect(before).toEqual(expect.arrayContaining(after));
    for (const arn of before.filter((one) => !after.includes(one))) {
      await expect(shop.iam.send(new GetPolicyCommand({ PolicyArn: arn }))).rejects.toThrow();
    }
    await expectUnchanged([...create('less', most), '--split']);
    await done(shop, [...create('less'), '--split']);
    await expectAllValues('less');
  });
});

// --- (c) and (d): what is not ours, and what is not concerned ---

describe('a role that has more than ours', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop();
    for (const name of ['/shop/db', '/shop/api', 'sm:shop/token', 'sm:shop/other']) {
      await done(shop, ['put', name], { stdin: 'x' });
    }
  });
  afterEach(() => shop.sandbox.close());

  // Written as nobody but its owner would.
  const theirs =
    '{ "Statement" : {"Resource":["*"],\n\t"Effect":"Allow", "Action":"s3:GetObject" },\n "Version":"2008-10-17"}';
  const theirSecond = theirs.replace('GetObject', 'ListBucket');

  test('keeps policies, tags and description of others byte for byte', async () => {
    await shop.iam.send(
      new CreateRoleCommand({
        ...{ RoleName: 'exec', Path: '/team/', Description: 'theirs, not ours' },
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'ecs-tasks.amazonaws.com' },
              Action: 'sts:AssumeRole',
            },
          ],
        }),
        Tags: [
          { Key: 'team', Value: 'shop' },
          { Key: 'cost', Value: '17' },
        ],
      }),
    );
    const ofRole = { RoleName: 'exec' };
    for (const PolicyName of ['theirs', 'ecs-secrets-2', 'ecs-secretsx']) {
      await shop.iam.send(
        new PutRolePolicyCommand({ ...ofRole, PolicyName, PolicyDocument: theirs }),
      );
    }
    const names = ['theirs', 'other-ecs-secrets-1', 'exec-ecs-secrets-x', 'exec-ecs-secrets'];
    for (const PolicyName of names) {
      const { Policy } = await shop.iam.send(
        new CreatePolicyCommand({ PolicyName, PolicyDocument: theirs, Path: '/team/' }),
      );
      await shop.iam.send(
        new CreatePolicyVersionCommand({
          ...{ PolicyArn: Policy!.Arn, PolicyDocument: theirSecond },
        }),
      );
      await shop.iam.send(new AttachRolePolicyCommand({ ...ofRole, PolicyArn: Policy!.Arn }));
    }

    const state = async () => {
      const { Role } = await shop.iam.send(new GetRoleCommand(ofRole));
      const policies = names.map((name) => `arn:aws:iam::123456789012:policy/team/${name}`);
      const foreign = (await inlineNames(shop, 'exec')).filter((name) => name !== 'ecs-secrets');
      return {
        role: [Role!.Description, Role!.Path, Role!.MaxSessionDuration, Role!.RoleId],
        theirTags: Role!.Tags!.filter(({ Key }) => Key !== 'ours'),
        inline: await Promise.all(
          foreign.map(async (name) => [name, await inline(shop, 'exec', name)] as const),
        ),
        attached: (await attached(shop, 'exec')).filter((arn) => policies.includes(arn)),
        versions: await Promise.all(
          policies.map(async (PolicyArn) => {
            const { Versions = [] } = await shop.iam.send(
              new ListPolicyVersionsCommand({ PolicyArn }),
            );
            const documents = Versions.map(async ({ VersionId, IsDefaultVersion }) => {
              const version = { PolicyArn, VersionId: VersionId! };
              const { PolicyVersion } = await shop.iam.send(new GetPolicyVersionCommand(version));
              return [VersionId, IsDefaultVersion, PolicyVersion!.Document];
            });
            return Promise.all(documents);
          }),
        ),
      };
    };

    const before = await state();
    expect(before.inline).toContainEqual(['theirs', theirs]);
    const many = Array.from({ length: 200 }, (_, index) => `/shop/not-there-yet/${index}`);
    const missing = [...options(many), '--allow-missing'];
    for (const argv of [
      ['--secret', '/shop/db', '--tag', 'ours=1'],
      ['--secret', 'sm:shop/token', '--no-source-condition'],
      [...missing, '--compact'],
      [...missing, '--split'],
      ['--secret', '/shop/api', '--managed-policy', 'always'],
      ['--secret', '/shop/api', '--managed-policy', 'never'],
    ]) {
      const seen = await shop.run(['role', 'create', 'exec', ...argv, ...exactly]);
      expect(seen.code, seen.stderr).toBe(0);
      for (const name of ['theirs', 'ecs-secrets-2', ...names]) {
        expect(seen.stderr).toMatch(new RegExp(`kept, not created.*\\b${name}(,|$)`, 'm'));
      }
      expect(await state()).toEqual(before);
    }
    const { Role } = await shop.iam.send(new GetRoleCommand(ofRole));
    expect(Role!.Tags).toContainEqual({ Key: 'ours', Value: '1' });
    expect(await inlineNames(shop, 'exec')).toContain('ecs-secrets');
    expect(await attached(shop, 'exec')).toHaveLength(names.length);
  });

  test('loses the grant of one reference that went, and nothing else', async () => {
    const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
    const key = ['--kms-key', KeyMetadata!.KeyId!];
    for (const name of ['/shop/one', '/shop/two', 'sm:shop/one', 'sm:shop/two']) {
      await done(shop, ['put', name, ...key], { stdin: 'x' });
    }
    const all = [
      '/shop/db',
      '/shop/api',
      '/shop/one',
      '/shop/two',
      'sm:shop/token',
      'sm:shop/other',
    ];
    const argv = ['role', 'create', 'exec', '--managed-policy', 'always', '--tag', 'team=shop'];
    await done(shop, [...argv, ...options([...all, 'sm:shop/one', 'sm:shop/two'])]);

    const arnOf = async (name: string): Promise<string> =>
      (await shop.json(['get', name])).arn as string;
    const role = async (): Promise<unknown> => {
      const { Role } = await shop.iam.send(new GetRoleCommand({ RoleName: 'exec' }));
      return [Role, await attached(shop, 'exec'), await inlineNames(shop, 'exec')];
    };
    let wanted = [...all, 'sm:shop/one', 'sm:shop/two'];
    for (const gone of ['/shop/db', 'sm:shop/one', '/shop/two', 'sm:shop/other', 'sm:shop/two']) {
      const arn = await arnOf(gone);
      const [before, roleBefore] = [await inlineDocument(shop, 'exec'), await role()];
      expect(JSON.stringify(before)).toContain(arn);
      wanted = wanted.filter((name) => name !== gone);
      const calls = await watchCalls(shop);
      const seen = await shop.run([...argv, ...options(wanted), ...exactly]);
      expect(seen.code).toBe(0);
      expect((await calls()).filter((call) => !isRead(call))).toEqual(['iam:PutRolePolicy']);
      const told = seen.stdout.split('\n').filter((line) => /^ +[-+] /.test(line));
      expect(told.length).toBe(/one|two/.test(gone) ? 2 : 1);
      for (const line of told) expect(line).toMatch(new RegExp(`^ +- .* ${escaped(arn)}$`));
      expect(seen.stderr).toContain(told.length === 1 ? '1 grant removed' : '2 grants removed');
      expect(await inlineDocument(shop, 'exec')).toEqual(without(before, arn));
      expect(await role()).toEqual(roleBefore);
    }
  });
});

/** The policy document without what names this secret. */
function without(document: PolicyDocument, arn: string): PolicyDocument {
  const drop = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((one) => one !== arn).map(drop);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, drop(one)]));
  };
  const { Version, Statement } = drop(document) as PolicyDocument;
  const isEmpty = (one: PolicyDocument['Statement'][number]): boolean =>
    one.Resource?.length === 0 || JSON.stringify(one.Condition ?? {}).includes('[]');
  const kept = Statement.filter((one) => !isEmpty(one));
  // Statements about keys are numbered.
  const keys = kept.filter(({ Sid }) => Sid.startsWith('Decrypt'));
  for (const [index, one] of keys.entries()) one.Sid = one.Sid.replace(/\d+$/, String(index + 1));
  return { Version, Statement: kept };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// --- (e) partitions ---

describe.each([
  ['us-east-1', 'aws', 'amazonaws.com'],
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
  ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
  ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
])('a role in %s', (region, partition, suffix) => {
  test(`is of the partition ${partition}`, async () => {
    const shop = await openShop({ region });
    const env = { AWS_REGION: region, ECS_SECRETS_ENDPOINT_URL: shop.sandbox.url };
    const here = `${region}:123456789012`;
    const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
    const key = KeyMetadata!.Arn!;
    expect(key).toBe(`arn:${partition}:kms:${here}:key/${KeyMetadata!.KeyId!}`);
    for (const name of ['/shop/db', 'sm:shop/api']) {
      await done(shop, ['put', name, '--kms-key', KeyMetadata!.KeyId!], { env, stdin: name });
    }
    const image = `123456789012.dkr.ecr.${region}.${suffix}/web:1`;
    const definition = JSON.stringify({
      family: 'web',
      containerDefinitions: [
        {
          ...{ name: 'web', image: 'web:1', memory: 64 },
          secrets: [
            { name: 'DB', valueFrom: '/shop/db' },
            { name: 'API', valueFrom: 'sm:shop/api' },
          ],
          environmentFiles: [{ type: 's3', value: `arn:${partition}:s3:::shop/web.env` }],
        },
        { name: 'side', image, memory: 64 },
      ],
    });
    const files = { 't.json': definition };
    const create = ['role', 'create', 'exec', '--task-definition', 't.json'];
    await done(shop, create, { env, files });

    const { Role } = await shop.iam.send(new GetRoleCommand({ RoleName: 'exec' }));
    expect(Role!.Arn).toBe(`arn:${partition}:iam::123456789012:role/exec`);
    expect(JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!))).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'ecs-tasks.amazonaws.com' },
          Condition: {
            ArnLike: { 'aws:SourceArn': `arn:${partition}:ecs:${here}:*` },
            StringEquals: { 'aws:SourceAccount': '123456789012' },
          },
        },
      ],
    });
    expect(await attached(shop, 'exec')).toEqual([
      `arn:${partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy`,
    ]);
    const parameter = `arn:${partition}:ssm:${here}:parameter/shop/db`;
    const secret = (await inlineDocument(shop, 'exec')).Statement[1]!.Resource![0]!;
    const name = `arn:${partition}:secretsmanager:${here}:secret:shop/api-`;
    expect(secret.replace(/\w{6}$/, '')).toBe(name);
    const via = (service: string) => ({ 'kms:ViaService': `${service}.${region}.${suffix}` });
    const decrypt = { Action: 'kms:Decrypt', Resource: [key] };
    expect(await inlineDocument(shop, 'exec')).toMatchObject({
      Statement: [
        { Action: 'ssm:GetParameters', Resource: [parameter] },
        { Action: 'secretsmanager:GetSecretValue', Resource: [secret] },
        {
          ...decrypt,
          Condition: {
            StringEquals: {
              ...via('secretsmanager'),
              'kms:EncryptionContext:SecretARN': [secret],
            },
          },
        },
        {
          ...decrypt,
          Condition: {
            StringEquals: { ...via('ssm'), 'kms:EncryptionContext:PARAMETER_ARN': [parameter] },
          },
        },
        { Action: 's3:GetObject', Resource: [`arn:${partition}:s3:::shop/web.env`] },
        { Action: 's3:GetBucketLocation', Resource: [`arn:${partition}:s3:::shop`] },
      ],
    });

    await done(shop, ['register', 't.json', '--execution-role', 'exec'], { env, files });
    await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
    expect((await serviceStartedWith(shop, 'web')).web?.environment).toEqual({
      ...{ DB: '/shop/db', API: 'sm:shop/api' },
      ...{ AWS_REGION: region, AWS_DEFAULT_REGION: region },
    });

    const many = Array.from({ length: 200 }, (_, index) => `/shop/not-there-yet/${index}`);
    const argv = ['role', 'create', 'many', ...options(many), '--allow-missing', '--split'];
    await done(shop, argv, { env });
    const own = await attached(shop, 'many');
    expect(own.length).toBeGreaterThan(1);
    for (const arn of own) {
      expect(arn).toMatch(
        new RegExp(`^arn:${partition}:iam::123456789012:policy/many-ecs-secrets-\\d$`),
      );
      expect(await managed(shop, arn)).toContain(
        `"arn:${partition}:ssm:${here}:parameter/shop/not`,
      );
    }
    await shop.sandbox.close();
  });
});
