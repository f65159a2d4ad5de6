import { PutParameterCommand, GetParameterCommand } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
} from '@aws-sdk/client-iam';
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
const arnOf = (role: string): string => `arn:aws:iam::${account}:role/${role}`;
const parameter = `arn:aws:ssm:us-east-1:${account}:parameter/app/db`;
const read = new GetParameterCommand({ Name: '/app/db' });
const allowRead = { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: parameter };

async function put({ ssm }: Scene): Promise<void> {
  await ssm.send(new PutParameterCommand({ Name: '/app/db', Value: 'v', Type: 'String' }));
}

function createRole({ iam }: Pick<Scene, 'iam'>, RoleName: string, statement: object) {
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statement });
  return iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
}

const trust = (Principal: unknown, Condition?: object): object => ({
  Effect: 'Allow',
  Principal,
  Action: 'sts:AssumeRole',
  ...(Condition && { Condition }),
});

describe('a session of a role', () => {
  it('may do what the policies of the role allow, and its owner everything', async () => {
    await using scene = await openScene();
    await put(scene);
    await createDeployer(scene);
    const { ssm, sts } = await assume(scene);
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      UserId: expect.stringMatching(/^AROA[A-Z2-7]{17}:ci$/) as string,
      Arn: `arn:aws:sts::${account}:assumed-role/deployer/ci`,
    });
    expect(await errorOf(ssm.send(read))).toEqual({
      name: 'AccessDeniedException',
      message: `User: arn:aws:sts::${account}:assumed-role/deployer/ci is not authorized to perform: ssm:GetParameter on resource: ${parameter} because no identity-based policy allows the ssm:GetParameter action`,
    });
    await grantDeployer(scene, allowRead);
    expect((await ssm.send(read)).Parameter?.Value).toBe('v');
    expect((await scene.ssm.send(read)).Parameter?.Value).toBe('v');
  });

  it('is refused by IAM in the way of its protocol', async () => {
    await using scene = await openScene();
    await createDeployer(scene);
    const { iam } = await assume(scene);
    expect(await errorOf(iam.send(new GetRoleCommand({ RoleName: 'deployer' })))).toEqual({
      name: 'AccessDenied',
      message: `User: arn:aws:sts::${account}:assumed-role/deployer/ci is not authorized to perform: iam:GetRole on resource: ${arnOf('deployer')} because no identity-based policy allows the iam:GetRole action`,
    });
  });

  it('stays behind the permissions boundary', async () => {
    await using scene = await openScene();
    await put(scene);
    await createDeployer(scene, { Effect: 'Allow', Action: '*', Resource: '*' });
    const { ssm } = await assume(scene);
    await ssm.send(read);
    const Statement = { Effect: 'Allow', Action: 'iam:*', Resource: '*' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    const limit = { PolicyName: 'limit', PolicyDocument };
    const { Policy } = await scene.iam.send(new CreatePolicyCommand(limit));
    const PermissionsBoundary = Policy!.Arn!;
    const of = { RoleName: 'deployer', PermissionsBoundary };
    await scene.iam.send(new PutRolePermissionsBoundaryCommand(of));
    expect((await errorOf(ssm.send(read))).message).toMatch(/no permissions boundary allows/);
  });

  it('tells policies who it is', async () => {
    await using scene = await openScene();
    await put(scene);
    await createDeployer(scene, {
      Effect: 'Allow',
      Action: 'ssm:GetParameter',
      Resource: `arn:aws:ssm:*:*:parameter/\${aws:PrincipalTag/app}/*`,
      Condition: {
        StringLike: { 'aws:userid': 'AROA*:ci' },
        ArnEquals: { 'aws:PrincipalArn': arnOf('deployer') },
        Bool: { 'aws:MultiFactorAuthPresent': 'false' },
      },
    });
    const { ssm } = await assume(scene);
    expect((await errorOf(ssm.send(read))).name).toBe('AccessDeniedException');
    const tags = { RoleName: 'deployer', Tags: [{ Key: 'app', Value: 'app' }] };
    await scene.iam.send(new TagRoleCommand(tags));
    await ssm.send(read);
    const other = await assume(scene, { RoleSessionName: 'other' });
    expect((await errorOf(other.ssm.send(read))).name).toBe('AccessDeniedException');
  });

  it('ends', async () => {
    let now = 0;
    await using scene = await openScene({ now: () => now });
    await put(scene);
    await createDeployer(scene, allowRead);
    const { ssm, sts } = await assume(scene, { DurationSeconds: 900 });
    now = 899_999;
    await ssm.send(read);
    now = 900_000;
    expect(await errorOf(ssm.send(read))).toEqual({
      name: 'ExpiredTokenException',
      message: 'The security token included in the request is expired',
    });
    expect((await errorOf(sts.send(new GetCallerIdentityCommand({})))).name).toMatch(
      /^ExpiredToken/,
    );
  });
});

