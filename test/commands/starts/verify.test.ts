import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterContainerInstanceCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateSecretCommand, PutResourcePolicyCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Finding } from '../../../src/model/failures/finding.ts';
import { makeNetwork, type NetworkPlan } from '../../helpers/network-scene.ts';
import type { Seen, Setting } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import {
  asDeployer,
  definition,
  jsonOf,
  runPrinted,
  stock,
  type Verified,
} from '../../helpers/start-scene.ts';
import { createDeployer, grantDeployer } from '../../sandbox/clients.ts';

// Every row of the table of start failures has a scene in test/commands/starts/start-failures.test.ts; here is what no
// row shows: targets, output, what is not checked, and fixes that several problems share.
let shop: Shop;
let api: string;
beforeEach(async () => {
  shop = await openShop();
  api = await stock(shop);
});
afterEach(() => shop.sandbox.close());

const account = '123456789012';

interface Answer {
  code: number;
  targets: Verified[];
  problems: number;
  warnings: number;
  notChecked: number;
}

/** What verify says of targets, in JSON. */
async function verify(argv: readonly string[], setting: Setting = {}): Promise<Answer> {
  const seen = await shop.run(['verify', ...argv, '--json'], setting);
  return { ...(jsonOf(seen) as Omit<Answer, 'code'>), code: seen.code };
}

/** What verify finds in a file with these secrets. */
async function findings(
  secrets: Record<string, string>,
  { argv = [], ...more }: { argv?: string[] } & Record<string, unknown> = {},
): Promise<Finding[]> {
  const files = { 'shop.json': JSON.stringify(definition(secrets, more)) };
  const { targets } = await verify(['shop.json', ...argv], { files });
  return targets[0]?.findings ?? [];
}

const wrong = (all: readonly Finding[], ...statuses: Finding['status'][]): Finding[] =>
  all.filter(({ status }) => (statuses.length > 0 ? statuses : ['problem']).includes(status));

async function register(of: Record<string, unknown>): Promise<void> {
  await shop.ecs.send(new RegisterTaskDefinitionCommand(of as never));
}

/** Adds a policy to the execution role. */
async function policy(name: string, ...Statement: object[]): Promise<void> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const of = { RoleName: 'shop-execution', PolicyName: name, PolicyDocument };
  await shop.iam.send(new PutRolePolicyCommand(of));
}

