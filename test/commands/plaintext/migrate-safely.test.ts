import { DescribeTaskDefinitionCommand, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateRoleCommand,
  GetRoleCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { valuesBelow } from '../../helpers/parameters.ts';
import { holdCall } from '../../helpers/hold-call.ts';
import type { Seen } from '../../helpers/run.ts';
import { latestRevision, openShop, type Shop } from '../../helpers/scene.ts';

// What migrate checks before it writes, and what it says when it ends early.
let shop: Shop;
/** Told each call that the sandbox answers, as `service operation`. */
let onCall: (call: string) => void;
beforeEach(async () => {
  onCall = () => undefined;
  shop = await openShop({
    log: (line) => {
      onCall(line);
    },
  });
  await shop.run(['put', '/shop/other'], { stdin: 'other' });
  await shop.json(['role', 'create', 'r', '--secret', '/shop/other']);
});
afterEach(() => shop.sandbox.close());

const account = '123456789012';
const argv = ['migrate', 'app.json', '--prefix', '/shop/app', '--yes'];
const definition = (more: object = {}, container: object = {}) => ({
  family: 'app',
  executionRoleArn: `arn:aws:iam::${account}:role/r`,
  containerDefinitions: [
    {
      ...{ name: 'web', image: 'httpd:2.4', memory: 64 },
      environment: [{ name: 'DB_PASSWORD', value: 'MARK-db-7Hq2sW9x' }],
      ...container,
    },
  ],
  ...more,
});
const migrate = (text: object, ...more: string[]): Promise<Seen> =>
  shop.run([...argv, ...more], { files: { 'app.json': JSON.stringify(text) } });

async function roles(): Promise<(string | undefined)[]> {
  return ((await shop.iam.send(new ListRolesCommand({}))).Roles ?? []).map(({ Arn }) => Arn);
}

describe('before the first write', () => {
  const theirs = { Version: '2012-10-17', Statement: [] as object[] };
  const s3 = (name: string) => ({
    Effect: 'Allow',
    Action: 's3:*',
    Resource: `arn:aws:s3:::${name}`,
  });
  const makeRole = async (name: string, effect: 'Allow' | 'Deny', policy?: object) => {
    const Principal = { Service: 'ecs-tasks.amazonaws.com' };
    const Statement = [{ Effect: effect, Principal, Action: 'sts:AssumeRole' }];
    const AssumeRolePolicyDocument = JSON.stringify({ ...theirs, Statement });
    await shop.iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
    if (!policy) return;
    const PolicyDocument = JSON.stringify({ ...theirs, Statement: [policy] });
    await shop.iam.send(
      new PutRolePolicyCommand({ RoleName: name, PolicyName: 'theirs', PolicyDocument }),
    );
  };
  const denied = (operation: string) => () => {
    shop.sandbox.inject({ service: 'iam', operation, code: 'AccessDenied' });
    return Promise.resolve();
  };
  const nothing = (): Promise<void> => Promise.resolve();

  test.each<[string, object, string[], RegExp, () => Promise<void>]>([
    [
      'a placeholder in the role',
      definition({ executionRoleArn: 'arn:aws:iam::<ACCOUNT_ID>:role/r' }),
      [],
      /executionRoleArn: the placeholder <ACCOUNT_ID> is not replaced/,
      nothing,
    ],
    [
      'an empty role',
      definition({ executionRoleArn: '' }),
      [],
      /executionRoleArn: it is missing/,
      nothing,
    ],
    [
      'a member of a wrong type',
      definition({}, { cpu: '10' }),
      [],
      /containerDefinitions\[0\]\.cpu: must be an integer, not a string/,
      nothing,
    ],
    ['a bad role', definition(), ['--execution-role', 'a b'], /"a b" is neither/, nothing],
    [
      'a role of another account',
      definition({ executionRoleArn: 'arn:aws:iam::999999999999:role/r' }),
      [],
      /belongs to another account \(999999999999\)/,
      nothing,
    ],
    [
      'a role under another path',
      definition({ executionRoleArn: `arn:aws:iam::${account}:role/team/r` }),
      [],
      /the role r exists under the path \//,
      nothing,
    ],
    [
      'a role that is not there and not to be made',
      definition(),
      ['--execution-role', 'none', '--no-role'],
      /there is no role none/,
      nothing,
    ],
    ['a role that may not be seen', definition(), [], /iam:GetRole\b/, denied('GetRole')],
    [
      'policies that may not be seen',
      definition(),
      [],
      /iam:GetRolePolicy/,
      denied('GetRolePolicy'),
    ],
    [
      'a role that denies ECS',
      definition(),
      ['--execution-role', 'closed'],
      /the trust policy of the role closed denies/,
      () => makeRole('closed', 'Deny'),
    ],
    [
      'a role without room',
      definition(),
      ['--execution-role', 'full'],
      /IAM allows 10240 for all inline policies/,
      () => makeRole('full', 'Allow', s3('x'.repeat(10_100))),
    ],
    [
      'a family that ECS does not accept',
      definition({ family: 'my app' }),
      [],
      /family: "my app"/,
      nothing,
    ],
    [
      'a secret that it refers to and that is not there',
      definition({}, { secrets: [{ name: 'X', valueFrom: '/shop/none' }] }),
      [],
      /there is no secret ssm:\/shop\/none/,
      nothing,
    ],
    ['a key that is not there', definition(), ['--kms-key', 'alias/none'], /alias\/none/, nothing],
    [
      'a file that cannot be written',
      definition(),
      ['--output-file', 'not-there/clean.json'],
      /cannot write not-there\/clean\.json/,
      nothing,
    ],
  ])('stops at %s, and says so in a dry run too', async (_what, text, more, message, before) => {
    await before();
    const there = await roles();
    for (const dryRun of [[], ['--dry-run']]) {
      const seen = await migrate(text, ...more, ...dryRun);
      expect(seen.code).not.toBe(0);
      expect(seen.stderr).toMatch(message);
      expect(seen.stdout + seen.stderr).not.toContain('MARK');
      expect(seen.stdout.includes('/shop/app/DB_PASSWORD')).toBe(dryRun.length > 0);
    }
    expect(await valuesBelow(shop.ssm, '/shop/app')).toEqual({});
    expect(await roles()).toEqual(there);
    await expect(latestRevision(shop.ecs, 'app')).rejects.toThrow();
  });

  test('a role that is not there is made where its ARN says', async () => {
    const arn = `arn:aws:iam::${account}:role/team/new`;
    const seen = await migrate(definition({ executionRoleArn: arn }));
    expect(seen, seen.stderr).toMatchObject({ code: 0 });
    const { Role } = await shop.iam.send(new GetRoleCommand({ RoleName: 'new' }));
    expect(Role?.Arn).toBe(arn);
    expect((await latestRevision(shop.ecs, 'app'))?.executionRoleArn).toBe(arn);
  });
});

/** Registers this many revisions that hold a value. */
async function registerOld(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const text = definition() as ConstructorParameters<typeof RegisterTaskDefinitionCommand>[0];
    await shop.ecs.send(new RegisterTaskDefinitionCommand(text));
  }
}

