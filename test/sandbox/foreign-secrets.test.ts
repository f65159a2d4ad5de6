import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { expect, test, vi } from 'vitest';
import { assume, createDeployer, errorOf, openScene } from './clients.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:999999999999:secret:theirs/db-AbCdEf';
const asked = { SecretId: arn };
const everything = { Effect: 'Allow', Action: '*', Resource: '*' };

const refusal = (user: string, action: string) => ({
  name: 'AccessDeniedException',
  message:
    `User: arn:aws:${user} is not authorized to perform: secretsmanager:${action} on resource: ` +
    `${arn} because no resource-based policy allows the secretsmanager:${action} action`,
});

test('a secret of another account is denied, whether it is there or not', async () => {
  await using scene = await openScene();
  const { sandbox, secrets } = scene;
  await secrets.send(new CreateSecretCommand({ Name: 'ours', SecretString: 'x' }));
  for (const there of [false, true]) {
    if (there) sandbox.putForeignSecret({ arn, value: 'secret' });
    const user = 'iam::123456789012:user/sandbox';
    expect(await errorOf(secrets.send(new DescribeSecretCommand(asked)))).toEqual(
      refusal(user, 'DescribeSecret'),
    );
    expect(await errorOf(secrets.send(new GetSecretValueCommand(asked)))).toEqual(
      refusal(user, 'GetSecretValue'),
    );
    expect(await errorOf(secrets.send(new ListSecretVersionIdsCommand(asked)))).toEqual(
      refusal(user, 'ListSecretVersionIds'),
    );
    const put = new PutSecretValueCommand({ ...asked, SecretString: 'x' });
    expect(await errorOf(secrets.send(put))).toEqual(refusal(user, 'PutSecretValue'));
    const batch = new BatchGetSecretValueCommand({ SecretIdList: [arn, 'ours'] });
    expect(await secrets.send(batch)).toMatchObject({
      SecretValues: [{ Name: 'ours' }],
      Errors: [{ SecretId: arn, ErrorCode: 'AccessDeniedException' }],
    });
    const { SecretList } = await secrets.send(new ListSecretsCommand({}));
    expect(SecretList?.map(({ Name }) => Name)).toEqual(['ours']);
  }
});

test('a role may read it by its full ARN where its own policy allows it, and nothing else', async () => {
  await using scene = await openScene();
  scene.sandbox.putForeignSecret({ arn, value: 'first' });
  await createDeployer(scene, everything);
  const { secrets } = await assume(scene);
  const read = (more: object = {}) =>
    secrets.send(new GetSecretValueCommand({ ...asked, ...more }));
  const first = await read();
  expect(first).toMatchObject({ ARN: arn, Name: 'theirs/db', SecretString: 'first' });
  expect(await read({ VersionStage: 'AWSCURRENT', VersionId: first.VersionId })).toMatchObject({
    SecretString: 'first',
  });
  expect(await errorOf(read({ VersionStage: 'AWSPREVIOUS' }))).toMatchObject({
    name: 'ResourceNotFoundException',
  });
  expect(await errorOf(read({ SecretId: arn.slice(0, -7) }))).toMatchObject({
    name: 'AccessDeniedException',
  });
  const user = 'sts::123456789012:assumed-role/deployer/ci';
  expect(await errorOf(secrets.send(new DescribeSecretCommand(asked)))).toEqual(
    refusal(user, 'DescribeSecret'),
  );
  scene.sandbox.putForeignSecret({ arn, value: 'second' });
  const second = await read();
  expect(second.SecretString).toBe('second');
  expect(second.VersionId).not.toBe(first.VersionId);
});

test('a role whose own policy does not allow it is denied for that reason', async () => {
  await using scene = await openScene();
  scene.sandbox.putForeignSecret({ arn, value: 'x' });
  await createDeployer(scene, { Effect: 'Allow', Action: 'ssm:*', Resource: '*' });
  const { secrets } = await assume(scene);
  expect(await errorOf(secrets.send(new GetSecretValueCommand(asked)))).toMatchObject({
    message: expect.stringContaining('because no identity-based policy allows') as string,
  });
});

test('a task gets its value', async () => {
  await using scene = await openScene({ ecs: { tickMs: 2, taskStartMs: 6, settleMs: 2 } });
  const { ecs, iam, sandbox } = scene;
  sandbox.putForeignSecret({ arn, value: '{"user":"bob"}' });
  const RoleName = 'execution';
  const policy = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: statement });
  const Principal = { Service: 'ecs-tasks.amazonaws.com' };
  const trust = policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }),
  );
  const PolicyDocument = policy({ ...everything, Resource: arn });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
  await ecs.send(new CreateClusterCommand({ clusterName: 'c' }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'f',
      executionRoleArn: Role!.Arn!,
      containerDefinitions: [
        { name: 'app', image: 'nginx', secrets: [{ name: 'USER', valueFrom: `${arn}:user::` }] },
      ],
    }),
  );
  const { tasks } = await ecs.send(new RunTaskCommand({ cluster: 'c', taskDefinition: 'f' }));
  const task = tasks![0]!.taskArn!;
  await vi.waitFor(async () => {
    const { tasks: seen } = await ecs.send(
      new DescribeTasksCommand({ cluster: 'c', tasks: [task] }),
    );
    expect(seen?.[0]?.lastStatus).toBe('RUNNING');
  });
  const path = `${sandbox.url}/_sandbox/tasks/${encodeURIComponent(task)}/environment`;
  expect(await (await fetch(path)).json()).toMatchObject({
    containers: [{ environment: { USER: 'bob' } }],
  });
});

test.each([
  'theirs/db',
  'arn:aws:secretsmanager:us-east-1:999999999999:secret:theirs/db',
  'arn:aws:secretsmanager:us-east-1:123456789012:secret:theirs/db-AbCdEf',
  'arn:aws:ssm:us-east-1:999999999999:parameter/db-AbCdEf',
])('%s is none', async (other) => {
  await using scene = await openScene();
  expect(() => {
    scene.sandbox.putForeignSecret({ arn: other, value: 'x' });
  }).toThrow('is not the full ARN of a secret of another account');
});
