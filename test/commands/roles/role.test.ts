import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  GetRoleCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, DisableKeyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { PutResourcePolicyCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'value' });
  await shop.run(['put', 'sm:shop/api:key'], { stdin: 'value' });
  const grant = ['--secret', '/shop/db', '--secret', 'sm:shop/api'];
  await shop.run(['role', 'create', 'r', ...grant]);
});
afterEach(() => shop.sandbox.close());

const account = '123456789012';
const parameter = `arn:aws:ssm:us-east-1:${account}:parameter/shop/db`;

interface Checked {
  findings: { what: string; action: string; verdict: string; why: string }[];
  unused: string[];
  simulated: boolean;
}

async function check(...argv: string[]): Promise<Checked & { code: number }> {
  const seen = await shop.run(['role', 'check', 'r', ...argv, '--json']);
  if (seen.stdout === '') throw new Error(seen.stderr);
  return { ...(JSON.parse(seen.stdout) as Checked), code: seen.code };
}

/** Replaces our inline policy by one of these statements. */
async function grantOnly(...Statement: object[]): Promise<void> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const PolicyName = 'ecs-secrets';
  await shop.iam.send(new PutRolePolicyCommand({ RoleName: 'r', PolicyName, PolicyDocument }));
}

const allow = (Action: string, Resource: string | string[]) => ({
  Effect: 'Allow',
  Action,
  Resource,
});

describe('role show', () => {
  test('tells what is granted, by which policy and statement', async () => {
    const seen = await shop.run(['role', 'show', 'r']);
    expect(seen.stdout).toMatch(
      /parameter\/shop\/db\tssm:GetParameters\t\tecs-secrets\tReadParameters\t\n/,
    );
    const { grants } = await shop.json(['role', 'show', `arn:aws:iam::${account}:role/r`]);
    expect(grants).toMatchObject([
      { action: 'ssm:GetParameters', resource: parameter, policy: 'ecs-secrets', kind: 'inline' },
      { action: 'secretsmanager:GetSecretValue', statement: 'ReadSecrets' },
    ]);
  });

  test('tells the boundary, denials and managed policies too', async () => {
    const boundary = `arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy`;
    await shop.iam.send(
      new PutRolePermissionsBoundaryCommand({ RoleName: 'r', PermissionsBoundary: boundary }),
    );
    await grantOnly({ Effect: 'Deny', Action: 'ssm:*', Resource: '*' });
    const seen = await shop.run(['role', 'show', 'r']);
    expect(seen.stdout).toMatch(/permissions boundary arn:[\s\S]*Deny/);
  });

  test('of a role that is not there fails', async () => {
    expect((await shop.run(['role', 'show', 'none'])).stderr).toContain('there is no role none');
  });
});

