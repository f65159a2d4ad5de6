import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
  type CreateRoleCommandInput,
} from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { errorOf, openScene, type Scene } from './clients.ts';

const trust = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'ecs-tasks.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  ],
};
const grant = (resource: string | string[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'ssm:GetParameters', Resource: resource }],
  });
const executionPolicy = 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy';

async function create(
  { iam }: Scene,
  RoleName: string,
  more: Partial<CreateRoleCommandInput> = {},
) {
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  const input = { RoleName, AssumeRolePolicyDocument, ...more };
  return (await iam.send(new CreateRoleCommand(input))).Role!;
}

describe('roles', () => {
  it('are created, changed and read', async () => {
    await using scene = await openScene();
    const { iam } = scene;
    const role = await create(scene, 'exec', { Path: '/team/', Tags: [{ Key: 'a', Value: '1' }] });
    expect(role).toMatchObject({
      Arn: 'arn:aws:iam::123456789012:role/team/exec',
      MaxSessionDuration: 3600,
      Tags: [{ Key: 'a', Value: '1' }],
    });
    expect(role.CreateDate).toBeInstanceOf(Date);
    expect(role.AssumeRolePolicyDocument).toMatch(/^%7B%22Version%22/);
    await iam.send(
      new UpdateRoleCommand({ RoleName: 'exec', Description: 'x', MaxSessionDuration: 7200 }),
    );
    await iam.send(new UpdateRoleDescriptionCommand({ RoleName: 'exec', Description: `d <&'"` }));
    const PolicyDocument = JSON.stringify({ ...trust, Id: "it's (a) *!" });
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'exec', PolicyDocument }));
    await iam.send(new TagRoleCommand({ RoleName: 'exec', Tags: [{ Key: 'b', Value: '2' }] }));
    await iam.send(new UntagRoleCommand({ RoleName: 'exec', TagKeys: ['a'] }));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'exec' }));
    expect(Role).toMatchObject({ Description: `d <&'"`, MaxSessionDuration: 7200 });
    expect(Role?.AssumeRolePolicyDocument).not.toMatch(/[!'()*]/);
    expect(decodeURIComponent(Role!.AssumeRolePolicyDocument!)).toBe(PolicyDocument);
    expect((await iam.send(new ListRoleTagsCommand({ RoleName: 'exec' }))).Tags).toEqual([
      { Key: 'b', Value: '2' },
    ]);
  });

  it('have names that differ in more than case', async () => {
    await using scene = await openScene();
    await create(scene, 'exec');
    expect(await errorOf(create(scene, 'EXEC'))).toEqual({
      name: 'EntityAlreadyExistsException',
      message: 'Role with name EXEC already exists.',
    });
    expect(await errorOf(scene.iam.send(new GetRoleCommand({ RoleName: 'none' })))).toEqual({
      name: 'NoSuchEntityException',
      message: 'The role with name none cannot be found.',
    });
    expect((await errorOf(create(scene, 'a b'))).name).toBe('ValidationError');
  });

  it('are listed in pages', async () => {
    await using scene = await openScene();
    for (const name of ['c', 'a', 'b']) await create(scene, name);
    const first = await scene.iam.send(new ListRolesCommand({ MaxItems: 2 }));
    const second = await scene.iam.send(new ListRolesCommand({ Marker: first.Marker }));
    expect([first, second].map(({ Roles }) => Roles?.map(({ RoleName }) => RoleName))).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
    expect([first.IsTruncated, second.IsTruncated]).toEqual([true, false]);
  });

  it('are deleted once nothing hangs on them', async () => {
    await using scene = await openScene();
    const { iam } = scene;
    const of = { RoleName: 'exec' };
    await create(scene, 'exec');
    await iam.send(new AttachRolePolicyCommand({ ...of, PolicyArn: executionPolicy }));
    const policy = { ...of, PolicyName: 'p' };
    await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: grant('*') }));
    const remove = () => iam.send(new DeleteRoleCommand(of));
    expect(await errorOf(remove())).toEqual({
      name: 'DeleteConflictException',
      message: 'Cannot delete entity, must detach all policies first.',
    });
    await iam.send(new DetachRolePolicyCommand({ ...of, PolicyArn: executionPolicy }));
    expect((await errorOf(remove())).message).toMatch(/must delete policies first/);
    await iam.send(new DeleteRolePolicyCommand(policy));
    await remove();
    expect((await errorOf(remove())).name).toBe('NoSuchEntityException');
  });

  it.each([
    ['no JSON', 'x'],
    ['no principal', { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole' }] }],
    ['a resource', { Statement: [{ ...trust.Statement[0], Resource: '*' }] }],
    ['characters outside Latin-1', { ...trust, Id: '→' }],
  ])('need a trust policy without %s', async (_, document) => {
    await using scene = await openScene();
    const AssumeRolePolicyDocument =
      typeof document === 'string' ? document : JSON.stringify(document);
    expect((await errorOf(create(scene, 'exec', { AssumeRolePolicyDocument }))).name).toBe(
      'MalformedPolicyDocumentException',
    );
  });
});

