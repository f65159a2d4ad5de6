import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
  type EvaluationResult,
  type SimulatePrincipalPolicyCommandInput,
} from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { executionPolicy } from '../../src/model/roles/execution-policy.ts';
import {
  assume,
  createDeployer,
  errorOf,
  grantDeployer,
  openScene,
  type Scene,
} from './clients.ts';

const account = '123456789012';
const role = `arn:aws:iam::${account}:role/team/exec`;
const parameter = (name: string): string => `arn:aws:ssm:us-east-1:${account}:parameter/${name}`;
const key = `arn:aws:kms:us-east-1:${account}:key/1`;
const json = (...Statement: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string, Resource: string, Condition?: object): object => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});

/** A role with an inline policy, if one is given. */
async function createRole({ iam }: Scene, PolicyDocument?: string): Promise<void> {
  const AssumeRolePolicyDocument = json({
    Effect: 'Allow',
    Principal: { Service: 'ecs-tasks.amazonaws.com' },
    Action: 'sts:AssumeRole',
  });
  const RoleName = 'exec';
  await iam.send(new CreateRoleCommand({ RoleName, Path: '/team/', AssumeRolePolicyDocument }));
  if (PolicyDocument === undefined) return;
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
}

async function simulate(
  { iam }: Scene,
  more: Partial<SimulatePrincipalPolicyCommandInput>,
): Promise<EvaluationResult[]> {
  const input = { PolicySourceArn: role, ActionNames: ['ssm:GetParameters'], ...more };
  return (await iam.send(new SimulatePrincipalPolicyCommand(input))).EvaluationResults!;
}

