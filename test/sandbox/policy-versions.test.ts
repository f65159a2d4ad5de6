import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListPolicyVersionsCommand,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { expect, it } from 'vitest';
import { executionRolePolicyArn } from '../../src/model/roles/policy.ts';
import { assume, createDeployer, errorOf, openScene, type Scene } from './clients.ts';

const PolicyArn = 'arn:aws:iam::123456789012:policy/read';
const grant = (Action: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action, Resource: '*' },
  });

async function createPolicy({ iam }: Scene, action: string): Promise<void> {
  const input = { PolicyName: 'read', PolicyDocument: grant(action) };
  await iam.send(new CreatePolicyCommand(input));
}

async function addVersion({ iam }: Scene, action: string, SetAsDefault = false): Promise<string> {
  const input = { PolicyArn, PolicyDocument: grant(action), SetAsDefault };
  return (await iam.send(new CreatePolicyVersionCommand(input))).PolicyVersion!.VersionId!;
}

it('a managed policy has five versions at most, and numbers that are not given again', async () => {
  await using scene = await openScene();
  const { iam } = scene;
  await createPolicy(scene, 'ssm:*');
  for (const id of ['v2', 'v3', 'v4', 'v5']) expect(await addVersion(scene, 'kms:*')).toBe(id);
  expect(await errorOf(addVersion(scene, 'kms:*'))).toEqual({
    name: 'LimitExceededException',
    message:
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
  });
  await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v5' }));
  expect(await addVersion(scene, 'ecs:*', true)).toBe('v6');
  const first = await iam.send(new ListPolicyVersionsCommand({ PolicyArn, MaxItems: 3 }));
  const next = { PolicyArn, Marker: first.Marker };
  const second = await iam.send(new ListPolicyVersionsCommand(next));
  expect(
    [...first.Versions!, ...second.Versions!].map((one) => [one.VersionId, one.IsDefaultVersion]),
  ).toEqual([
    ['v6', true],
    ['v4', false],
    ['v3', false],
    ['v2', false],
    ['v1', false],
  ]);
  const version = new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v6' });
  const { PolicyVersion } = await iam.send(version);
  expect(decodeURIComponent(PolicyVersion!.Document!)).toBe(grant('ecs:*'));
  expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.DefaultVersionId).toBe('v6');
});

it('of a managed policy the default version decides, once the news is spread', async () => {
  let now = 0;
  await using scene = await openScene({ iamDelay: 1000, now: () => now });
  const { iam } = scene;
  await scene.ssm.send(new PutParameterCommand({ Name: 'a', Value: 'v', Type: 'String' }));
  await createDeployer(scene);
  await createPolicy(scene, 'ssm:GetParameter');
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'deployer', PolicyArn }));
  now = 1000;
  const { ssm } = await assume(scene);
  const read = () => ssm.send(new GetParameterCommand({ Name: 'a' }));
  await read();
  await addVersion(scene, 'kms:*');
  await addVersion(scene, 'ecs:*', true);
  now = 1999;
  await read();
  now = 2000;
  expect((await errorOf(read())).name).toBe('AccessDeniedException');
  await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
  now = 3000;
  await read();
});

it('a default version stays, and a policy until it is the only one', async () => {
  await using scene = await openScene();
  const { iam } = scene;
  await createPolicy(scene, 'ssm:*');
  await addVersion(scene, 'kms:*');
  const removeVersion = (VersionId: string) =>
    iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  const conflict = (message: RegExp) => ({
    name: 'DeleteConflictException',
    message: expect.stringMatching(message) as string,
  });
  expect(await errorOf(removeVersion('v1'))).toEqual(conflict(/default version/));
  const remove = () => iam.send(new DeletePolicyCommand({ PolicyArn }));
  expect(await errorOf(remove())).toEqual(conflict(/more than one version/));
  await removeVersion('v2');
  expect((await errorOf(removeVersion('v2'))).name).toBe('NoSuchEntityException');
  await remove();
});

it('policies of AWS are not for the account to change', async () => {
  await using scene = await openScene();
  const arn = executionRolePolicyArn('aws');
  const input = { PolicyArn: arn, PolicyDocument: grant('*'), SetAsDefault: true };
  const add = scene.iam.send(new CreatePolicyVersionCommand(input));
  expect((await errorOf(add)).name).toBe('AccessDenied');
  const listed = await scene.iam.send(new ListPolicyVersionsCommand({ PolicyArn: arn }));
  expect(listed.Versions).toHaveLength(1);
});