describe('role check', () => {
  test('finds everything allowed, and names what is not needed', async () => {
    const { code, findings, unused, simulated } = await check('--secret', '/shop/db');
    expect(code).toBe(0);
    expect(findings).toMatchObject([
      { what: 'trust', verdict: 'allowed' },
      { what: 'parameter/shop/db', verdict: 'allowed', why: 'ecs-secrets' },
    ]);
    expect(unused).toEqual([
      expect.stringMatching(
        /^secretsmanager:GetSecretValue on .*secret:shop\/api-\w{6} \(ecs-secrets\)$/,
      ),
    ]);
    expect(simulated).toBe(true);
  });

  test('reads what files, families and services refer to', async () => {
    const references = ['--secret', 'A=/shop/db', '--secret', 'B=sm:shop/api:key'];
    await shop.run(['register', 'web.json', ...references, '--execution-role', 'r']);
    await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
    for (const where of [
      ['--task-definition', 'web'],
      ['--service', 'shop/web'],
    ]) {
      const { code, findings } = await check(...where);
      expect(code).toBe(0);
      expect(findings).toHaveLength(3);
    }
  });

  test.each([
    ['nothing', [], 'missing', 'no policy of the role allows it'],
    [
      'the singular action',
      [allow('ssm:GetParameter', parameter)],
      'missing',
      'ssm:GetParameter is allowed, but ECS calls ssm:GetParameters',
    ],
    [
      'the name with its slash',
      [allow('ssm:GetParameters', parameter.replace('parameter/', 'parameter//'))],
      'missing',
      'a policy writes parameter//; the name follows without its own slash',
    ],
    [
      'a denial',
      [
        allow('ssm:GetParameters', '*'),
        { Effect: 'Deny', Action: 'ssm:*', Resource: '*', Condition: {} },
      ],
      'denied',
      'the policy ecs-secrets denies it',
    ],
    [
      'another region only',
      [
        {
          ...allow('ssm:GetParameters', '*'),
          Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
        },
      ],
      'missing',
      'no policy of the role allows it',
    ],
  ])('tells why under %s', async (_name, statements, verdict, why) => {
    const some = statements.length > 0 ? statements : [allow('s3:GetObject', '*')];
    await grantOnly(...some);
    const { code, findings } = await check('--secret', '/shop/db');
    expect(code).toBe(3);
    expect(findings[1]).toMatchObject({ verdict, why });
  });

  test('sees an ARN without its last six characters', async () => {
    const base = `arn:aws:secretsmanager:us-east-1:${account}:secret:shop/api`;
    await grantOnly(allow('secretsmanager:GetSecretValue', base));
    const { findings } = await check('--secret', 'sm:shop/api');
    expect(findings[1]?.why).toContain('without the six characters');
  });

  test('sees a boundary that does not allow it', async () => {
    const document = { Version: '2012-10-17', Statement: [allow('s3:*', '*')] };
    const { Policy } = await shop.iam.send(
      new CreatePolicyCommand({ PolicyName: 'b', PolicyDocument: JSON.stringify(document) }),
    );
    await shop.iam.send(
      new PutRolePermissionsBoundaryCommand({ RoleName: 'r', PermissionsBoundary: Policy?.Arn }),
    );
    const { code, findings } = await check('--secret', '/shop/db');
    expect(code).toBe(3);
    expect(findings[1]?.why).toMatch(/^the permissions boundary .* does not allow it$/);
  });

  test('sees a trust policy that does not let ECS in', async () => {
    for (const [Principal, Condition] of [
      [{ Service: 'lambda.amazonaws.com' }, {}],
      [
        { Service: 'ecs-tasks.amazonaws.com' },
        { StringEquals: { 'aws:SourceAccount': '999999999999' } },
      ],
    ]) {
      const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', Condition }];
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      await shop.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'r', PolicyDocument }));
      const { code, findings } = await check('--secret', '/shop/db');
      expect(code).toBe(3);
      expect(findings[0]).toMatchObject({ what: 'trust', verdict: 'missing' });
    }
  });

  test('sees keys: not granted, disabled, or closed by their own policy', async () => {
    const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata!.Arn!;
    await shop.run(['put', '/shop/db', '--kms-key', KeyId], { stdin: 'value' });
    const missing = await check('--secret', '/shop/db');
    expect(missing.findings[2]).toMatchObject({ action: 'kms:Decrypt', verdict: 'missing' });

    await shop.run(['role', 'create', 'r', '--secret', '/shop/db']);
    expect((await check('--secret', '/shop/db')).code).toBe(0);

    const Statement = [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:user/sandbox` },
        Action: 'kms:*',
        Resource: '*',
      },
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await shop.kms.send(new PutKeyPolicyCommand({ KeyId, Policy, PolicyName: 'default' }));
    const closed = await check('--secret', '/shop/db');
    expect(closed.findings[2]).toMatchObject({
      verdict: 'missing',
      why: 'the policy of the key neither names the role nor delegates to IAM',
    });

    await shop.kms.send(new DisableKeyCommand({ KeyId }));
    const disabled = await check('--secret', '/shop/db');
    expect(disabled.findings[2]).toMatchObject({ verdict: 'denied', why: 'the key is Disabled' });
  });

  test('sees a secret whose own policy denies it', async () => {
    const Statement = [
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
      },
    ];
    const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement });
    await shop.secrets.send(new PutResourcePolicyCommand({ SecretId: 'shop/api', ResourcePolicy }));
    const { code, findings } = await check('--secret', 'sm:shop/api');
    expect(code).toBe(3);
    expect(findings[1]).toMatchObject({
      verdict: 'denied',
      why: 'the policy of the resource denies it',
    });
  });

  test('tells what cannot be seen of another account, and does not count it as allowed', async () => {
    const theirs = 'arn:aws:secretsmanager:us-east-1:999999999999:secret:their/db-AbCdEf';
    shop.sandbox.inject({
      service: 'secretsmanager',
      operation: 'DescribeSecret',
      code: 'AccessDeniedException',
    });
    await shop.run(['role', 'create', 'r', '--secret', theirs]);
    const seen = await shop.run(['role', 'check', 'r', '--secret', theirs]);
    expect(seen.code).toBe(0);
    expect(seen.stdout).toMatch(/unknown\t.*whether account 999999999999 lets it in/);
    expect(seen.stderr).toContain(`the key of ${theirs} is not known`);
  });

  test('checks what images in ECR and logs in CloudWatch need', async () => {
    const definition = JSON.stringify({
      family: 'x',
      containerDefinitions: [
        {
          name: 'app',
          image: `${account}.dkr.ecr.us-east-1.amazonaws.com/team/app:1`,
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': '/ecs/app', 'awslogs-region': 'us-east-1' },
          },
        },
      ],
    });
    const files = { 'x.json': definition };
    const argv = ['role', 'check', 'r', '--task-definition', 'x.json'];
    const without = await shop.run(argv, { files });
    expect(without.code).toBe(3);
    expect(without.stdout).toMatch(/missing\timage of app\tecr:GetAuthorizationToken/);
    expect(without.stdout).toMatch(/missing\tlogs of app\tlogs:CreateLogStream/);
    await shop.run(['role', 'create', 'r', '--task-definition', 'x.json'], { files });
    expect((await shop.run(argv, { files })).code).toBe(0);
  });

  test('prints the command that grants what is missing', async () => {
    await shop.run(['put', 'sm:shop/new'], { stdin: 'x' });
    const argv = ['role', 'check', 'r', '--secret', 'shop/new', '--store', 'secrets-manager'];
    const files = { 'the web.json': '{"containerDefinitions":[{"name":"a","image":"x"}]}' };
    const seen = await shop.run([...argv, '--task-definition', 'the web.json'], { files });
    expect(seen.code).toBe(3);
    const [, told = ''] = /to grant what is missing: ecs-secrets (.*)\n/.exec(seen.stderr)!;
    expect(told).toBe(
      "role create r --task-definition 'the web.json' --secret shop/new --store secrets-manager",
    );
    const fix = told.replace(/'(.*)'/, 'FILE').split(' ');
    await shop.run(
      fix.map((word) => word.replace('FILE', 'the web.json')),
      { files },
    );
    expect((await check('--secret', '/shop/db', '--secret', 'sm:shop/new')).code).toBe(0);
  });

  test('prints no command for a Deny, which no grant changes', async () => {
    const Principal = { Service: 'ecs-tasks.amazonaws.com' };
    const Statement = [{ Effect: 'Deny', Principal, Action: 'sts:AssumeRole' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await shop.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'r', PolicyDocument }));
    const seen = await shop.run(['role', 'check', 'r', '--secret', '/shop/db']);
    expect(seen.code).toBe(3);
    expect(seen.stdout).toMatch(/denied\ttrust/);
    expect(seen.stderr).not.toContain('role create');
    await shop.run(['register', 'web.json', '--secret', 'A=/shop/db', '--execution-role', 'r']);
    const verified = await shop.run(['verify', 'web']);
    expect(verified.code).toBe(3);
    expect(verified.stdout).not.toContain('role create');
  });

  test('asks for something to check', async () => {
    expect((await shop.run(['role', 'check', 'r'])).code).toBe(2);
  });
});

describe('role delete', () => {
  test('takes everything off the role, and asks', async () => {
    const document = { Version: '2012-10-17', Statement: [allow('s3:*', '*')] };
    const { Policy } = await shop.iam.send(
      new CreatePolicyCommand({ PolicyName: 'theirs', PolicyDocument: JSON.stringify(document) }),
    );
    await shop.iam.send(
      new AttachRolePolicyCommand({ RoleName: 'r', PolicyArn: Policy?.Arn ?? '' }),
    );
    const no = await shop.run(['role', 'delete', 'r'], { terminal: { answer: 'n' } });
    expect(no.code).toBe(130);
    expect(no.stderr).toMatch(/inline policy ecs-secrets\ndetached: arn:.*theirs\n/);
    const dry = await shop.run(['role', 'delete', 'r', '--dry-run']);
    expect(dry.stdout).toContain('role r would be deleted');
    const done = await shop.run(['role', 'delete', 'r', '--yes']);
    expect(done).toMatchObject({ code: 0, stdout: 'role r deleted\n' });
    await expect(shop.iam.send(new GetRoleCommand({ RoleName: 'r' }))).rejects.toThrow();
    expect((await shop.run(['role', 'delete', 'r', '--yes'])).code).toBe(1);
  });

  test('refuses while a service has it, as execution role or task role', async () => {
    for (const [index, role] of ['executionRoleArn', 'taskRoleArn'].entries()) {
      const definition = JSON.stringify({
        family: `f${index}`,
        [role]: `arn:aws:iam::${account}:role/r`,
        containerDefinitions: [{ name: 'a', image: 'x', memory: 64 }],
      });
      await shop.run(['register', '-'], { stdin: definition });
      await shop.service({ cluster: 'shop', name: `s${index}`, taskDefinition: `f${index}` });
    }
    const seen = await shop.run(['role', 'delete', 'r', '--yes']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('is used by service shop/s0, service shop/s1');
    expect((await shop.run(['role', 'delete', 'r', '--yes', '--force'])).code).toBe(0);
  });

  test('does not delete a role that was made for something else', async () => {
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      ],
    });
    await shop.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'r', PolicyDocument }));
    expect((await shop.run(['role', 'delete', 'r', '--yes'])).code).toBe(1);
  });
});

describe('role create', () => {
  test('grants what does not exist yet by its name', async () => {
    const argv = ['role', 'create', 'n', '--secret', '/new/a', '--secret', 'sm:new/b'];
    expect((await shop.run(argv)).code).toBe(1);
    const { inlinePolicy } = await shop.json([...argv, '--allow-missing']);
    expect(JSON.stringify(inlinePolicy)).toContain(
      `arn:aws:secretsmanager:us-east-1:${account}:secret:new/b-??????`,
    );
    expect(JSON.stringify(inlinePolicy)).toContain(`:parameter/new/a"`);
  });

  test('grants environment files', async () => {
    const definition = JSON.stringify({
      family: 'x',
      containerDefinitions: [
        {
          name: 'a',
          image: 'x',
          memory: 64,
          environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::bucket/path/app.env' }],
        },
      ],
    });
    const files = { 'x.json': definition };
    const argv = ['role', 'create', 'n', '--task-definition', 'x.json', '--json'];
    const { inlinePolicy } = JSON.parse((await shop.run(argv, { files })).stdout) as {
      inlinePolicy: { Statement: object[] };
    };
    expect(inlinePolicy.Statement).toMatchObject([
      { Action: 's3:GetObject', Resource: ['arn:aws:s3:::bucket/path/app.env'] },
      { Action: 's3:GetBucketLocation', Resource: ['arn:aws:s3:::bucket'] },
    ]);
  });

  test('sets and changes a description', async () => {
    await shop.run(['role', 'create', 'r', '--secret', '/shop/db', '--description', 'for web']);
    const { Role } = await shop.iam.send(new GetRoleCommand({ RoleName: 'r' }));
    expect(Role?.Description).toBe('for web');
  });

  test('excludes --compact and --split from each other', async () => {
    const argv = ['role', 'create', 'r', '--secret', '/shop/db', '--compact', '--split'];
    expect((await shop.run(argv)).code).toBe(2);
  });
});