async function statusOf(revision: number): Promise<string | undefined> {
  const { taskDefinition } = await shop.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: `app:${revision}` }),
  );
  return taskDefinition?.status;
}

/** Has a service and a rule run the first two. */
async function pin(): Promise<void> {
  await shop.service({
    cluster: 'shop',
    name: 'other',
    taskDefinition: 'app:2',
    desiredCount: 0,
  });
  const events = new EventBridgeClient({
    ...{ endpoint: shop.sandbox.url, region: 'us-east-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const Arn = `arn:aws:ecs:us-east-1:${account}:cluster/shop`;
  const TaskDefinitionArn = `arn:aws:ecs:us-east-1:${account}:task-definition/app:1`;
  const target = { Id: '1', Arn, RoleArn: `arn:aws:iam::${account}:role/events` };
  await events.send(new PutRuleCommand({ Name: 'nightly', ScheduleExpression: 'rate(1 day)' }));
  const Targets = [{ ...target, EcsParameters: { TaskDefinitionArn } }];
  await events.send(new PutTargetsCommand({ Rule: 'nightly', Targets }));
}

describe('old revisions', () => {
  const old = [...argv, '--deregister-old'];
  const files = { 'app.json': JSON.stringify(definition()) };

  test.each([
    ['rules', 'events', 'ListRuleNamesByTarget', 'EventBridge rules'],
    ['schedules', 'scheduler', 'ListSchedules', 'EventBridge schedules'],
    ['services', 'ecs', 'ListServices', 'services and running tasks'],
  ])(
    'are kept while %s may not be seen, unless forced',
    async (_what, service, operation, what) => {
      await registerOld(3);
      await pin();
      shop.sandbox.inject({ service, operation, code: 'AccessDeniedException' });
      const seen = await shop.run(old, { files });
      expect(seen.code).toBe(1);
      expect(seen.stdout).toContain('1 stored');
      expect(seen.stdout).toContain('registered');
      expect(seen.stderr).toContain(`warning: not checked: ${what}`);
      expect(seen.stderr).toMatch(/error: no old revision was deregistered.*\nhint: .*--force/);
      expect(await Promise.all([1, 2, 3].map(statusOf))).toEqual(Array(3).fill('ACTIVE'));
      expect((await shop.run([...old, '--force'], { files })).code).toBe(0);
      expect(await statusOf(3)).toBe('INACTIVE');
    },
  );

  test('that a rule or a service runs stay, whatever is forced', async () => {
    await registerOld(3);
    await pin();
    const seen = await shop.run([...old, '--force'], { files });
    expect(seen.code).toBe(0);
    expect(seen.stdout).toMatch(/app:1 still holds .*: used by rule nightly\n/);
    expect(seen.stdout).toMatch(/app:2 still holds .*: used by service shop\/other\n/);
    expect(seen.stderr).toContain(
      'note: to make rules and schedules run the latest revision: ecs-secrets register app --schedules\n',
    );
    const moved = await shop.run(['register', 'app', '--schedules', '--yes']);
    expect(moved.code, moved.stderr).toBe(0);
    expect(moved.stdout).toMatch(
      /app:4 unchanged.*rule nightly, target 1: app:4 instead of app:1/s,
    );
    await shop.run([...old, '--force'], { files });
    expect(await Promise.all([1, 2, 3].map(statusOf))).toEqual(['INACTIVE', 'ACTIVE', 'INACTIVE']);
  });

  test('are looked at with a line that says how far it is', async () => {
    await registerOld(30);
    let time = Date.now();
    const seen = await shop.run(argv, { files, now: () => (time += 2_000) });
    expect(seen.stderr).toMatch(/^reading old revisions \d+\/30, [\d.]+ per second/m);
    const live = await shop.run(argv, { files, terminal: { answer: 'y' } });
    expect(live.stderr).toContain('[live] reading old revisions 7/30');
  });

  test('an interrupt while they are looked at leaves them, and tells what is done', async () => {
    await registerOld(30);
    const interrupt = new AbortController();
    let described = 0;
    onCall = (call) => {
      if (call.includes('RegisterTaskDefinition')) described = 1;
      else if (described > 0 && call.includes('DescribeTaskDefinition')) described += 1;
      if (described === 5) interrupt.abort();
    };
    const seen = await shop.run(old, { files, interrupted: interrupt.signal });
    expect(seen.code).toBe(130);
    expect(seen.stdout).toMatch(/1 stored, 0 there already\n[\s\S]*app:31 registered/);
    expect(seen.stderr).toContain('interrupted; no old revision was changed');
    expect(await statusOf(1)).toBe('ACTIVE');
  });

  test('an interrupt while they are deregistered tells how many are', async () => {
    await registerOld(5);
    await shop.json(argv, { files });
    const interrupt = new AbortController();
    let count = 0;
    onCall = (call) => {
      if (call.includes('DeregisterTaskDefinition')) count += 1;
      if (count === 2) interrupt.abort();
    };
    // The answer to the second call has as much time to arrive as with the real clock.
    const patient = { interrupted: interrupt.signal, longestPause: 5_000 };
    const seen = await shop.run(old, { files, ...patient });
    expect(seen.code).toBe(130);
    expect(seen.stderr).toContain('interrupted; 2 of 5 old revisions were deregistered');
    expect(seen.stdout.match(/: deregistered$/gm)).toHaveLength(2);
    const states = await Promise.all([1, 2, 3, 4, 5].map(statusOf));
    expect(states.filter((state) => state === 'INACTIVE')).toHaveLength(2);
    expect(await shop.run(old, { files })).toMatchObject({ code: 0 });
    expect(await Promise.all([1, 2, 3, 4, 5].map(statusOf))).toEqual(Array(5).fill('INACTIVE'));
  });

  test('an interrupt that cuts a call off tells how many are', async () => {
    await registerOld(3);
    await using held = await holdCall(shop.sandbox.url, 'DeregisterTaskDefinition');
    const interrupt = new AbortController();
    void held.arrived.then(() => {
      interrupt.abort();
    });
    const env = { ECS_SECRETS_ENDPOINT_URL: held.url };
    const seen = await shop.run(old, { files, env, interrupted: interrupt.signal });
    expect(seen.code).toBe(130);
    expect(seen.stderr).toMatch(
      /error: interrupted while ecs:DeregisterTaskDefinition .*; 0 of 3 old revisions were deregistered/,
    );
  });

  test('a failure on the way tells how far it came', async () => {
    await registerOld(3);
    const code = 'AccessDeniedException';
    const operation = 'DeleteTaskDefinitions';
    shop.sandbox.inject({ service: 'ecs', operation, code, times: 1 });
    const seen = await shop.run([...argv, '--delete-old'], { files });
    expect(seen.code).toBe(1);
    expect(seen.stdout.match(/: deregistered$/gm)).toHaveLength(3);
    const json = await shop.json([...argv, '--delete-old'], { files });
    expect(json.oldRevisions).toMatchObject(Array(3).fill({ retired: true }));
  });

  test('a no keeps them, and does not say that nothing was done', async () => {
    await shop.json(argv, { files });
    await registerOld(1);
    const clean = { 'app.json': JSON.stringify(definition({}, { environment: [] })) };
    const asked = old.filter((word) => word !== '--yes');
    expect((await shop.run(asked, { files: clean })).code).toBe(2);
    const seen = await shop.run(asked, { files: clean, terminal: { answer: 'n' } });
    expect(seen.code).toBe(130);
    expect(seen.stderr).toContain('Deregister app:2?');
    expect(seen.stderr).toContain('cancelled; no old revision was deregistered');
    expect(seen.stdout).toContain('app:3 registered');
    expect(await statusOf(2)).toBe('ACTIVE');
  });
});

test('a file that cannot be written after all does not hide the ARN', async () => {
  const files = { 'app.json': JSON.stringify(definition()) };
  const more = ['--output-file', 'out.json', '--deregister-old'];
  const seen = await shop.run([...argv, ...more], { files, full: ['out.json'] });
  const arn = `arn:aws:ecs:us-east-1:${account}:task-definition/app:1`;
  expect(seen.code).toBe(1);
  expect(seen.stdout).toContain(`${arn} registered`);
  expect(seen.stderr).toContain(
    `error: cannot write out.json: no space left on the device\nhint: ${arn} is registered; run the command again to write the file\n`,
  );
  expect((await shop.run([...argv, ...more], { files })).code).toBe(0);
  expect(files).toHaveProperty(['out.json']);
});

test('an interrupt before the first write ends it at once', async () => {
  const interrupt = new AbortController();
  onCall = (call) => {
    if (call.includes('DescribeParameters')) interrupt.abort();
  };
  const text = definition({}, { secrets: [{ name: 'X', valueFrom: '/shop/other' }] });
  const files = { 'app.json': JSON.stringify(text) };
  const seen = await shop.run(argv, { files, interrupted: interrupt.signal });
  expect(seen.code).toBe(130);
  expect(seen.stderr).toContain('interrupted; nothing was done');
  expect(await valuesBelow(shop.ssm, '/shop/app')).toEqual({});
});