describe('inline policies', () => {
  it('come back URL-encoded', async () => {
    await using scene = await openScene();
    const { iam } = scene;
    const of = { RoleName: 'exec', PolicyName: 'p' };
    await create(scene, 'exec');
    await iam.send(new PutRolePolicyCommand({ ...of, PolicyDocument: grant('*') }));
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand(of));
    expect(PolicyDocument).toMatch(/%2A/);
    expect(decodeURIComponent(PolicyDocument!)).toBe(grant('*'));
    expect((await iam.send(new ListRolePoliciesCommand(of))).PolicyNames).toEqual(['p']);
    const missing = new GetRolePolicyCommand({ ...of, PolicyName: 'none' });
    expect((await errorOf(iam.send(missing))).message).toBe(
      'The role policy with name none cannot be found.',
    );
  });

  it('have 10,240 characters together, without whitespace', async () => {
    await using scene = await openScene();
    const { iam } = scene;
    await create(scene, 'exec');
    const putSized = (PolicyName: string, size: number, space = 0) => {
      const empty = grant('arn:aws:ssm:us-east-1:123456789012:parameter/').length;
      const resource = `arn:aws:ssm:us-east-1:123456789012:parameter/${'x'.repeat(size - empty)}`;
      const PolicyDocument = grant(resource) + ' '.repeat(space);
      return iam.send(new PutRolePolicyCommand({ RoleName: 'exec', PolicyName, PolicyDocument }));
    };
    await putSized('a', 5000);
    await putSized('b', 5240, 1000);
    expect(await errorOf(putSized('c', 200))).toEqual({
      name: 'LimitExceededException',
      message: 'Maximum policy size of 10240 bytes exceeded for role exec',
    });
    await putSized('a', 4800);
    await putSized('c', 200);
  });

  it.each([
    ['an empty list of resources', grant([])],
    ['a principal', grant('*').replace('"Effect"', '"Principal":"*","Effect"')],
    ['no action', grant('*').replace('"Action"', '"Acton"')],
  ])('are refused with %s', async (_, PolicyDocument) => {
    await using scene = await openScene();
    await create(scene, 'exec');
    const put = new PutRolePolicyCommand({ RoleName: 'exec', PolicyName: 'p', PolicyDocument });
    expect((await errorOf(scene.iam.send(put))).name).toBe('MalformedPolicyDocumentException');
  });
});

describe('managed policies and boundaries', () => {
  it('attach and detach', async () => {
    await using scene = await openScene();
    const { iam } = scene;
    const of = { RoleName: 'exec' };
    await create(scene, 'exec');
    await iam.send(new AttachRolePolicyCommand({ ...of, PolicyArn: executionPolicy }));
    await iam.send(new AttachRolePolicyCommand({ ...of, PolicyArn: executionPolicy }));
    expect((await iam.send(new ListAttachedRolePoliciesCommand(of))).AttachedPolicies).toEqual([
      { PolicyName: 'AmazonECSTaskExecutionRolePolicy', PolicyArn: executionPolicy },
    ]);
    const PolicyArn = 'arn:aws:iam::aws:policy/none';
    expect(
      (await errorOf(iam.send(new AttachRolePolicyCommand({ ...of, PolicyArn })))).message,
    ).toBe(`Policy ${PolicyArn} does not exist or is not attachable.`);
    expect((await errorOf(iam.send(new DetachRolePolicyCommand({ ...of, PolicyArn })))).name).toBe(
      'NoSuchEntityException',
    );
  });

  it('are created, read and deleted', async () => {
    await using scene = await openScene();
    const { iam } = scene;
    const of = { RoleName: 'exec' };
    const input = { PolicyName: 'limit', PolicyDocument: grant('*') };
    const { Policy } = await iam.send(new CreatePolicyCommand(input));
    const PolicyArn = Policy!.Arn!;
    expect(PolicyArn).toBe('arn:aws:iam::123456789012:policy/limit');
    expect((await errorOf(iam.send(new CreatePolicyCommand(input)))).name).toBe(
      'EntityAlreadyExistsException',
    );
    await create(scene, 'exec', { PermissionsBoundary: PolicyArn });
    expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy).toMatchObject({
      AttachmentCount: 0,
      PermissionsBoundaryUsageCount: 1,
    });
    const version = new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' });
    const { PolicyVersion } = await iam.send(version);
    expect(decodeURIComponent(PolicyVersion!.Document!)).toBe(grant('*'));

    const remove = () => iam.send(new DeletePolicyCommand({ PolicyArn }));
    expect((await errorOf(remove())).name).toBe('DeleteConflictException');
    await iam.send(new DeleteRolePermissionsBoundaryCommand(of));
    await iam.send(
      new PutRolePermissionsBoundaryCommand({ ...of, PermissionsBoundary: PolicyArn }),
    );
    expect((await iam.send(new GetRoleCommand(of))).Role?.PermissionsBoundary).toEqual({
      PermissionsBoundaryType: 'Policy',
      PermissionsBoundaryArn: PolicyArn,
    });
    await iam.send(new DeleteRolePermissionsBoundaryCommand(of));
    expect((await errorOf(iam.send(new DeleteRolePermissionsBoundaryCommand(of)))).name).toBe(
      'NoSuchEntityException',
    );
    await remove();
    expect((await errorOf(remove())).name).toBe('NoSuchEntityException');
  });
});
