import {
  CreateRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
  await shop.run(['put', 'sm:shop/api:key'], { stdin: 'x' });
});
afterEach(() => shop.sandbox.close());

async function inline(role: string): Promise<unknown> {
  const { PolicyDocument = '' } = await shop.iam.send(
    new GetRolePolicyCommand({ RoleName: role, PolicyName: 'ecs-secrets' }),
  );
  return JSON.parse(decodeURIComponent(PolicyDocument));
}

async function trust(role: string): Promise<unknown> {
  const { Role } = await shop.iam.send(new GetRoleCommand({ RoleName: role }));
  return JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''));
}

async function attached(role: string): Promise<(string | undefined)[]> {
  const { AttachedPolicies } = await shop.iam.send(
    new ListAttachedRolePoliciesCommand({ RoleName: role }),
  );
  return (AttachedPolicies ?? []).map(({ PolicyName }) => PolicyName);
}

const definition = (container: Record<string, unknown>): string =>
  JSON.stringify({ family: 'f', containerDefinitions: [{ name: 'c', image: 'i', ...container }] });

describe('role create', () => {
  test('makes a role that ECS may assume and that may read exactly the references', async () => {
    const seen = await shop.run([
      ...['role', 'create', 'shop-execution'],
      ...['--secret', '/shop/db', '--secret', 'sm:shop/api:key'],
    ]);
    expect(seen.code).toBe(0);
    expect(seen.stdout.replace(/arn:aws:secretsmanager:\S+/, 'ARN')).toBe(
      [
        'role arn:aws:iam::123456789012:role/shop-execution',
        '  create role: shop-execution',
        '  add inline policy: ecs-secrets',
        '    + secretsmanager:GetSecretValue on ARN',
        '    + ssm:GetParameters on arn:aws:ssm:us-east-1:123456789012:parameter/shop/db',
        '',
      ].join('\n'),
    );
    expect(await inline('shop-execution')).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ReadParameters',
          Effect: 'Allow',
          Action: 'ssm:GetParameters',
          Resource: ['arn:aws:ssm:us-east-1:123456789012:parameter/shop/db'],
        },
        {
          Sid: 'ReadSecrets',
          Effect: 'Allow',
          Action: 'secretsmanager:GetSecretValue',
          Resource: [
            expect.stringMatching(
              /^arn:aws:secretsmanager:us-east-1:123456789012:secret:shop\/api-\w{6}$/,
            ),
          ],
        },
      ],
    });
    expect(await trust('shop-execution')).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'EcsTasks',
          Effect: 'Allow',
          Principal: { Service: 'ecs-tasks.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: {
            ArnLike: { 'aws:SourceArn': 'arn:aws:ecs:us-east-1:123456789012:*' },
            StringEquals: { 'aws:SourceAccount': '123456789012' },
          },
        },
      ],
    });
    expect(await attached('shop-execution')).toEqual([]);
  });

  test('changes nothing the second time, and only what differs the third', async () => {
    const create = ['role', 'create', 'r', '--secret', '/shop/db'];
    await shop.run(create);
    expect(await shop.json(create)).toMatchObject({ changes: [] });
    expect((await shop.run(create)).stdout).toBe(
      'role arn:aws:iam::123456789012:role/r unchanged\n',
    );
    expect(await shop.json([...create, '--secret', 'sm:shop/api'])).toMatchObject({
      changes: [{ what: 'replace inline policy', detail: 'ecs-secrets' }],
    });
    const exact = [...create, '--no-source-condition', '--exact', '--yes'];
    expect(await shop.json(exact)).toMatchObject({
      changes: [{ what: 'set trust policy' }, { what: 'replace inline policy' }],
    });
    expect(JSON.stringify(await trust('r'))).not.toContain('Condition');
  });

  test('counts the other inline policies of the role before it changes anything', async () => {
    await shop.run(['role', 'create', 'r', '--secret', '/shop/db', '--no-source-condition']);
    const resources = Array.from(
      { length: 80 },
      (_, i) => `arn:aws:s3:::bucket-${i}/${'x'.repeat(60)}`,
    );
    const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: resources };
    await shop.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'r',
        PolicyName: 'theirs',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
      }),
    );
    const before = await trust('r');
    const many = Array.from({ length: 40 }, (_, i) => `/shop/a-rather-long-name-for-a-secret-${i}`);
    for (const name of many) await shop.run(['put', name], { stdin: 'x' });
    const argv = ['role', 'create', 'r', ...many.flatMap((name) => ['--secret', name])];
    const seen = await shop.run(argv);
    expect(seen.code).toBe(2);
    expect(seen.stderr).toMatch(
      /has \d+ characters, its other inline policies \d+; IAM allows 10240/,
    );
    expect(await trust('r')).toEqual(before);
  });

  test('with --dry-run tells the same changes and makes none', async () => {
    const create = ['role', 'create', 'r', '--secret', '/shop/db'];
    const dry = await shop.json([...create, '--dry-run']);
    await expect(shop.iam.send(new GetRoleCommand({ RoleName: 'r' }))).rejects.toThrow();
    expect((await shop.json(create)).changes).toEqual(dry.changes);
  });

  test('reads the references of files, standard input and families', async () => {
    const arn = 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/db';
    const text = definition({ secrets: [{ name: 'A', valueFrom: arn }] });
    const fromFile = ['role', 'create', 'r', '--task-definition', './task.json', '--dry-run'];
    const expected = { inlinePolicy: { Statement: [{ Resource: [arn] }] } };
    expect(await shop.json(fromFile, { files: { './task.json': text } })).toMatchObject(expected);
    const fromStdin = ['role', 'create', 'r', '--task-definition', '-', '--dry-run'];
    expect(await shop.json(fromStdin, { stdin: text })).toMatchObject(expected);
    await shop.run([
      'register',
      'web.json',
      '--secret',
      'A=/shop/db',
      '--execution-role',
      arnOfRole,
    ]);
    const fromFamily = ['role', 'create', 'r', '--task-definition', 'web', '--dry-run'];
    expect(await shop.json(fromFamily)).toMatchObject(expected);
  });

  test('grants the log options and the registry credentials of a task definition too', async () => {
    const text = definition({
      logConfiguration: {
        logDriver: 'splunk',
        secretOptions: [{ name: 'splunk-token', valueFrom: '/shop/db' }],
      },
      repositoryCredentials: { credentialsParameter: 'shop/api' },
    });
    const argv = ['role', 'create', 'r', '--task-definition', 't.json', '--dry-run'];
    const { inlinePolicy } = await shop.json(argv, { files: { 't.json': text } });
    expect(JSON.stringify(inlinePolicy)).toMatch(/parameter\/shop\/db.*secret:shop\/api-/);
  });

  test('grants kms:Decrypt where a customer-managed key encrypts the secret', async () => {
    const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
    const key = KeyMetadata?.KeyId ?? '';
    await shop.run(['put', '/shop/keyed', '--kms-key', key], { stdin: 'x' });
    await shop.run(['put', '/shop/aws-key', '--kms-key', 'alias/aws/ssm'], { stdin: 'x' });
    await shop.run(['role', 'create', 'r', '--secret', '/shop/keyed', '--secret', '/shop/aws-key']);
    expect(await inline('r')).toMatchObject({
      Statement: [
        { Sid: 'ReadParameters' },
        {
          Action: 'kms:Decrypt',
          Resource: [KeyMetadata?.Arn],
          Condition: {
            StringEquals: {
              'kms:ViaService': 'ssm.us-east-1.amazonaws.com',
              'kms:EncryptionContext:PARAMETER_ARN': [
                'arn:aws:ssm:us-east-1:123456789012:parameter/shop/keyed',
              ],
            },
          },
        },
      ],
    });
  });

  test.each([
    ['an image in ECR', { image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1' }, true],
    ['logs in CloudWatch', { logConfiguration: { logDriver: 'awslogs' } }, true],
    ['a public image', { image: 'httpd' }, false],
  ])('attaches the managed policy as needed: %s', async (_what, container, needed) => {
    const argv = ['role', 'create', 'r', '--task-definition', 't.json', '--secret', '/shop/db'];
    await shop.run(argv, { files: { 't.json': definition(container) } });
    expect(await attached('r')).toEqual(needed ? ['AmazonECSTaskExecutionRolePolicy'] : []);
  });

  test('with --managed-policy attaches always, detaches never', async () => {
    const create = ['role', 'create', 'r', '--secret', '/shop/db', '--managed-policy'];
    await shop.run([...create, 'always']);
    expect(await attached('r')).toEqual(['AmazonECSTaskExecutionRolePolicy']);
    await shop.run([...create, 'auto']);
    expect(await attached('r')).toEqual(['AmazonECSTaskExecutionRolePolicy']);
    await shop.run([...create, 'never']);
    expect(await attached('r')).toEqual(['AmazonECSTaskExecutionRolePolicy']);
    await shop.run([...create, 'never', '--exact', '--yes']);
    expect(await attached('r')).toEqual([]);
  });

  test('leaves policies of others alone, and mentions them', async () => {
    await shop.run(['role', 'create', 'r', '--secret', '/shop/db']);
    const theirs = await inline('r');
    await shop.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'r',
        PolicyName: 'theirs',
        PolicyDocument: JSON.stringify(theirs),
      }),
    );
    const seen = await shop.run(['role', 'create', 'r', '--secret', 'sm:shop/api']);
    expect(seen.stderr).toContain('kept, not created by this command: theirs');
    const { PolicyNames } = await shop.iam.send(new ListRolePoliciesCommand({ RoleName: 'r' }));
    expect(PolicyNames).toEqual(['ecs-secrets', 'theirs']);
  });

  test('with --exact does not take over a role that was made for something else', async () => {
    const document = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: ['ecs-tasks.amazonaws.com', 'lambda.amazonaws.com'] },
          Action: 'sts:AssumeRole',
        },
      ],
    };
    await shop.iam.send(
      new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: JSON.stringify(document) }),
    );
    const seen = await shop.run([
      'role',
      'create',
      'r',
      '--secret',
      '/shop/db',
      '--exact',
      '--yes',
    ]);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain(
      'may be assumed by lambda.amazonaws.com: it was made for something',
    );
    expect(await trust('r')).toEqual(document);
  });

  test('finishes what an earlier run left undone', async () => {
    const create = ['role', 'create', 'r', '--secret', '/shop/db', '--managed-policy', 'always'];
    shop.sandbox.inject({
      ...{ service: 'iam', operation: 'PutRolePolicy', code: 'MalformedPolicyDocument' },
      times: 1,
    });
    const first = await shop.run(create);
    expect(first.code).toBe(1);
    expect(await attached('r')).toEqual([]);
    expect(await shop.json(create)).toMatchObject({
      changes: [{ what: 'add inline policy' }, { what: 'attach managed policy' }],
    });
    expect(await inline('r')).toMatchObject({ Statement: [{ Sid: 'ReadParameters' }] });
  });

  test.each([
    ['nothing to grant', ['r'], 2, 'no references given'],
    ['a bad name', ['a b', '--secret', '/shop/db'], 2, 'role name "a b"'],
    ['a bad path', ['r', '--secret', '/shop/db', '--path', 'x'], 2, 'path "x"'],
    ['a bad reference', ['r', '--secret', 'a/b'], 2, 'must start with "/"'],
    ['a missing file', ['r', '--task-definition', 'no.json'], 1, 'cannot read no.json'],
    ['a missing family', ['r', '--task-definition', 'none'], 1, 'no task definition none'],
    ['a missing secret', ['r', '--secret', '/shop/none', '--secret', 'sm:none'], 1, '/shop/none'],
  ])('refuses %s', async (_what, argv, code, message) => {
    const seen = await shop.run(['role', 'create', ...argv]);
    expect(seen.stderr).toContain(message);
    expect(seen.code).toBe(code);
    await expect(shop.iam.send(new GetRoleCommand({ RoleName: 'r' }))).rejects.toThrow();
  });

  test('names every missing secret at once', async () => {
    const seen = await shop.run([
      'role',
      'create',
      'r',
      '--secret',
      '/shop/none',
      '--secret',
      'sm:none',
    ]);
    expect(seen.stderr).toMatch(/no secret ssm:\/shop\/none .*\n.*no secret sm:none /);
  });
});

const arnOfRole = 'arn:aws:iam::123456789012:role/x';