describe('AssumeRole', () => {
  const denied = (who: string, role: string): object => ({
    name: 'AccessDenied',
    message: `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${arnOf(role)}`,
  });
  const user = `arn:aws:iam::${account}:user/sandbox`;

  it.each([
    ['the account', { AWS: account }, true],
    ['its root', { AWS: `arn:aws:iam::${account}:root` }, true],
    ['the very user', { AWS: user }, true],
    ['everybody', '*', true],
    ['a service', { Service: 'ecs-tasks.amazonaws.com' }, false],
    ['another account', { AWS: '999999999999' }, false],
  ])('of a role that trusts %s', async (_, principal, allowed) => {
    await using scene = await openScene();
    await createRole(scene, 'x', trust(principal));
    const call = assume(scene, { RoleArn: arnOf('x') });
    if (allowed) await call;
    else expect(await errorOf(call)).toEqual(denied(user, 'x'));
  });

  it('of a role that is not there, or denies it, is refused alike', async () => {
    await using scene = await openScene();
    expect(await errorOf(assume(scene, { RoleArn: arnOf('none') }))).toEqual(denied(user, 'none'));
    const deny = { ...trust({ AWS: user }), Effect: 'Deny' };
    await createRole(scene, 'x', [trust('*'), deny]);
    expect(await errorOf(assume(scene, { RoleArn: arnOf('x') }))).toEqual(denied(user, 'x'));
  });

  it('obeys the conditions of the trust policy', async () => {
    await using scene = await openScene();
    const condition = {
      StringEquals: { 'sts:ExternalId': 'e-1', 'aws:PrincipalAccount': account },
      StringLike: { 'sts:RoleSessionName': '${aws:username}-*' },
    };
    await createRole(scene, 'x', trust({ AWS: account }, condition));
    const RoleArn = arnOf('x');
    await assume(scene, { RoleArn, ExternalId: 'e-1', RoleSessionName: 'sandbox-1' });
    for (const wrong of [{}, { ExternalId: 'e-1' }, { RoleSessionName: 'sandbox-1' }]) {
      expect((await errorOf(assume(scene, { RoleArn, ...wrong }))).name).toBe('AccessDenied');
    }
  });

  it('by a session takes its own permission, unless the trust policy names its role', async () => {
    await using scene = await openScene();
    await createDeployer(scene);
    await createRole(scene, 'by-account', trust({ AWS: account }));
    await createRole(scene, 'by-role', trust({ AWS: arnOf('deployer') }));
    const session = await assume(scene);
    const chain = (role: string, more: object = {}) =>
      session.sts.send(
        new AssumeRoleCommand({ RoleArn: arnOf(role), RoleSessionName: 'next', ...more }),
      );
    const who = `arn:aws:sts::${account}:assumed-role/deployer/ci`;
    expect(await errorOf(chain('by-account'))).toEqual(denied(who, 'by-account'));
    await chain('by-role');
    const Resource = arnOf('by-account');
    await grantDeployer(scene, { Effect: 'Allow', Action: 'sts:AssumeRole', Resource });
    expect((await chain('by-account')).AssumedRoleUser?.Arn).toBe(
      `arn:aws:sts::${account}:assumed-role/by-account/next`,
    );
    expect((await errorOf(chain('by-role', { DurationSeconds: 3601 }))).message).toMatch(
      /role chaining$/,
    );
  });

  it('takes no longer than the role allows, and nothing that it does not act on', async () => {
    await using scene = await openScene();
    await createDeployer(scene);
    const message = async (more: object) => (await errorOf(assume(scene, more))).message;
    expect(await message({ DurationSeconds: 7200 })).toMatch(/MaxSessionDuration/);
    expect(await message({ DurationSeconds: 1 })).toMatch(/greater than or equal to 900/);
    expect(await message({ Policy: '{}' })).toBe(
      'The member Policy is not supported by the sandbox',
    );
    expect(await message({ Tags: [{ Key: 'a', Value: 'b' }] })).toMatch(
      /not supported by the sandbox/,
    );
  });
});