describe('a role that ECS does not see yet', () => {
  test('is waited for by register', async () => {
    shop.sandbox.inject({
      service: 'ecs',
      operation: 'RegisterTaskDefinition',
      code: 'ClientException',
      message: 'Role is not valid',
      times: 3,
    });
    const argv = ['register', 'web.json', '--secret', 'A=/shop/db', '--execution-role', 'r'];
    const seen = await shop.run(argv);
    expect(seen.code).toBe(0);
    expect(seen.stderr).toContain('IAM takes up to two minutes');
  });

  test('does not end a rotation that would succeed', async () => {
    await shop.sandbox.close();
    shop = await openShop({ iamDelay: 1_500 });
    await shop.run(['put', '/shop/db'], { stdin: 'one' });
    await shop.run(['role', 'create', 'old', '--secret', '/shop/db']);
    const references = ['--secret', 'A=/shop/db', '--execution-role'];
    await shop.run(['register', 'web.json', ...references, 'old']);
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    await shop.service({
      cluster: 'shop',
      name: 'web',
      taskDefinition: 'web',
      deploymentConfiguration: {},
    });
    await shop.run(['role', 'create', 'old', '--secret', '/shop/db', '--no-source-condition']);
    const seen = await shop.run(['rotate', '/shop/db', '--redeploy'], { stdin: 'two' });
    expect(seen.code).toBe(0);
    expect(await shop.injected('shop', 'web', 'A')).toEqual(['two']);
  });
});