describe('SimulatePrincipalPolicy', () => {
  it('answers one result an action, with one for each resource in it', async () => {
    await using scene = await openScene();
    const deny = { ...allow('ssm:*', parameter('b')), Effect: 'Deny' };
    await createRole(scene, json(allow('ssm:GetParameters', '*'), deny));
    const ResourceArns = [parameter('a'), parameter('b')];
    const ActionNames = ['ssm:GetParameters', 'ssm:PutParameter'];
    const [get, put, ...rest] = await simulate(scene, { ActionNames, ResourceArns });
    expect(rest).toEqual([]);
    const matched = [{ SourcePolicyId: 'role_exec_own', SourcePolicyType: 'IAM Policy' }];
    expect(get).toMatchObject({
      EvalActionName: 'ssm:GetParameters',
      EvalDecision: 'explicitDeny',
      MatchedStatements: matched,
      ResourceSpecificResults: [
        {
          EvalResourceName: parameter('a'),
          EvalResourceDecision: 'allowed',
          MatchedStatements: matched,
        },
        {
          EvalResourceName: parameter('b'),
          EvalResourceDecision: 'explicitDeny',
          MatchedStatements: matched,
        },
      ],
    });
    expect(get).not.toHaveProperty('PermissionsBoundaryDecisionDetail');
    expect(put?.ResourceSpecificResults?.map((one) => one.EvalResourceDecision)).toEqual([
      'implicitDeny',
      'explicitDeny',
    ]);
    expect(put?.ResourceSpecificResults?.[0]?.MatchedStatements).toEqual([]);
  });

  it('is about every resource when none is given', async () => {
    await using scene = await openScene();
    await createRole(scene, json(allow('ssm:GetParameters', parameter('a'))));
    const [some] = await simulate(scene, {});
    expect(some).toMatchObject({ EvalResourceName: '*', EvalDecision: 'implicitDeny' });
    expect(some).not.toHaveProperty('ResourceSpecificResults');
    const PolicyInputList = [json(allow('ssm:*', '*'))];
    const [all] = await simulate(scene, { PolicyInputList });
    expect(all).toMatchObject({
      EvalDecision: 'allowed',
      MatchedStatements: [{ SourcePolicyId: 'PolicyInputList.1' }],
    });
  });

  it('takes what conditions ask for, and tells what it was not given', async () => {
    await using scene = await openScene();
    const grants = [
      { store: 'parameter-store' as const, arn: parameter('a'), kmsKeyArn: key },
      { store: 'parameter-store' as const, arn: parameter('b'), kmsKeyArn: key },
    ];
    await createRole(scene, JSON.stringify(executionPolicy(grants)));
    const request = { ActionNames: ['kms:Decrypt'], ResourceArns: [key] };
    const missing = ['kms:ViaService', 'kms:EncryptionContext:PARAMETER_ARN'];
    const [without] = await simulate(scene, request);
    expect(without).toMatchObject({
      EvalDecision: 'implicitDeny',
      MissingContextValues: missing,
      ResourceSpecificResults: [{ MissingContextValues: missing }],
    });
    const entry = (ContextKeyName: string, value: string) => ({
      ContextKeyName,
      ContextKeyValues: [value],
      ContextKeyType: 'string' as const,
    });
    const given = (name: string) => [
      entry('KMS:viaservice', 'ssm.us-east-1.amazonaws.com'),
      entry('kms:EncryptionContext:PARAMETER_ARN', parameter(name)),
    ];
    const decisionFor = async (name: string) =>
      (await simulate(scene, { ...request, ContextEntries: given(name) }))[0];
    expect(await decisionFor('b')).toMatchObject({
      EvalDecision: 'allowed',
      MissingContextValues: [],
    });
    expect((await decisionFor('c'))?.EvalDecision).toBe('implicitDeny');
  });

  it('takes lists for keys with several values', async () => {
    await using scene = await openScene();
    const condition = { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } };
    await createRole(scene, json(allow('ssm:GetParameters', '*', condition)));
    const decisionFor = async (...ContextKeyValues: string[]) => {
      const entry = { ContextKeyName: 'aws:TagKeys', ContextKeyValues };
      const ContextEntries = [{ ...entry, ContextKeyType: 'stringList' as const }];
      return (await simulate(scene, { ContextEntries }))[0]?.EvalDecision;
    };
    expect(await decisionFor('a')).toBe('allowed');
    expect(await decisionFor('a', 'c')).toBe('implicitDeny');
  });

  it('names managed policies, and stays behind the boundary or the one to try', async () => {
    await using scene = await openScene();
    await createRole(scene);
    const create = async (PolicyName: string, PolicyDocument: string) =>
      (await scene.iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }))).Policy!.Arn!;
    const of = { RoleName: 'exec' };
    const PolicyArn = await create('read', json(allow('ssm:*', '*')));
    await scene.iam.send(new AttachRolePolicyCommand({ ...of, PolicyArn }));
    expect((await simulate(scene, {}))[0]?.MatchedStatements).toMatchObject([
      { SourcePolicyId: 'read' },
    ]);
    const PermissionsBoundary = await create('limit', json(allow('kms:*', '*')));
    await scene.iam.send(new PutRolePermissionsBoundaryCommand({ ...of, PermissionsBoundary }));
    expect((await simulate(scene, { ResourceArns: [parameter('a')] }))[0]).toMatchObject({
      EvalDecision: 'implicitDeny',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
      ResourceSpecificResults: [
        { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } },
      ],
    });
    const PermissionsBoundaryPolicyInputList = [json(allow('*', '*'))];
    expect((await simulate(scene, { PermissionsBoundaryPolicyInputList }))[0]).toMatchObject({
      EvalDecision: 'allowed',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true },
    });
  });

  it('takes a resource policy', async () => {
    await using scene = await openScene();
    await createRole(scene);
    const policyFor = (AWS: string) => json({ ...allow('*', '*'), Principal: { AWS } });
    const [named] = await simulate(scene, { ResourcePolicy: policyFor(role) });
    expect(named).toMatchObject({
      EvalDecision: 'allowed',
      MatchedStatements: [{ SourcePolicyId: 'ResourcePolicy' }],
    });
    const user = `arn:aws:iam::${account}:user/ann`;
    const ResourcePolicy = policyFor(user);
    expect((await simulate(scene, { ResourcePolicy }))[0]?.EvalDecision).toBe('implicitDeny');
    const [other] = await simulate(scene, { ResourcePolicy, CallerArn: user });
    expect(other?.EvalDecision).toBe('allowed');
    const session = `arn:aws:sts::${account}:assumed-role/exec/s`;
    const wrong = simulate(scene, { ResourcePolicy, CallerArn: session });
    expect((await errorOf(wrong)).name).toMatch(/^InvalidInput/);
  });

  it('comes in pages', async () => {
    await using scene = await openScene();
    await createRole(scene);
    const names = ['ssm:GetParameter', 'kms:Decrypt', 'ecs:RunTask'];
    const input = { PolicySourceArn: role, ActionNames: names, MaxItems: 2 };
    const first = await scene.iam.send(new SimulatePrincipalPolicyCommand(input));
    const next = { ...input, Marker: first.Marker };
    const second = await scene.iam.send(new SimulatePrincipalPolicyCommand(next));
    expect([first.IsTruncated, second.IsTruncated]).toEqual([true, false]);
    const results = [...first.EvaluationResults!, ...second.EvaluationResults!];
    expect(results.map(({ EvalActionName }) => EvalActionName)).toEqual(names);
  });

  it.each<[string, Partial<SimulatePrincipalPolicyCommandInput>, RegExp, RegExp]>([
    [
      'a session',
      { PolicySourceArn: `arn:aws:sts::${account}:assumed-role/exec/s` },
      /^InvalidInput/,
      /^Invalid Entity Arn: .* does not clearly define entity type and name\.$/,
    ],
    ['no such role', { PolicySourceArn: `${role}2` }, /^NoSuchEntity/, /role with name exec2/],
    [
      'a user',
      { PolicySourceArn: `arn:aws:iam::${account}:user/ann` },
      /^NoSuchEntity/,
      /user with name ann/,
    ],
    ['a wildcard in an action', { ActionNames: ['ssm:*'] }, /^InvalidInput/, /ssm:\*/],
    ['no ARN', { ResourceArns: ['db'] }, /^InvalidInput/, /db/],
    ['a bad policy', { PolicyInputList: ['{}'] }, /^MalformedPolicyDocument/, /Statement/],
    ['a marker of its own', { Marker: 'x' }, /^Validation/, /Marker/],
    [
      'what is not simulated',
      { ResourceHandlingOption: 'EC2-VPC-InstanceStore' },
      /^NotInSandbox/,
      /ResourceHandlingOption/,
    ],
  ])('refuses %s', async (_, more, name, message) => {
    await using scene = await openScene();
    await createRole(scene);
    const error = await errorOf(simulate(scene, more));
    expect(error.name).toMatch(name);
    expect(error.message).toMatch(message);
  });

  it('is for who may simulate the role', async () => {
    await using scene = await openScene();
    await createRole(scene);
    await createDeployer(scene);
    const { iam } = await assume(scene);
    const input = { PolicySourceArn: role, ActionNames: ['ssm:GetParameter'] };
    const call = () => iam.send(new SimulatePrincipalPolicyCommand(input));
    expect((await errorOf(call())).message).toContain(
      `perform: iam:SimulatePrincipalPolicy on resource: ${role} because`,
    );
    await grantDeployer(scene, allow('iam:SimulatePrincipalPolicy', role));
    await call();
  });
});
