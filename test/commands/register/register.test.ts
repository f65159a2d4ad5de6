import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { latestRevision, openShop, webDefinition, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
  await shop.run(['put', 'sm:shop/api:key'], { stdin: 'x' });
  await shop.run(['role', 'create', 'shop-execution', '--secret', '/shop/db']);
});
afterEach(() => shop.sandbox.close());

const parameterArn = 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/db';
const roleArn = 'arn:aws:iam::123456789012:role/shop-execution';
const withSecret = ['--secret', 'DB=/shop/db', '--execution-role', 'shop-execution'];

async function revisions(): Promise<number> {
  const { taskDefinitionArns } = await shop.ecs.send(new ListTaskDefinitionsCommand({}));
  return taskDefinitionArns?.length ?? 0;
}

type Json = Record<string, unknown>;
const parsed = (): Json & { containerDefinitions: [Json] } =>
  JSON.parse(webDefinition) as Json & { containerDefinitions: [Json] };

describe('register', () => {
  test('sees a parameter that DescribeParameters does not list at first', async () => {
    const lag = { service: 'ssm', operation: 'DescribeParameters', lagMs: Infinity };
    shop.sandbox.inject({ ...lag, times: 2 });
    await shop.ssm.send(
      new PutParameterCommand({ Name: '/shop/new', Value: 'x', Type: 'SecureString' }),
    );
    const secret = ['--secret', 'NEW=/shop/new', '--execution-role', 'shop-execution'];
    const seen = await shop.run(['register', 'web.json', ...secret]);
    expect(seen, seen.stderr).toMatchObject({ code: 0 });
  });

  test('puts in the full ARNs as AWS knows them', async () => {
    const seen = await shop.run([
      ...['register', 'web.json', '--execution-role', 'shop-execution'],
      ...['--secret', 'web:DB=/shop/db', '--secret', 'KEY=sm:shop/api:key'],
      ...['--secret-option', 'splunk-token=sm:shop/api:key::'],
    ]);
    expect(seen.code).toBe(0);
    expect(seen.stderr).toMatch(
      /the role shop-execution does not allow .*role create shop-execution/,
    );
    expect(seen.stderr).not.toContain('mutable tag');
    const latest = await shop.run(['register', 'web.json', '--image', 'httpd:latest', '--dry-run']);
    expect(latest.stderr).toContain('note: images with a mutable tag: httpd:latest');
    const none = ['register', 'web.json', '--image', 'registry.example:5000/web', '--dry-run'];
    expect((await shop.run(none)).stderr).toContain('mutable tag: registry.example:5000/web');
    expect(seen.stdout).toMatch(
      /^arn:aws:ecs:us-east-1:123456789012:task-definition\/web:1 regist/,
    );
    const revision = await latestRevision(shop.ecs, 'web');
    const secretArn =
      /^arn:aws:secretsmanager:us-east-1:123456789012:secret:shop\/api-\w{6}:key::$/;
    expect(revision).toMatchObject({
      executionRoleArn: roleArn,
      containerDefinitions: [
        {
          secrets: [
            { name: 'DB', valueFrom: parameterArn },
            { name: 'KEY', valueFrom: expect.stringMatching(secretArn) as string },
          ],
          logConfiguration: {
            secretOptions: [
              { name: 'splunk-token', valueFrom: expect.stringMatching(secretArn) as string },
            ],
          },
        },
      ],
    });
  });

  test('does not register the same content again, unless forced', async () => {
    const register = ['register', 'web.json', ...withSecret];
    const first = await shop.json(register);
    const second = await shop.json(register);
    expect(first).toMatchObject({ action: 'registered' });
    expect(second).toMatchObject({
      action: 'unchanged',
      taskDefinitionArn: first.taskDefinitionArn,
    });
    expect(await revisions()).toBe(1);
    await shop.json([...register, '--force']);
    expect(await revisions()).toBe(2);
    expect(await shop.json([...register, '--image', 'httpd:2.5'])).toMatchObject({
      action: 'registered',
    });
  });

  test('starts from a registered family, and takes describe output and YAML', async () => {
    await shop.run(['register', 'web.json', ...withSecret]);
    const seen = await shop.json(['register', '--family', 'web', '--image', 'web=httpd:2.5']);
    expect(seen.taskDefinition).toMatchObject({
      containerDefinitions: [{ image: 'httpd:2.5', secrets: [{ valueFrom: parameterArn }] }],
    });
    const described = JSON.stringify({ taskDefinition: await latestRevision(shop.ecs, 'web') });
    expect(await shop.json(['register', '-'], { stdin: described })).toMatchObject({
      action: 'unchanged',
    });
    const yaml =
      'family: y\ncpu: 256\ncontainerDefinitions:\n  - name: a\n    image: b\n    memory: 64\n';
    const fromYaml = await shop.json(['register', 'y.yaml'], { files: { 'y.yaml': yaml } });
    expect(fromYaml.taskDefinition).toMatchObject({ family: 'y', cpu: '256' });
  });

  test('takes its family from --family when the file has none', async () => {
    const { family: _family, ...rest } = parsed();
    const files = { 'nameless.json': JSON.stringify(rest) };
    expect((await shop.run(['register', 'nameless.json'], { files })).stderr).toContain('--family');
    const seen = await shop.json(['register', 'nameless.json', '--family', 'named'], { files });
    expect(seen.taskDefinitionArn).toMatch(/named:1$/);
  });

  test('with --dry-run prints what it would register, and registers nothing', async () => {
    const seen = await shop.run(['register', 'web.json', ...withSecret, '--dry-run']);
    expect(JSON.parse(seen.stdout)).toMatchObject({
      executionRoleArn: roleArn,
      containerDefinitions: [{ secrets: [{ name: 'DB', valueFrom: parameterArn }] }],
    });
    expect(await revisions()).toBe(0);
  });

  test('stops at a secret or a role that does not exist, before anything is registered', async () => {
    const missing = await shop.run([
      ...['register', 'web.json', '--execution-role', 'shop-execution'],
      ...['--secret', 'A=/shop/none', '--secret', 'B=sm:none'],
    ]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/no secret ssm:\/shop\/none .*\n.*no secret sm:none /);
    const role = await shop.run([
      'register',
      'web.json',
      '--secret',
      'A=/shop/db',
      '--execution-role',
      'no',
    ]);
    expect(role.code).toBe(1);
    expect(role.stderr).toContain('there is no role no');
    expect(await revisions()).toBe(0);
  });

  test('passes on members that it does not know, with a warning, also with --strict', async () => {
    const [container] = parsed().containerDefinitions;
    const unknown = {
      ...parsed(),
      brandNew: { a: [1, { b: 'c' }] },
      containerDefinitions: [{ ...container, Secrets: [], linuxParameters: { swapp: 1 } }],
    };
    const files = { 'new.json': JSON.stringify(unknown) };
    const seen = await shop.run(['register', 'new.json', '--strict'], { files });
    expect(seen.code).toBe(0);
    for (const place of [
      'brandNew',
      'containerDefinitions[0].Secrets',
      'containerDefinitions[0].linuxParameters.swapp',
    ]) {
      expect(seen.stderr).toContain(`warning: ${place}: this release does not recognize it`);
    }
    // What the SDK does not know comes back, and is kept in the next revision.
    const next = await shop.json(['register', '--family', 'web', '--image', 'httpd:3']);
    expect(next.taskDefinition).toMatchObject({
      brandNew: { a: [1, { b: 'c' }] },
      containerDefinitions: [{ linuxParameters: { swapp: 1 } }],
    });
  });

  test('takes YAML with anchors and merges', async () => {
    const yaml =
      'family: m\nx: &base\n  image: httpd\n  memory: 64\ncontainerDefinitions:\n  - <<: *base\n    name: a\n';
    const seen = await shop.run(['register', 'm.yaml'], { files: { 'm.yaml': yaml } });
    expect(seen.code).toBe(0);
    expect(seen.stderr).toContain('warning: x: this release does not recognize it');
    const broken = await shop.run(['register', 'b.yaml'], { files: { 'b.yaml': 'a: *none\n' } });
    expect(broken.code).toBe(2);
  });

  test('warns of a secret without the value that is referred to', async () => {
    await shop.secrets.send(new CreateSecretCommand({ Name: 'empty' }));
    await shop.run(['put', 'sm:one'], { stdin: 'x' });
    const argv = ['register', 'web.json', '--execution-role', 'r'];
    await shop.run(['role', 'create', 'r', '--secret', 'sm:empty', '--secret', 'sm:one']);
    const references = ['E=sm:empty:key', 'P=sm:one::AWSPREVIOUS', 'O=sm:one'];
    const given = references.flatMap((reference) => ['--secret', reference]);
    const seen = await shop.run([...argv, ...given, '--dry-run', '--read-values']);
    expect(seen.code).toBe(0);
    expect(seen.stderr.match(/^warning: .*$/gm)).toEqual([
      expect.stringMatching(
        /secrets\[0\]\.valueFrom: sm:empty:key has no value yet, so no task can start; ecs-secrets put sm:empty:key/,
      ),
      expect.stringMatching(
        /secrets\[1\]\.valueFrom: sm:one has no version at the stage AWSPREVIOUS/,
      ),
    ]);
    const strict = await shop.run([...argv, ...given, '--strict']);
    expect(strict).toMatchObject({ code: 2, stdout: '' });
    await shop.run(['put', 'sm:empty:key'], { stdin: 'x' });
    const whole = await shop.run([...argv, '--secret', 'E=sm:empty:key', '--read-values']);
    expect(whole.stderr).not.toContain('warning');
  });

  test('tells the line and column of a broken file', async () => {
    const files = { 'bad.json': '{\n  "family": "x",\n  "containerDefinitions": [\n}' };
    const seen = await shop.run(['register', 'bad.json'], { files });
    expect(seen.code).toBe(2);
    expect(seen.stderr).toMatch(/bad\.json is not valid JSON: line 4, column 1/);
  });

  test('tells everything that is wrong with an input at once', async () => {
    const [container] = parsed().containerDefinitions;
    const definition = {
      containerDefinitions: [
        {
          ...container,
          environment: [{ name: 'DB', value: 'x' }],
          secrets: [
            { name: 'DB', valueFrom: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:a:key' },
            { name: 'C', valueFrom: 'arn:aws:nonsense' },
          ],
        },
      ],
    };
    const seen = await shop.run(['register', 'x.json'], {
      files: { 'x.json': JSON.stringify(definition) },
    });
    expect(seen.code).toBe(2);
    for (const problem of [
      'family: it is missing',
      '"DB" is in environment and in secrets',
      'secrets[0].valueFrom: malformed ARN',
      'ECS accepts none or three',
      'secrets[1].valueFrom: malformed ARN "arn:aws:nonsense"',
      'executionRoleArn: it is missing though secrets are referenced',
    ]) {
      expect(seen.stderr).toContain(problem);
    }
    expect(await revisions()).toBe(0);
  });

  test.each([
    ['nothing to register', ['register'], 'no task definition given'],
    [
      'an unknown container',
      ['register', 'web.json', '--secret', 'api:A=/shop/db'],
      'no container "api"',
    ],
    [
      'a secret without reference',
      ['register', 'web.json', '--secret', 'A'],
      '[CONTAINER:]NAME=REFERENCE',
    ],
    [
      'no execution role',
      ['register', 'web.json', '--secret', 'A=/shop/db'],
      'executionRoleArn: it is missing',
    ],
    [
      'another account',
      [
        'register',
        'web.json',
        '--secret',
        'A=arn:aws:ssm:us-east-1:999999999999:parameter/x',
        '--execution-role',
        'r',
      ],
      'its account is 999999999999',
    ],
    [
      'another partition',
      [
        'register',
        'web.json',
        '--secret',
        'A=arn:aws-cn:ssm:cn-north-1:123456789012:parameter/x',
        '--execution-role',
        'r',
      ],
      'its partition is aws-cn',
    ],
    [
      'the same variable twice',
      [
        'register',
        'web.json',
        '--secret',
        'A=/shop/db',
        '--secret',
        'web:A=sm:shop/api',
        '--execution-role',
        'r',
      ],
      'set twice',
    ],
  ])('refuses %s with exit code 2', async (_what, argv, message) => {
    const seen = await shop.run(argv);
    expect(seen.stderr).toContain(message);
    expect(seen.code).toBe(2);
    expect(await revisions()).toBe(0);
  });
});