describe('policy', () => {
  test('execution prints what role create would write', async () => {
    const { inlinePolicy } = await shop.json(['role', 'create', 'n', '--secret', '/shop/db']);
    expect(await shop.json(['policy', 'execution', '--secret', '/shop/db'])).toEqual(inlinePolicy);
    const empty = await shop.run(['policy', 'execution', '--task-definition', 'web.json']);
    expect(empty).toMatchObject({
      code: 0,
      stderr: 'note: no references: the execution role needs no inline policy\n',
    });
    expect(JSON.parse(empty.stdout)).toEqual({ Version: '2012-10-17', Statement: [] });
  });

  test('caller narrows by prefix, role, cluster and store', async () => {
    const printed = JSON.stringify(
      await shop.json([
        ...['policy', 'caller', '--for', 'put, register,rotate', '--prefix', '/shop/prod'],
        ...['--role', 'shop-execution', '--cluster', 'shop', '--store', 'parameter-store'],
      ]),
    );
    expect(printed).toContain(`parameter/shop/prod/*`);
    expect(printed).toContain(`:role/shop-execution`);
    expect(printed).toContain('"iam:PassedToService":"ecs-tasks.amazonaws.com"');
    expect(printed).toContain(`service/shop/*`);
    expect(printed).not.toContain('secretsmanager:');
    expect(printed).not.toContain('kms:');
  });

  test('caller needs no credentials', async () => {
    const env = { AWS_REGION: undefined };
    const policy = ['policy', 'caller', '--for', 'put,rotate'];
    const given = ['--account', '210987654321', '--region', 'cn-north-1'];
    const known = await run([...policy, ...given, '--debug'], { env });
    expect(known).toMatchObject({ code: 0, stderr: '' });
    expect(known.stdout).toContain('arn:aws-cn:ssm:cn-north-1:210987654321:parameter/*');

    const own = process.env;
    process.env = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
    process.env.AWS_EC2_METADATA_DISABLED = 'true';
    try {
      const half = await run([...policy, '--region', 'eu-west-1'], { env });
      expect(half.stdout).toContain('arn:aws:ssm:eu-west-1:ACCOUNT_ID:parameter/*');
      expect(half.stderr).toBe('note: replace ACCOUNT_ID (--account) in the policy\n');
      const none = await run(policy, { env });
      expect(none).toMatchObject({ code: 0 });
      expect(none.stdout).toContain('arn:aws:ssm:REGION:ACCOUNT_ID:parameter/*');
      expect(none.stderr).toContain('replace ACCOUNT_ID (--account) and REGION (--region)');
    } finally {
      process.env = own;
    }

    const wrong = await run([...policy, '--account', '123']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('is not an AWS account ID');
  });

  test('the Sid of a statement says what it is for, and is the only one of its name', async () => {
    const sids = async (commands: string): Promise<string[]> => {
      const argv = ['policy', 'caller', '--for', commands, '--account', '123456789012'];
      const { Statement } = (await shop.json(argv)) as { Statement: { Sid: string }[] };
      return Statement.map(({ Sid }) => Sid);
    };
    expect(await sids('put')).toEqual([
      'ReadAndWriteParameters',
      'FindParameters',
      'ReadAndWriteSecrets',
    ]);
    expect(await sids('verify')).toContain('FindResources');
    expect(await sids('role check')).toContain('FindParametersServices');
    const all = await sids('put,import,role,register,migrate,rotate,verify,diagnose,audit,stale');
    expect(all).toContain('PassRolesToEcsTasks');
    expect(new Set(all).size).toBe(all.length);
    for (const sid of all) expect(sid).toMatch(/^[A-Za-z0-9]{1,100}$/);
  });

  test('caller takes "role" for all its commands, and refuses what it does not know', async () => {
    const printed = JSON.stringify(await shop.json(['policy', 'caller', '--for', 'role']));
    for (const action of ['iam:CreateRole', 'iam:SimulatePrincipalPolicy', 'iam:DeleteRole']) {
      expect(printed).toContain(action);
    }
    const seen = await shop.run(['policy', 'caller', '--for', 'put,nope']);
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain('there is no policy for "nope"; there is for put, import');
  });
});
