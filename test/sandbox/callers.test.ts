import {
  CreateClusterCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, DescribeKeyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { CreateSecretCommand, UpdateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import {
  assume,
  createDeployer,
  errorOf,
  grantDeployer,
  openScene,
  type Scene,
} from './clients.ts';

const account = '123456789012';
const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:us-east-1:${account}:${resource}`;
const allow = (Action: string | string[], Resource: string, Condition?: object): object => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const key = async ({ kms }: Scene): Promise<string> =>
  (await kms.send(new CreateKeyCommand({}))).KeyMetadata!.Arn!;

describe('a caller who writes values', () => {
  it('of parameters needs the key through SSM and for this parameter only', async () => {
    await using scene = await openScene();
    const KeyId = await key(scene);
    await createDeployer(scene);
    const { ssm } = await assume(scene);
    const parameter = arn('ssm', 'parameter/app/db');
    const put = (Name: string) =>
      errorOf(
        ssm
          .send(new PutParameterCommand({ Name, Value: 'v', Type: 'SecureString', KeyId }))
          .then(() => Promise.reject(new Error('stored'))),
      );
    const condition = {
      StringEquals: {
        'kms:ViaService': 'ssm.us-east-1.amazonaws.com',
        'kms:EncryptionContext:PARAMETER_ARN': parameter,
      },
      'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': 'PARAMETER_ARN' },
    };
    const store = allow('ssm:PutParameter', '*', { StringEquals: { 'ssm:Overwrite': 'false' } });
    await grantDeployer(scene, [store]);
    expect((await put('/app/db')).message).toMatch(/kms:Encrypt on resource: arn:aws:kms/);
    await grantDeployer(scene, [store, allow('kms:Encrypt', KeyId, condition)]);
    expect((await put('/app/other')).message).toMatch(/kms:Encrypt/);
    expect((await put('/app/db')).message).toBe('stored');
  });

  it('of secrets needs to encrypt and to decrypt, and a name that is allowed', async () => {
    await using scene = await openScene();
    const KmsKeyId = await key(scene);
    await createDeployer(scene);
    const { secrets } = await assume(scene);
    const create = (more: object = {}) =>
      secrets.send(new CreateSecretCommand({ Name: 'app/db', SecretString: 'v', ...more }));
    const own = allow('secretsmanager:CreateSecret', arn('secretsmanager', 'secret:app/*-??????'));
    const named = allow('secretsmanager:UpdateSecret', '*');
    await grantDeployer(scene, [own, named]);
    expect((await errorOf(create({ Name: 'other' }))).message).toMatch(
      /secret:other-\w{6} because/,
    );
    expect((await errorOf(create({ Tags: [{ Key: 'a', Value: 'b' }] }))).message).toMatch(
      /perform: secretsmanager:TagResource/,
    );
    await create({ Name: 'app/managed' });
    const noKey = { name: 'AccessDeniedException', message: 'Access to KMS is not allowed' };
    for (const one of ['kms:GenerateDataKey', 'kms:Decrypt']) {
      await grantDeployer(scene, [own, named, allow(one, KmsKeyId)]);
      expect(await errorOf(create({ KmsKeyId }))).toEqual(noKey);
    }
    const condition = {
      StringEquals: { 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' },
      StringLike: { 'kms:EncryptionContext:SecretARN': arn('secretsmanager', 'secret:app/*') },
    };
    const both = allow(['kms:GenerateDataKey', 'kms:Decrypt'], KmsKeyId, condition);
    await grantDeployer(scene, [own, named, both]);
    await create({ KmsKeyId });
    await grantDeployer(scene, [own, named]);
    const update = new UpdateSecretCommand({ SecretId: 'app/managed', KmsKeyId });
    expect(await errorOf(secrets.send(update))).toEqual(noKey);
  });
});

it('sees the keys of AWS as IAM allows, and own ones as their policy allows too', async () => {
  await using scene = await openScene();
  const KeyId = await key(scene);
  await createDeployer(scene);
  const { kms } = await assume(scene);
  const managed = new DescribeKeyCommand({ KeyId: 'alias/aws/ssm' });
  expect((await errorOf(kms.send(managed))).message).toMatch(/no identity-based policy/);
  await grantDeployer(scene, allow('kms:DescribeKey', arn('kms', 'key/*')));
  await kms.send(managed);
  await kms.send(new DescribeKeyCommand({ KeyId }));
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      ...allow('kms:*', '*'),
      Principal: { AWS: `arn:aws:iam::${account}:user/sandbox` },
    },
  });
  await scene.kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
  expect((await errorOf(kms.send(new DescribeKeyCommand({ KeyId })))).message).toMatch(
    /no resource-based policy/,
  );
  const unknown = new DescribeKeyCommand({ KeyId: 'alias/none' });
  expect((await errorOf(kms.send(unknown))).name).toBe('NotFoundException');
});

describe('a caller who deploys', () => {
  it('may pass the roles that it may pass, to the services that it may', async () => {
    await using scene = await openScene();
    await createDeployer(scene);
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { ...allow('sts:AssumeRole', '*'), Resource: undefined, Principal: '*' },
    });
    const exec = { RoleName: 'exec', Path: '/team/', AssumeRolePolicyDocument };
    const executionRoleArn = (await scene.iam.send(new CreateRoleCommand(exec))).Role!.Arn!;
    const { ecs } = await assume(scene);
    const register = (family: string) =>
      ecs.send(
        new RegisterTaskDefinitionCommand({
          family,
          executionRoleArn,
          containerDefinitions: [{ name: 'app', image: 'nginx' }],
        }),
      );
    const own = allow('ecs:RegisterTaskDefinition', arn('ecs', 'task-definition/web:*'));
    const pass = (service: string) =>
      allow('iam:PassRole', executionRoleArn, { StringEquals: { 'iam:PassedToService': service } });
    await grantDeployer(scene, [own, pass('lambda.amazonaws.com')]);
    expect((await errorOf(register('web'))).message).toMatch(
      /perform: iam:PassRole on resource: arn:aws:iam::123456789012:role\/team\/exec because/,
    );
    await grantDeployer(scene, [own, pass('ecs-tasks.amazonaws.com')]);
    await register('web');
    expect((await errorOf(register('other'))).message).toMatch(/task-definition\/other:\*/);
  });

  it('lists the tasks of the cluster that its condition names', async () => {
    await using scene = await openScene();
    for (const clusterName of ['prod', 'test']) {
      await scene.ecs.send(new CreateClusterCommand({ clusterName }));
    }
    const condition = { ArnEquals: { 'ecs:cluster': arn('ecs', 'cluster/test') } };
    await createDeployer(scene, allow('ecs:ListTasks', '*', condition));
    const { ecs } = await assume(scene);
    await ecs.send(new ListTasksCommand({ cluster: 'test' }));
    const other = ecs.send(new ListTasksCommand({ cluster: 'prod' }));
    expect((await errorOf(other)).message).toMatch(/perform: ecs:ListTasks on resource: \*/);
  });
});
