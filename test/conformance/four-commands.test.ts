import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { backends, open, unique, type Answer, type Backend } from './backends.ts';

// The same scenario, through the built program and read back by the AWS CLI, against the sandbox
// and against moto: code of others that believes to know what AWS does.
describe.each(backends())('the four commands against %s', (name) => {
  let backend: Backend;
  let file: string;
  const role = unique('role');
  const family = unique('web');
  const cluster = unique('cluster');
  const parameter = `/${unique('shop')}/db-password`;
  const secret = unique('splunk');
  const cli = inject('awsCli');

  beforeAll(async () => {
    backend = await open(name);
    file = join(await mkdtemp(join(tmpdir(), 'ecs-secrets-')), 'web.json');
    await writeFile(
      file,
      await readFile(new URL('./web-splunk.task-definition.json', import.meta.url), 'utf8'),
    );
  });
  afterAll(() => backend.close());

  async function done(argv: readonly string[], stdin?: string): Promise<Answer> {
    const seen = await backend.run([...argv, '--json'], stdin);
    expect(seen).toMatchObject({ code: 0 });
    return JSON.parse(seen.stdout);
  }

  test('put stores a SecureString, and a secret', async () => {
    expect(await done(['put', parameter], 'one')).toMatchObject({ action: 'created', version: 1 });
    expect(await done(['put', parameter], 'one')).toMatchObject({ action: 'unchanged' });
    expect(await done(['put', `sm:${secret}`], 'token')).toMatchObject({ action: 'created' });
    expect(await done(['put', `sm:${secret}`], 'token')).toMatchObject({ action: 'unchanged' });
  });

  test.runIf(cli)('the AWS CLI reads what put stored', async () => {
    const stored = await backend.aws(
      'ssm',
      'get-parameter',
      '--name',
      parameter,
      '--with-decryption',
    );
    expect(stored.Parameter).toMatchObject({ Value: 'one', Type: 'SecureString', Version: 1 });
    const plain = await backend.aws('ssm', 'get-parameter', '--name', parameter);
    expect(plain.Parameter.Value).not.toBe('one');
    const read = await backend.aws('secretsmanager', 'get-secret-value', '--secret-id', secret);
    expect(read.SecretString).toBe('token');
  });

  test.runIf(cli)('put sees what the AWS CLI stored', async () => {
    const theirs = `/${unique('shop')}/theirs`;
    await backend.aws(
      'ssm',
      'put-parameter',
      '--name',
      theirs,
      '--type',
      'SecureString',
      '--value',
      'x',
    );
    expect(await done(['put', theirs], 'x')).toMatchObject({ action: 'unchanged' });
    expect(await done(['put', theirs], 'y')).toMatchObject({ action: 'updated', version: 2 });
  });

  test('role create makes the role, and finds it unchanged', async () => {
    const create = ['role', 'create', role, '--secret', parameter, '--secret', `sm:${secret}`];
    expect(await done(create)).toMatchObject({
      changes: [{ what: 'create role' }, { what: 'add inline policy' }],
    });
    expect(await done(create)).toMatchObject({ changes: [] });
  });

  test.runIf(cli)('the AWS CLI reads the documented policies of the role', async () => {
    const policy = ['--role-name', role, '--policy-name', 'ecs-secrets'];
    const { PolicyDocument } = await backend.aws('iam', 'get-role-policy', ...policy);
    expect(PolicyDocument.Statement).toMatchObject([
      {
        Effect: 'Allow',
        Action: 'ssm:GetParameters',
        Resource: [
          expect.stringMatching(/^arn:aws:ssm:.*:123456789012:parameter\/shop-.*\/db-password$/),
        ],
      },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: [expect.stringMatching(new RegExp(`:secret:${secret}-\\w{6}$`))],
      },
    ]);
    const { Role } = await backend.aws('iam', 'get-role', '--role-name', role);
    expect(Role.AssumeRolePolicyDocument.Statement[0]).toMatchObject({
      Principal: { Service: 'ecs-tasks.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
    });
  });

  const register = () => [
    ...['register', file, '--family', family, '--execution-role', role],
    ...['--secret', `DATABASE_PASSWORD=${parameter}`],
    ...['--secret-option', `splunk-token=sm:${secret}`],
  ];

  test('register puts in full ARNs, and does not register the same again', async () => {
    const first = await done(register());
    expect(first.action).toBe('registered');
    const second = await done(register());
    expect(second).toMatchObject({
      action: 'unchanged',
      taskDefinitionArn: first.taskDefinitionArn,
    });
  });

  test.runIf(cli)('the AWS CLI sees the full ARNs', async () => {
    const shown = await backend.aws('ecs', 'describe-task-definition', '--task-definition', family);
    const [container] = shown.taskDefinition.containerDefinitions;
    expect(container.secrets).toEqual([
      {
        name: 'DATABASE_PASSWORD',
        valueFrom: expect.stringMatching(/^arn:aws:ssm:.*:parameter\/shop-/) as string,
      },
    ]);
    expect(container.logConfiguration.secretOptions).toEqual([
      {
        name: 'splunk-token',
        valueFrom: expect.stringMatching(new RegExp(`:secret:${secret}-\\w{6}$`)) as string,
      },
    ]);
    expect(shown.taskDefinition.executionRoleArn).toMatch(new RegExp(`:role/${role}$`));
  });

  test('register stops at a secret that does not exist', async () => {
    const seen = await backend.run([...register(), '--secret', 'OTHER=/shop/none']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('there is no secret ssm:/shop/none');
  });

  test.runIf(cli)('rotate --redeploy gives the service a new deployment', async () => {
    await backend.aws('ecs', 'create-cluster', '--cluster-name', cluster);
    const service = ['--cluster', cluster, '--service-name', 'web', '--task-definition', family];
    const created = await backend.aws('ecs', 'create-service', ...service, '--desired-count', '1');
    const rotated = await done(['rotate', parameter, '--redeploy', '--no-wait'], 'two');
    expect(rotated).toMatchObject({
      action: 'updated',
      version: 2,
      previousVersion: 1,
      deployments: [{ service: 'web' }],
    });
    const shown = await backend.aws(
      'ecs',
      'describe-services',
      '--cluster',
      cluster,
      '--services',
      'web',
    );
    const primary = shown.services[0].deployments.find((one: Answer) => one.status === 'PRIMARY');
    expect(primary.id).toBe(rotated.deployments[0].deploymentId);
    expect(primary.id).not.toBe(created.service.deployments[0].id);
    const stored = await backend.aws(
      'ssm',
      'get-parameter',
      '--name',
      parameter,
      '--with-decryption',
    );
    expect(stored.Parameter.Value).toBe('two');
  });

  test.runIf(cli)('rotate --redeploy follows the deployment to its end', async () => {
    // Deployments in moto never finish: there the time limit is what can be seen.
    const [limit, code, end] =
      name === 'moto' ? ['1s', 5, /timed-out after \d+ s/] : ['25s', 0, /redeployed in \d+ s/];
    const argv = ['rotate', parameter, '--redeploy', '--timeout', limit];
    const seen = await backend.run(argv, 'three');
    expect(seen.code).toBe(code);
    expect(seen.stdout).toMatch(end);
  });
});
