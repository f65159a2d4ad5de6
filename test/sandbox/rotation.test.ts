import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  UpdateSecretVersionStageCommand,
  type RotateSecretCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { errorOf, openScene } from './clients.ts';

const lambda = (name: string): string => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;

async function prepared(value = '{"user":"bob","password":"old"}') {
  let now = 1_800_000_000_000;
  const scene = await openScene({ now: () => now, rotationMs: 100 });
  const { secrets } = scene;
  const { VersionId: first } = await secrets.send(
    new CreateSecretCommand({ Name: 'db', SecretString: value }),
  );
  return {
    secrets,
    first: first ?? '',
    pass: (ms: number) => {
      now += ms;
    },
    rotate: async (more: Partial<RotateSecretCommandInput> = {}) => {
      const command = new RotateSecretCommand({ SecretId: 'db', ...more });
      return (await secrets.send(command)).VersionId ?? '';
    },
    describe: () => secrets.send(new DescribeSecretCommand({ SecretId: 'db' })),
    value: async (stage = 'AWSCURRENT') => {
      const command = new GetSecretValueCommand({ SecretId: 'db', VersionStage: stage });
      return (await secrets.send(command)).SecretString ?? '';
    },
    [Symbol.asyncDispose]: () => scene.sandbox.close(),
  };
}

test('refuses to rotate a secret that has no rotation function', async () => {
  await using scene = await prepared();
  expect(await errorOf(scene.rotate())).toEqual({
    name: 'InvalidRequestException',
    message: 'No Lambda rotation function ARN is associated with this secret.',
  });
  expect((await scene.describe()).RotationEnabled).toBeUndefined();
});

test('rotates in time: pending, with a value, current', async () => {
  await using scene = await prepared();
  const { first } = scene;
  const second = await scene.rotate({
    RotationLambdaARN: lambda('rotator'),
    RotationRules: { AutomaticallyAfterDays: 30 },
  });
  expect((await scene.describe()).VersionIdsToStages).toEqual({
    [first]: ['AWSCURRENT'],
    [second]: ['AWSPENDING'],
  });
  expect((await errorOf(scene.value('AWSPENDING'))).name).toBe('ResourceNotFoundException');
  expect((await errorOf(scene.rotate())).message).toBe(
    "A previous rotation isn't complete. That rotation will be reattempted.",
  );

  scene.pass(50);
  const pending = JSON.parse(await scene.value('AWSPENDING')) as Record<string, string>;
  expect(pending).toEqual({ user: 'bob', password: expect.stringMatching(/^\S{32}$/) as string });
  expect(await scene.value()).toContain('"old"');

  scene.pass(50);
  expect(JSON.parse(await scene.value())).toEqual(pending);
  expect(await scene.value('AWSPREVIOUS')).toContain('"old"');
  expect(await scene.describe()).toMatchObject({
    RotationEnabled: true,
    RotationLambdaARN: lambda('rotator'),
    RotationRules: { AutomaticallyAfterDays: 30 },
    LastRotatedDate: new Date(1_800_000_000_100),
    LastChangedDate: new Date(1_800_000_000_100),
    VersionIdsToStages: {
      [first]: ['AWSPREVIOUS'],
      [second]: ['AWSPENDING', 'AWSCURRENT'],
    },
  });

  const third = await scene.rotate();
  scene.pass(100);
  expect((await scene.describe()).VersionIdsToStages).toEqual({
    [second]: ['AWSPREVIOUS'],
    [third]: ['AWSPENDING', 'AWSCURRENT'],
  });
});

test('replaces plain text as a whole', async () => {
  await using scene = await prepared('old');
  await scene.rotate({ RotationLambdaARN: lambda('rotator') });
  scene.pass(100);
  expect(await scene.value()).toMatch(/^\S{32}$/);
});

test('a function that fails leaves its version pending', async () => {
  await using scene = await prepared();
  const id = await scene.rotate({ RotationLambdaARN: lambda('will-fail') });
  scene.pass(60_000);
  expect((await scene.describe()).VersionIdsToStages).toMatchObject({ [id]: ['AWSPENDING'] });
  expect(await scene.value()).toContain('"old"');
  expect((await errorOf(scene.rotate())).name).toBe('InvalidRequestException');
});

test('cancelling leaves the pending version and keeps the configuration', async () => {
  await using scene = await prepared();
  const { secrets } = scene;
  const cancel = () => secrets.send(new CancelRotateSecretCommand({ SecretId: 'db' }));
  expect((await errorOf(cancel())).name).toBe('InvalidRequestException');
  const id = await scene.rotate({ RotationLambdaARN: lambda('rotator') });
  expect((await cancel()).VersionId).toBe(id);
  scene.pass(100);
  expect(await scene.value()).toContain('"old"');
  expect(await scene.describe()).toMatchObject({
    RotationEnabled: false,
    RotationLambdaARN: lambda('rotator'),
    VersionIdsToStages: { [id]: ['AWSPENDING'] },
  });
});

test('may be configured without rotating at once', async () => {
  await using scene = await prepared();
  await scene.rotate({ RotationLambdaARN: lambda('rotator'), RotateImmediately: false });
  scene.pass(100);
  expect((await scene.describe()).RotationEnabled).toBe(true);
  expect(await scene.value()).toContain('"old"');
});

test('lets the caller play the function, and repeats no token', async () => {
  await using scene = await prepared();
  const { secrets, first } = scene;
  const token = 'a'.repeat(32);
  const again = { RotationLambdaARN: lambda('will-fail'), ClientRequestToken: token };
  expect([await scene.rotate(again), await scene.rotate(again)]).toEqual([token, token]);
  await secrets.send(
    new PutSecretValueCommand({
      SecretId: 'db',
      ClientRequestToken: token,
      SecretString: 'mine',
      VersionStages: ['AWSPENDING'],
    }),
  );
  expect(await scene.value('AWSPENDING')).toBe('mine');
  await secrets.send(
    new UpdateSecretVersionStageCommand({
      SecretId: 'db',
      VersionStage: 'AWSCURRENT',
      RemoveFromVersionId: first,
      MoveToVersionId: token,
    }),
  );
  expect(await scene.value()).toBe('mine');
  expect((await scene.describe()).LastRotatedDate).toBeInstanceOf(Date);
});