describe('what is told', () => {
  const logConfiguration = {
    logDriver: 'awslogs',
    options: { 'awslogs-group': '/shop/web', 'awslogs-region': 'us-east-1' },
  };

  /** Of a file with a secret that is missing, one that is pinned, and logs without a group. */
  async function told(argv: readonly string[], setting: Setting = {}): Promise<Seen> {
    const references = { DB: '/shop/db', GONE: '/shop/gone', OLD: `${api}:user:AWSPREVIOUS:` };
    await shop.run(['put', 'sm:shop/api:user'], { stdin: 'second' });
    const files = {
      'shop.json': JSON.stringify(definition(references, { container: { logConfiguration } })),
    };
    const seen = await shop.run(['verify', 'shop.json', ...argv], { files, ...setting });
    return { ...seen, stdout: seen.stdout.replaceAll(api.slice(-7), '-AbCdEf') };
  }

  test('has problems first, each with its command below, then warnings and a count', async () => {
    const seen = await told([]);
    expect(seen).toMatchObject({ code: 3, stderr: '' });
    expect(seen.stdout).toMatchInlineSnapshot(`
      "shop.json
        problem  web GONE: there is no parameter ssm:/shop/gone in us-east-1
                 Fix: ecs-secrets put ssm:/shop/gone
        problem  web: there is no log group /shop/web in us-east-1
                 Fix: aws logs create-log-group --log-group-name /shop/web --region us-east-1
        problem  parameter/shop/gone: ssm:GetParameters is not allowed: no policy of the role allows it
        problem  logs of web: logs:CreateLogStream is not allowed: no policy of the role allows it
        problem  logs of web: logs:PutLogEvents is not allowed: no policy of the role allows it
                 Fix: ecs-secrets role create shop-execution --task-definition shop.json
        warning  web OLD: it is pinned to the stage AWSPREVIOUS: a new value never reaches it
        9 checks passed, 3 not checked (--all lists them)
      "
    `);
  });

  test('has every check with --all, grouped, the worst first, and the commands at the end', async () => {
    const seen = await told(['--all']);
    expect(seen).toMatchObject({ code: 3, stderr: '' });
    expect(seen.stdout).toMatchInlineSnapshot(`
      "shop.json
        references
          problem      web GONE: there is no parameter ssm:/shop/gone in us-east-1
          warning      web OLD: it is pinned to the stage AWSPREVIOUS: a new value never reaches it
          ok           web DB: ssm:/shop/db exists
          ok           web OLD: arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-AbCdEf:user:AWSPREVIOUS: exists
        values
          not checked  web OLD: whether arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-AbCdEf has the key "user" is checked with --read-values
        execution role
          problem      parameter/shop/gone: ssm:GetParameters is not allowed: no policy of the role allows it
          ok           shop-execution: the execution role of web exists
          ok           shop-execution: sts:AssumeRole: the trust policy
          ok           parameter/shop/db: ssm:GetParameters: ecs-secrets
          ok           secret:shop/api-AbCdEf: secretsmanager:GetSecretValue: ecs-secrets
        images
          not checked  httpd:2.4: not in ECR; verify --read-images checks whether it exists
        logs
          problem      logs of web: logs:CreateLogStream is not allowed: no policy of the role allows it
          problem      logs of web: logs:PutLogEvents is not allowed: no policy of the role allows it
          problem      web: there is no log group /shop/web in us-east-1
        platform
          ok           Fargate platform version LATEST: it supports everything that the task definition uses
        form and limits
          ok           task definition: structure and size are valid for ECS
        your own permissions
          ok           shop-execution: you are allowed to pass the execution role (iam:PassRole)
        network
          not checked  ssm, secretsmanager, logs: whether they are reached is not known: a task definition names no subnets; verify CLUSTER/SERVICE looks at the network
        5 problems, 1 warning, 3 not checked

      To fix:
        ecs-secrets put ssm:/shop/gone
        aws logs create-log-group --log-group-name /shop/web --region us-east-1
        ecs-secrets role create shop-execution --task-definition shop.json
      "
    `);
  });

  test.each([80, 120])('has no line longer than %i columns but commands', async (columns) => {
    for (const argv of [[], ['--all']]) {
      const setting = { terminal: { answer: undefined }, size: { columns, rows: 24 } };
      const { stdout } = await told(argv, setting);
      const lines = stdout.split('\n').filter((line) => !/^ +(Fix: |Then: |ecs-|aws )/.test(line));
      expect(lines.length).toBeGreaterThan(8);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  test('prints a command that several problems share once, after those that come before', async () => {
    const gone = `arn:aws:secretsmanager:us-east-1:${account}:secret:gone-AbCdEf`;
    const files = { 'shop.json': JSON.stringify(definition({ DB: '/shop/new', GONE: gone })) };
    const { stdout } = await shop.run(['verify', 'shop.json'], { files });
    expect(stdout).toMatchInlineSnapshot(`
      "shop.json
        problem  web DB: there is no parameter ssm:/shop/new in us-east-1
                 Fix: ecs-secrets put ssm:/shop/new
        problem  web GONE: there is no secret arn:aws:secretsmanager:us-east-1:123456789012:secret:gone-AbCdEf in us-east-1
                 Fix: ecs-secrets put sm:gone
        problem  parameter/shop/new: ssm:GetParameters is not allowed: no policy of the role allows it
        problem  secret:gone-??????: secretsmanager:GetSecretValue is not allowed: no policy of the role allows it
                 Fix: ecs-secrets role create shop-execution --secret ssm:/shop/new --secret sm:gone
                 Then: ecs-secrets register shop.json --secret web:GONE=sm:gone
        5 checks passed, 2 not checked (--all lists them)
      "
    `);
  });

  test('is one line where nothing is wrong', async () => {
    const files = { 'shop.json': JSON.stringify(definition({ DB: '/shop/db' })) };
    const seen = await shop.run(['verify', 'shop.json'], { files });
    expect(seen).toEqual({
      code: 0,
      stdout: 'shop.json\n  no problems found, 7 checks passed, 2 not checked (--all lists them)\n',
      stderr: '',
    });
  });

  test('has the same in JSON', async () => {
    const gone = `arn:aws:secretsmanager:us-east-1:${account}:secret:gone-AbCdEf`;
    const files = { 'shop.json': JSON.stringify(definition({ DB: '/shop/db', GONE: gone })) };
    const { code, ...told } = await verify(['shop.json'], { files });
    expect(code).toBe(3);
    expect(told).toMatchObject({ problems: 2, warnings: 0, notChecked: 2 });
    const [target] = told.targets;
    expect(Object.keys(target ?? {})).toEqual(['target', 'findings', 'fix']);
    expect(target?.findings.find(({ check }) => check === 'existence')).toEqual({
      check: 'existence',
      status: 'ok',
      subject: 'web DB',
      message: 'ssm:/shop/db exists',
      fix: [],
    });
    expect(target?.findings.find(({ failure }) => failure === 'secret-missing')).toMatchObject({
      status: 'problem',
      subject: 'web GONE',
      fix: ['ecs-secrets put sm:gone', 'ecs-secrets register shop.json --secret web:GONE=sm:gone'],
    });
  });
});

describe('targets', () => {
  const good = { DB: '/shop/db' };

  test('are files, families, revisions, services and their ARNs, several at once', async () => {
    await register(definition(good));
    await register(definition({ DB: `${api}-x` }));
    await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web:1' });
    const file = definition(good);
    const yaml = `family: web
executionRoleArn: shop-execution
containerDefinitions:
  - name: web
    image: httpd:2.4
    memory: 64
    secrets:
      - { name: DB, valueFrom: /shop/db }
`;
    const arn = `arn:aws:ecs:us-east-1:${account}:task-definition/web:1`;
    const service = `arn:aws:ecs:us-east-1:${account}:service/shop/web`;
    const all = ['a.json', 'b.yaml', './shop/web', '-', 'web', 'web:1', arn, 'shop/web', service];
    const text = JSON.stringify(file);
    const { code, targets } = await verify(all, {
      stdin: text,
      files: { 'a.json': text, 'b.yaml': yaml, './shop/web': text },
    });
    expect(code).toBe(3);
    expect(targets.map(({ target }) => target)).toEqual(all);
    expect(
      targets.map(({ taskDefinition, service: name, findings: found }) => [
        taskDefinition?.replace(/^.*\//, ''),
        name,
        wrong(found).map(({ failure }) => failure),
      ]),
    ).toEqual([
      ...Array.from({ length: 4 }, () => [undefined, undefined, []]),
      ['web:2', undefined, ['secret-missing', 'secret-denied']],
      ['web:1', undefined, []],
      ['web:1', undefined, []],
      ['web:1', 'shop/web', []],
      ['web:1', 'shop/web', []],
    ]);
  });

  test.each([
    ['none.json', 'cannot read none.json: there is no such file', undefined],
    ['./shop/web', 'cannot read ./shop/web: there is no such file', undefined],
    ['none', 'there is no task definition none', /FAMILY:REVISION/],
    ['web:9', 'there is no task definition web:9', /FAMILY:REVISION/],
    [
      `arn:aws:ecs:us-east-1:${account}:task-definition/web:9`,
      'there is no task definition arn:',
      /FAMILY/,
    ],
    ['shop/none', 'there is no service shop/none', /CLUSTER\/SERVICE.*\.\/FILE/],
    ['none/web', 'there is no cluster none', /CLUSTER\/SERVICE.*\.\/FILE/],
  ])('%s that is not there fails', async (target, message, hint) => {
    await register(definition(good));
    await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
    const { code, stdout, stderr } = await shop.run(['verify', 'web', target]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`error: ${message}`);
    if (hint) expect(stderr).toMatch(hint);
    else expect(stderr).not.toContain('hint');
  });

  test('that are not there are told all at once', async () => {
    const { code, stderr } = await shop.run(['verify', 'a.json', 'none', 'shop/none', 'more']);
    expect(code).toBe(1);
    expect(stderr.match(/error: |hint: /g)).toHaveLength(5);
    expect(stderr).toMatch(/a\.json.*\n.*definition none\n.*cluster shop\n.*definition more\n/);
  });

  test.each([
    ['{', /standard input is not valid JSON/],
    ['{"family":"web"}', /containerDefinitions/],
  ])('a file that is no task definition: %s', async (stdin, message) => {
    const { code, stderr } = await shop.run(['verify', '-'], { stdin });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('warnings', () => {
  const habits: [string, (arn: string) => string, RegExp, string][] = [
    [
      'the stage AWSPREVIOUS',
      (arn) => `${arn}:user:AWSPREVIOUS:`,
      /pinned to the stage/,
      ':user::',
    ],
    ['a version id', (arn) => `${arn}:user::VERSION`, /pinned to version/, ':user::'],
    ['a partial ARN', (arn) => `${arn.slice(0, -7)}:user::`, /lacks the six characters/, ':user::'],
    ['a name with one slash', () => '/top', /Parameter Store stores it as top/, '=top'],
  ];

  test.each(habits)('%s is one, and fails with --strict only', async (_what, of, message, to) => {
    await shop.run(['put', 'sm:shop/api:user'], { stdin: 'second' });
    await shop.run(['put', '/top'], { stdin: 'value' });
    const everything = ['ssm:GetParameters', 'secretsmanager:GetSecretValue'];
    await policy('all', { Effect: 'Allow', Action: everything, Resource: '*' });
    const { versions } = await shop.json(['history', 'sm:shop/api']);
    const id = (versions as { version: string }[])[0]?.version ?? '';
    const valueFrom = of(api).replace('VERSION', id);
    const files = { 'shop.json': JSON.stringify(definition({ USER: valueFrom })) };

    const relaxed = await verify(['shop.json'], { files });
    expect(relaxed).toMatchObject({ code: 0, problems: 0, warnings: 1 });
    const [warning] = wrong(relaxed.targets[0]?.findings ?? [], 'warning');
    expect(warning?.message).toMatch(message);
    expect(warning?.fix.join()).toContain(to);
    expect(relaxed.targets[0]?.fix).toEqual([]);
    expect(await verify(['shop.json', '--strict'], { files })).toMatchObject({ code: 3 });

    await runPrinted(shop, warning?.fix ?? [], { files });
    expect(await verify(['web', '--strict'])).toMatchObject({ code: 0, warnings: 0 });
  });

  test('mending one keeps what another reference asks for', async () => {
    await shop.run(['put', 'sm:shop/api:user'], { stdin: 'second' });
    const { versions } = await shop.json(['history', 'sm:shop/api']);
    const id = (versions as { version: string }[])[0]?.version ?? '';
    const found = await findings({ USER: `${api.slice(0, -7)}:user::${id}` });
    const [denied] = wrong(found);
    expect(denied?.fix.join()).toContain(`:user::${id}`);
  });
});

describe('keys of a JSON secret', () => {
  test('are seen with --read-values', async () => {
    const use = { USER: `${api}:user::`, PORT: `${api}:port::`, NONE: `${api}:none::` };
    const unread = wrong(await findings(use), 'not-checked').filter((f) => f.check === 'value');
    expect(unread.map(({ message }) => message)).toEqual(
      ['user', 'port', 'none'].map(
        (key) => `whether ${api} has the key "${key}" is checked with --read-values`,
      ),
    );
    const read = await findings(use, { argv: ['--read-values'] });
    expect(read.filter(({ check }) => check === 'value')).toMatchObject([
      { status: 'ok', subject: 'web USER' },
      {
        status: 'warning',
        subject: 'web PORT',
        message: expect.stringContaining('12345678 as 1.2345678e+07') as string,
        fix: ['ecs-secrets put sm:shop/api:port'],
      },
      {
        status: 'problem',
        subject: 'web NONE',
        message: `${api} has no key "none"; it has user, port`,
        fix: ['ecs-secrets put sm:shop/api:none'],
        failure: 'json-key-missing',
      },
    ]);
    // The command of the warning does away with it.
    await runPrinted(shop, ['ecs-secrets put sm:shop/api:port'], { stdin: '5432' });
    const again = await findings(
      { PORT: `${api}:port::` },
      { argv: ['--read-values', '--strict'] },
    );
    expect(wrong(again, 'warning', 'problem')).toEqual([]);
  });

  test('a binary secret has none', async () => {
    const SecretBinary = new Uint8Array([1, 2, 3]);
    const { ARN = '' } = await shop.secrets.send(
      new CreateSecretCommand({ Name: 'shop/binary', SecretBinary }),
    );
    await policy('binary', { Effect: 'Allow', Action: 'secretsmanager:*', Resource: ARN });
    const read = await findings({ ALL: ARN, KEY: `${ARN}:user::` }, { argv: ['--read-values'] });
    expect(read.filter(({ check }) => check === 'value')).toMatchObject([
      {
        status: 'warning',
        subject: 'web ALL',
        message: expect.stringContaining('is binary') as string,
      },
      { status: 'problem', subject: 'web KEY', failure: 'secret-not-json', fix: [] },
    ]);
  });

  test('a wrong case and a partial ARN are mended by one edit', async () => {
    const partial = api.slice(0, -7);
    const files = { 'shop.json': JSON.stringify(definition({ USER: `${partial}:USER::` })) };
    const { targets } = await verify(['shop.json', '--read-values'], { files });
    await runPrinted(shop, targets[0]?.fix ?? [], { files });
    expect(await verify(['web', '--read-values'])).toMatchObject({
      code: 0,
      problems: 0,
      warnings: 0,
    });
  });
});

describe('what is not checked', () => {
  test('is told with the permission that is missing, and does not count', async () => {
    const logConfiguration = {
      logDriver: 'awslogs',
      options: { 'awslogs-group': '/shop/web', 'awslogs-region': 'us-east-1' },
    };
    const of = definition(
      { DB: '/shop/db', USER: `${api}:user::` },
      {
        container: {
          image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1',
          logConfiguration,
        },
      },
    );
    await register(of);
    await shop.service({
      cluster: 'shop',
      name: 'web',
      taskDefinition: 'web',
      desiredCount: 0,
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] },
      },
    });
    await createDeployer(shop, {
      Effect: 'Allow',
      Action: ['ecs:DescribeServices', 'ecs:DescribeTaskDefinition'],
      Resource: '*',
    });
    const answer = await asDeployer(shop, () => verify(['shop/web', '--read-values', '--strict']));
    expect(answer).toMatchObject({ code: 0, problems: 0, warnings: 0 });
    const open = wrong(answer.targets[0]?.findings ?? [], 'not-checked');
    const needs = open.map(({ check, message }) => [
      check,
      /\b\w+:[A-Z]\w+(?= on )/.exec(message)?.[0],
    ]);
    expect(needs).toEqual([
      ['existence', 'ssm:DescribeParameters'],
      ['existence', 'secretsmanager:DescribeSecret'],
      ['role', 'iam:GetRole'],
      ['image', 'ecr:DescribeImages'],
      ['logs', 'logs:DescribeLogGroups'],
      ['caller', 'iam:GetRole'],
      ['network', 'ec2:DescribeSubnets'],
    ]);
  });

  test('without the values only the values', async () => {
    await createDeployer(shop, [
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'secretsmanager:GetSecretValue', Resource: '*' },
    ]);
    const found = await asDeployer(shop, () =>
      findings({ USER: `${api}:user::` }, { argv: ['--read-values'] }),
    );
    expect(wrong(found, 'not-checked').map(({ check }) => check)).toEqual([
      'value',
      'image',
      'network',
    ]);
    expect(wrong(found, 'not-checked')[0]?.message).toContain('secretsmanager:GetSecretValue');
  });
});

describe("the caller's iam:PassRole", () => {
  const everythingElse = { Effect: 'Allow', NotAction: 'iam:PassRole', Resource: '*' };

  test('that is missing is a problem, with what to grant', async () => {
    await createDeployer(shop, everythingElse);
    const found = await asDeployer(shop, () => findings({ DB: '/shop/db' }));
    expect(wrong(found)).toMatchObject([
      {
        check: 'caller',
        subject: 'shop-execution',
        message:
          'you are not allowed to pass the execution role (iam:PassRole), as register and run-task need: no policy allows it',
        failure: 'role-not-passed',
        fix: ['ecs-secrets policy caller --for register'],
      },
    ]);
    await runPrinted(shop, wrong(found)[0]?.fix ?? []);
  });

  test.each([
    [
      'for this role and ECS',
      `arn:aws:iam::${account}:role/shop-execution`,
      'ecs-tasks.amazonaws.com',
      'ok',
    ],
    [
      'for another role',
      `arn:aws:iam::${account}:role/other`,
      'ecs-tasks.amazonaws.com',
      'problem',
    ],
    ['for another service', '*', 'ec2.amazonaws.com', 'problem'],
  ])('%s', async (_what, Resource, service, status) => {
    const Condition = { StringEquals: { 'iam:PassedToService': service } };
    await createDeployer(shop, [
      everythingElse,
      { Effect: 'Allow', Action: 'iam:PassRole', Resource, Condition },
    ]);
    const found = await asDeployer(shop, () => findings({ DB: '/shop/db' }));
    expect(found.filter(({ check }) => check === 'caller')).toMatchObject([{ status }]);
  });

  test('is asked for the task role too', async () => {
    await createDeployer(shop, everythingElse);
    await grantDeployer(shop, [
      everythingElse,
      { Effect: 'Deny', Action: 'iam:PassRole', Resource: '*' },
    ]);
    const taskRoleArn = `arn:aws:iam::${account}:role/task`;
    const found = await asDeployer(shop, () => findings({ DB: '/shop/db' }, { taskRoleArn }));
    expect(
      wrong(found.filter(({ check }) => check === 'caller')).map(({ message }) => message),
    ).toEqual([
      'you are not allowed to pass the execution role (iam:PassRole), as register and run-task need: a policy denies it',
      'you are not allowed to pass the task role (iam:PassRole), as register and run-task need: a policy denies it',
    ]);
  });
});

describe('the task role', () => {
  const taskRoleArn = `arn:aws:iam::${account}:role/shop-task`;
  const about = async (arn: string): Promise<Finding[]> =>
    (await findings({ DB: '/shop/db' }, { taskRoleArn: arn })).filter(
      ({ check, subject }) => ['role', 'trust'].includes(check) && subject === 'shop-task',
    );
  const trust = (...Statement: object[]): string =>
    JSON.stringify({ Version: '2012-10-17', Statement });
  const toEcs = {
    ...{ Effect: 'Allow', Action: 'sts:AssumeRole' },
    Principal: { Service: 'ecs-tasks.amazonaws.com' },
  };

  test('of this account exists and trusts ECS', async () => {
    expect(await about(taskRoleArn)).toMatchObject([
      { status: 'problem', message: 'the task role does not exist' },
    ]);
    expect(await about(taskRoleArn.replace(account, '210987654321'))).toMatchObject([
      {
        status: 'problem',
        message: `the task role belongs to account 210987654321; it must belong to the task's account`,
        fix: [],
      },
    ]);
    const AssumeRolePolicyDocument = trust(toEcs);
    const RoleName = 'shop-task';
    await shop.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    // ECS takes the name of a role too.
    for (const written of [taskRoleArn, RoleName]) {
      expect(await about(written)).toMatchObject([
        { check: 'role', status: 'ok', message: 'the task role exists' },
        { check: 'trust', status: 'ok', message: 'sts:AssumeRole: the trust policy' },
      ]);
    }
    for (const [PolicyDocument, status, fixes] of [
      [trust({ ...toEcs, Principal: { Service: 'lambda.amazonaws.com' } }), 'problem', 1],
      [trust(toEcs, { ...toEcs, Effect: 'Deny' }), 'problem', 0],
      [
        trust({ ...toEcs, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }),
        'not-checked',
        0,
      ],
    ] as const) {
      await shop.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
      const [, trusting] = await about(taskRoleArn);
      expect(trusting, PolicyDocument).toMatchObject({ check: 'trust', status });
      expect(trusting?.fix, PolicyDocument).toHaveLength(fixes);
    }
  });

  test('of a caller who may not see it is not checked', async () => {
    await createDeployer(shop, [
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'iam:GetRole', Resource: '*' },
    ]);
    const [finding] = await asDeployer(shop, () => about(taskRoleArn));
    expect(finding).toMatchObject({ status: 'not-checked' });
    expect(finding?.message).toMatch(/^the task role cannot be seen: .*iam:GetRole/);
  });
});

describe('what only an owner can decide has no command', () => {
  test('a permissions boundary that leaves the secret out', async () => {
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' },
    });
    const { Policy } = await shop.iam.send(
      new CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument }),
    );
    const PermissionsBoundary = Policy?.Arn ?? '';
    const of = { RoleName: 'shop-execution', PermissionsBoundary };
    await shop.iam.send(new PutRolePermissionsBoundaryCommand(of));
    const [problem, ...others] = wrong(await findings({ DB: '/shop/db' }));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ failure: 'parameter-denied', fix: [] });
    expect(problem?.message).toMatch(/boundary/);
  });

  test('an explicit deny', async () => {
    await policy('deny', { Effect: 'Deny', Action: 'ssm:*', Resource: '*' });
    const [problem, ...others] = wrong(await findings({ DB: '/shop/db' }));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ failure: 'parameter-denied', fix: [] });
    expect(problem?.message).toContain('the policy deny denies it');
  });

  test('a resource policy of the secret', async () => {
    const ResourcePolicy = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Deny',
        Principal: '*',
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
        Condition: { StringNotEquals: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/boss` } },
      },
    });
    await shop.secrets.send(new PutResourcePolicyCommand({ SecretId: api, ResourcePolicy }));
    const [problem, ...others] = wrong(await findings({ API: api }));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ failure: 'secret-denied', fix: [] });
    expect(problem?.message).toMatch(/the policy of the resource denies it/);
  });
});

describe('other places', () => {
  const elsewhere = (arn: string): string => arn.replace(account, '210987654321');

  test('a secret of another account is not put in this one', async () => {
    // AWS answers so where that account lets ours look.
    shop.sandbox.inject({
      service: 'secretsmanager',
      operation: 'DescribeSecret',
      code: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    });
    const found = wrong(await findings({ API: elsewhere(api), TOO: elsewhere(`${api}-x`) }));
    expect(found).toMatchObject([
      { check: 'existence', subject: 'web API', failure: 'secret-missing', fix: [] },
      { check: 'existence', subject: 'web TOO', failure: 'secret-missing', fix: [] },
    ]);
  });

  test('a secret of another account that shows itself to the role only is not missing', async () => {
    await createDeployer(shop, [
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'secretsmanager:*', Resource: elsewhere(api) },
    ]);
    await policy('foreign', {
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: '*',
    });
    const found = await asDeployer(shop, () => findings({ API: elsewhere(api) }));
    expect(wrong(found)).toEqual([]);
    const key = wrong(found, 'not-checked').find(({ check }) => check === 'key');
    expect(key?.message).toBe('the key of the secret: account 210987654321 does not disclose it');
  });

  test('a secret of another account that may not be described is not said to exist', async () => {
    const theirs = elsewhere(api);
    for (const there of [false, true]) {
      if (there) shop.sandbox.putForeignSecret({ arn: theirs, value: 'theirs' });
      const found = await findings({ API: theirs, DB: '/shop/db' });
      expect(found.filter(({ check }) => check === 'existence')).toMatchObject([
        {
          status: 'not-checked',
          subject: 'web API',
          message: expect.stringMatching(
            /^whether arn:\S+:210987654321:\S+ exists: access denied: secretsmanager:DescribeSecret/,
          ) as string,
          fix: [],
        },
        { status: 'ok', subject: 'web DB' },
      ]);
    }
  });

  test('a secret of another account whose value is read exists', async () => {
    const theirs = elsewhere(api);
    shop.sandbox.putForeignSecret({ arn: theirs, value: '{"user":"theirs"}' });
    await createDeployer(shop, [{ Effect: 'Allow', Action: '*', Resource: '*' }]);
    const argv = ['--read-values'];
    const found = await asDeployer(shop, () => findings({ API: `${theirs}:user::` }, { argv }));
    expect(found.find(({ check }) => check === 'existence')).toMatchObject({ status: 'ok' });
  });

  test('a parameter of another account is a problem that no command mends', async () => {
    const arn = 'arn:aws:ssm:us-east-1:210987654321:parameter/shop/db';
    const files = { 'shop.json': JSON.stringify(definition({ DB: arn })) };
    const { targets } = await verify(['shop.json'], { files });
    expect(targets[0]?.fix).toEqual([]);
    const [problem] = wrong(targets[0]?.findings ?? []);
    expect(problem).toMatchObject({ check: 'reference' });
    expect(problem?.message).toContain(
      'it belongs to account 210987654321; ECS reads parameters of its own',
    );
  });

  test('another partition is one, too', async () => {
    const found = wrong(
      await findings({
        API: api.replace('arn:aws:', 'arn:aws-cn:').replace('us-east-1', 'cn-north-1'),
      }),
    );
    expect(found[0]?.message).toBe('it is of the partition aws-cn; the task runs in aws');
    expect(found.flatMap(({ fix }) => fix)).toEqual([]);
  });

  test('what is missing in another region is put there', async () => {
    const there = 'arn:aws:ssm:eu-west-1:123456789012:parameter/far/db';
    const of = definition({
      FAR: there,
      API: `arn:aws:secretsmanager:eu-west-1:${account}:secret:far/api-AbCdEf`,
    });
    const files = { 'shop.json': JSON.stringify(of) };
    const { targets } = await verify(['shop.json'], { files });
    const fix = targets[0]?.fix ?? [];
    expect(fix.slice(0, 2)).toEqual([
      `ecs-secrets put ssm:/far/db --region eu-west-1`,
      'ecs-secrets put sm:far/api --region eu-west-1',
    ]);
    await runPrinted(shop, fix, { files, stdin: 'value' });
    expect(await verify(['web'])).toMatchObject({ code: 0 });
  });
});

describe('several problems at once', () => {
  /** Two secrets that are not there, a malformed reference, one too short, and a role that lacks all. */
  async function broken(): Promise<Record<string, unknown>> {
    await shop.run(['put', 'sm:shop/mail:user'], { stdin: 'value' });
    await shop.run(['role', 'create', 'poor', '--secret', '/shop/db']);
    const partial = api.slice(0, -7);
    return definition(
      {
        DB: '/shop/db',
        GONE: '/shop/gone',
        MAIL: 'shop/mail',
        USER: `${api}:user`,
        PORT: `${partial}:port:AWSPREVIOUS:`,
        LOST: `arn:aws:secretsmanager:us-east-1:${account}:secret:shop/lost-AbCdEf`,
      },
      { executionRoleArn: `arn:aws:iam::${account}:role/poor` },
    );
  }
  const ofKind = (fix: readonly string[], kind: string): string[] =>
    fix.filter((command) => command.startsWith(`ecs-secrets ${kind}`));

  test('of a file are put right by its commands, of which one registers and one grants', async () => {
    const files = { 'shop.json': JSON.stringify(await broken()) };
    const { code, targets } = await verify(['shop.json'], { files });
    expect(code).toBe(3);
    const fix = targets[0]?.fix ?? [];
    expect(ofKind(fix, 'put')).toEqual([
      'ecs-secrets put ssm:/shop/gone',
      'ecs-secrets put sm:shop/lost',
    ]);
    expect(ofKind(fix, 'role create poor')).toHaveLength(1);
    expect(ofKind(fix, 'register shop.json')).toHaveLength(1);
    expect(fix).toHaveLength(4);
    const own = wrong(targets[0]?.findings ?? []).flatMap((finding) => finding.fix);
    expect([...new Set(own)].sort()).toEqual(fix.toSorted());
    await runPrinted(shop, fix, { files, stdin: 'value' });
    expect(await verify(['web', '--strict'])).toMatchObject({ code: 0, problems: 0, warnings: 0 });
  });

  test('of a service are put right by its commands, the last of which deploys', async () => {
    await register(definition({ DB: '/shop/db' }));
    await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
    const of = await broken();
    // ECS does not register what is no name of a parameter at all; everything else it takes.
    await register(of);
    await shop.ecs.send(
      new CreateServiceCommand({
        ...{ cluster: 'shop', serviceName: 'next', taskDefinition: 'web', desiredCount: 1 },
        launchType: 'FARGATE',
      }),
    );
    const { code, targets } = await verify(['shop/next']);
    expect(code).toBe(3);
    const fix = targets[0]?.fix ?? [];
    expect(ofKind(fix, 'register --family web:2').join()).toMatch(/ --service shop\/next$/);
    await runPrinted(shop, fix, { stdin: 'value' });
    expect(await verify(['shop/next', '--strict'])).toMatchObject({
      code: 0,
      targets: [{ taskDefinition: expect.stringMatching(/web:3$/) as string }],
    });
    expect(await shop.injected('shop', 'next', 'GONE')).toEqual(['value']);
  });

  test('without a role one is made and named', async () => {
    const { executionRoleArn: _, ...of } = definition({ DB: '/shop/db', API: api });
    const files = { 'shop.json': JSON.stringify(of) };
    const { targets } = await verify(['shop.json'], { files });
    expect(targets[0]?.fix).toEqual([
      'ecs-secrets role create web-execution --task-definition shop.json',
      'ecs-secrets register shop.json --execution-role web-execution',
    ]);
    await runPrinted(shop, targets[0]?.fix ?? [], { files });
    expect(await verify(['web'])).toMatchObject({ code: 0 });
  });
});

describe('form, size and logs', () => {
  test('what RegisterTaskDefinition refuses is told', async () => {
    const environment = [
      { name: 'DB', value: 'x' },
      { name: 'BIG', value: 'x'.repeat(66_000) },
    ];
    const found = await findings({ DB: '/shop/db' }, { family: 'a b', container: { environment } });
    expect(
      wrong(found).map(({ check, subject, message }) => `${check} ${subject}: ${message}`),
    ).toEqual([
      'limits family: "a b" is not 1 to 255 letters, digits, "_" and "-"',
      'limits containerDefinitions[0]: "DB" is in environment and in secrets; remove it from environment',
      expect.stringMatching(/^limits task definition: .*has \d+ bytes; ECS accepts at most 65536/),
    ]);
  });

  test('a log group that ECS makes is well', async () => {
    const options = { 'awslogs-group': '/shop/web', 'awslogs-region': 'us-east-1' };
    const logs = (more: object): Record<string, unknown> => ({
      container: { logConfiguration: { logDriver: 'awslogs', options: { ...options, ...more } } },
    });
    await policy('logs', { Effect: 'Allow', Action: 'logs:*', Resource: '*' });
    const missing = wrong(await findings({ DB: '/shop/db' }, logs({})));
    expect(missing).toMatchObject([
      {
        failure: 'log-group-missing',
        fix: ['aws logs create-log-group --log-group-name /shop/web --region us-east-1'],
      },
    ]);
    expect(
      wrong(await findings({ DB: '/shop/db' }, logs({ 'awslogs-create-group': 'true' }))),
    ).toEqual([]);
  });
});

/** Makes a service without waiting for it. */
async function deploy(more: Record<string, unknown> = {}): Promise<void> {
  await shop.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
  await shop.ecs.send(
    new CreateServiceCommand({
      ...{ cluster: 'shop', serviceName: 'web', taskDefinition: 'web', desiredCount: 1 },
      launchType: 'FARGATE',
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
      ...more,
    }),
  );
}

/** Waits until the service says something. */
async function until(
  what: (service: { state?: string | undefined; events: string }) => boolean,
): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const described = new DescribeServicesCommand({ cluster: 'shop', services: ['web'] });
    const [service] = (await shop.ecs.send(described)).services ?? [];
    const primary = service?.deployments?.find(({ status }) => status === 'PRIMARY');
    const events = (service?.events ?? []).map(({ message }) => message).join('\n');
    if (what({ state: primary?.rolloutState, events })) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the service did not come to it');
}

interface Diagnosed {
  failures: { failure: string; source: string; evidence: Finding[]; fix: string[] }[];
  others: Finding[];
  fix: string[];
}

const diagnose = async (): Promise<Diagnosed & { code: number }> => {
  const seen = await shop.run(['diagnose', 'shop/web', '--json']);
  return { ...(jsonOf(seen) as Diagnosed), code: seen.code };
};

describe('the network of a service', () => {
  const plan: NetworkPlan = {
    routes: ['none'],
    publicIp: false,
    egress: 'all',
    endpoint: 'none',
    ingress: 'none',
    dnsSupport: true,
    dnsHostnames: true,
  };

  test.each([
    ['DB', 'parameter-store-unreachable', 'ssm'],
    ['API', 'secrets-manager-unreachable', 'secretsmanager'],
  ])('without a way out keeps %s from tasks', async (name, failure, service) => {
    await register(definition({ [name]: name === 'DB' ? '/shop/db' : api }));
    const awsvpcConfiguration = await makeNetwork(shop.ec2, plan, service);
    await deploy({ networkConfiguration: { awsvpcConfiguration } });
    const { code, targets } = await verify(['shop/web']);
    expect(code).toBe(3);
    const [target] = targets;
    expect(wrong(target?.findings ?? [])).toMatchObject([
      { check: 'network', failure, subject: `${service} in us-east-1` },
    ]);
    expect(target?.fix.at(-1)).toMatch(new RegExp(`^aws ec2 create-vpc-endpoint .*\\.${service} `));

    await until(({ state }) => state === 'FAILED');
    const diagnosis = await diagnose();
    expect(diagnosis).toMatchObject({ code: 3, failures: [{ failure }], others: [] });
    expect(diagnosis.fix).toEqual([
      ...(target?.fix ?? []),
      'ecs-secrets redeploy --service shop/web',
    ]);
    // Once is enough: the commands for the other differ by the service's name only.
    if (!inject('awsCli') || name !== 'DB') return;
    await runPrinted(shop, diagnosis.fix);
    await until(({ state }) => state === 'COMPLETED');
    expect(await verify(['shop/web'])).toMatchObject({ code: 0 });
  });
});

describe('container instances', () => {
  const secrets = { DB: '/shop/db', API: '' };
  const instance = async (agentVersion: string, containerInstanceArn?: string): Promise<string> => {
    const { containerInstance } = await shop.ecs.send(
      new RegisterContainerInstanceCommand({
        cluster: 'shop',
        containerInstanceArn,
        versionInfo: { agentVersion },
      }),
    );
    return containerInstance?.containerInstanceArn ?? '';
  };
  const onInstances = (): Record<string, unknown> =>
    definition(
      { ...secrets, API: api },
      {
        requiresCompatibilities: ['EC2'],
        networkMode: 'bridge',
        container: { memory: 64 },
      },
    );

  test('with an agent that is too old take no task, until it is updated', async () => {
    await register(onInstances());
    await shop.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
    const arn = await instance('1.20.0');
    await deploy({ launchType: 'EC2' });
    const { code, targets } = await verify(['shop/web']);
    expect(code).toBe(3);
    const [problem, ...others] = wrong(targets[0]?.findings ?? []);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      check: 'platform',
      failure: 'attribute-missing',
      fix: [
        `aws ecs update-container-agent --cluster shop --container-instance ${arn} --region us-east-1`,
      ],
    });
    expect(problem?.message).toMatch(/agent is too old for .*1\.22\.0.*1\.23\.0/);

    await until(({ events }) => events.includes('unable to place a task'));
    const diagnosis = await diagnose();
    expect(diagnosis).toMatchObject({
      code: 3,
      failures: [{ failure: 'attribute-missing', source: 'event' }],
      others: [],
    });
    expect(diagnosis.fix).toEqual([
      ...(problem?.fix ?? []),
      'ecs-secrets redeploy --service shop/web',
    ]);

    // What UpdateContainerAgent leads to; the sandbox's instances have no agent of their own.
    expect(await instance('1.90.0', arn)).toBe(arn);
    await runPrinted(shop, diagnosis.fix.slice(-1));
    expect(await verify(['shop/web'])).toMatchObject({ code: 0 });
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['first']);
  });

  test('of which some are new enough are a warning', async () => {
    await register(onInstances());
    await shop.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
    await instance('1.20.0');
    await instance('1.90.0');
    await deploy({ launchType: 'EC2' });
    expect(await verify(['shop/web'])).toMatchObject({ code: 0, warnings: 1 });
    expect(await verify(['shop/web', '--strict'])).toMatchObject({ code: 3 });
  });
});

describe('the platform version', () => {
  test('1.3.0 has no JSON keys', async () => {
    await register(definition({ USER: `${api}:user::` }));
    await deploy({ platformVersion: '1.3.0', desiredCount: 0 });
    const { code, targets } = await verify(['shop/web']);
    expect(code).toBe(3);
    const [problem, ...others] = wrong(targets[0]?.findings ?? []);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      check: 'platform',
      subject: 'Fargate platform version 1.3.0',
      fix: [
        'aws ecs update-service --cluster shop --service web --platform-version LATEST --region us-east-1',
      ],
    });
    expect(problem?.message).toMatch(/^it is too old for .*1\.4\.0/);
    if (!inject('awsCli')) return;
    await runPrinted(shop, problem?.fix ?? []);
    expect(await verify(['shop/web'])).toMatchObject({ code: 0 });
  });
});
