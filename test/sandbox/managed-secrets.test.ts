import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { errorOf, openScene } from './clients.ts';

const name = 'rds!db-3bea3cf2';
const id = { SecretId: name };
const RotationLambdaARN = 'arn:aws:lambda:us-east-1:123456789012:function:rotator';

/** A sandbox with a secret that RDS manages. */
async function prepared() {
  let now = 0;
  const { secrets, sandbox } = await openScene({ now: () => now, rotationMs: 100 });
  const { VersionId = '' } = await secrets.send(
    new CreateSecretCommand({
      Name: name,
      SecretString: '{"username":"admin","password":"old"}',
      Tags: [{ Key: 'team', Value: 'x' }],
    }),
  );
  return {
    secrets,
    url: sandbox.url,
    VersionId,
    read: async () => (await secrets.send(new GetSecretValueCommand(id))).SecretString ?? '',
    describe: (client = secrets) => client.send(new DescribeSecretCommand(id)),
    pass: (ms: number) => {
      now += ms;
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

test('a secret with a name of RDS is its own', async () => {
  await using scene = await prepared();
  const { secrets } = scene;
  await secrets.send(new CreateSecretCommand({ Name: 'rds/db', SecretString: 'v' }));
  const described = await scene.describe();
  expect(described).toMatchObject({
    OwningService: 'rds',
    RotationEnabled: true,
    RotationRules: { AutomaticallyAfterDays: 7 },
    Tags: [
      { Key: 'team', Value: 'x' },
      { Key: 'aws:secretsmanager:owningService', Value: 'rds' },
    ],
  });
  expect(described).not.toHaveProperty('RotationLambdaARN');
  const list = async (...Values: string[]) => {
    const Filters = [{ Key: 'owning-service' as const, Values }];
    const { SecretList } = await secrets.send(new ListSecretsCommand({ Filters }));
    return SecretList?.map(({ Name, OwningService }) => [Name, OwningService]);
  };
  expect(await list('rd')).toEqual([[name, 'rds']]);
  expect(await list('RDS')).toEqual([]);
  expect(await list('!rds')).toEqual([['rds/db', undefined]]);
});

test('its value, tags and existence are left to the service', async () => {
  await using scene = await prepared();
  const { secrets, VersionId } = scene;
  const before = await scene.describe();
  for (const call of [
    () => secrets.send(new PutSecretValueCommand({ ...id, SecretString: 'x' })),
    () => secrets.send(new UpdateSecretCommand({ ...id, SecretString: 'x' })),
    () =>
      secrets.send(
        new UpdateSecretVersionStageCommand({
          ...id,
          VersionStage: 'mine',
          MoveToVersionId: VersionId,
        }),
      ),
    () => secrets.send(new CancelRotateSecretCommand(id)),
    () => secrets.send(new TagResourceCommand({ ...id, Tags: [{ Key: 'a', Value: 'b' }] })),
    () => secrets.send(new UntagResourceCommand({ ...id, TagKeys: ['team'] })),
    () => secrets.send(new DeleteSecretCommand(id)),
    () => secrets.send(new DeleteSecretCommand({ ...id, ForceDeleteWithoutRecovery: true })),
  ]) {
    expect(await errorOf(call())).toEqual({
      name: 'InvalidRequestException',
      message:
        'The secret is managed by another service, and you must use that service to update it.',
    });
  }
  expect(await scene.describe()).toEqual({
    ...before,
    $metadata: expect.any(Object) as object,
  });
  expect(await scene.read()).toContain('"old"');
});

test('its description and policy are not', async () => {
  await using scene = await prepared();
  const { secrets } = scene;
  await secrets.send(new UpdateSecretCommand({ ...id, Description: 'd' }));
  const ResourcePolicy = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Principal: '*', Action: 'secretsmanager:*', Resource: '*' },
  });
  await secrets.send(new PutResourcePolicyCommand({ ...id, ResourcePolicy }));
  expect((await scene.describe()).Description).toBe('d');
});

test('rotates without a function, and with none', async () => {
  await using scene = await prepared();
  const { secrets } = scene;
  expect(
    await errorOf(secrets.send(new RotateSecretCommand({ ...id, RotationLambdaARN }))),
  ).toEqual({
    name: 'InvalidRequestException',
    message: 'Rotation Lambda ARN is not supported for a service-managed secret.',
  });
  await secrets.send(new RotateSecretCommand(id));
  expect(await scene.read()).toContain('"old"');
  scene.pass(100);
  const { username, password } = JSON.parse(await scene.read()) as Record<string, string>;
  expect(username).toBe('admin');
  expect(password).not.toBe('old');
  expect(await scene.describe()).toMatchObject({
    LastRotatedDate: new Date(100),
    RotationRules: { AutomaticallyAfterDays: 7 },
  });
});

test('its replica is managed too', async () => {
  await using scene = await prepared();
  const AddReplicaRegions = [{ Region: 'eu-west-3' }];
  await scene.secrets.send(new ReplicateSecretToRegionsCommand({ ...id, AddReplicaRegions }));
  const away = new SecretsManagerClient({
    endpoint: scene.url,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  expect(await scene.describe(away)).toMatchObject({
    OwningService: 'rds',
    PrimaryRegion: 'us-east-1',
  });
});
