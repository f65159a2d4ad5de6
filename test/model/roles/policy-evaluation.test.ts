import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy, type Policy } from '../../../src/model/roles/parse-policy.ts';
import {
  evaluate,
  evaluateAccess,
  type Decision,
  type PolicyRequest,
} from '../../../src/model/roles/policy-evaluation.ts';
import { matchesWildcard } from '../../../src/model/roles/wildcard.ts';

const account = '123456789012';
const parameter = `arn:aws:ssm:us-east-1:${account}:parameter/app/db`;
const role = `arn:aws:iam::${account}:role/exec`;

function policy(...statements: object[]): Policy {
  return parsePolicy({ Version: '2012-10-17', Statement: statements }, 'identity');
}

function resourcePolicy(...statements: object[]): Policy {
  return parsePolicy({ Version: '2012-10-17', Statement: statements }, 'resource');
}

const allow = (more: object = {}): object => ({
  Effect: 'Allow',
  Action: 'ssm:GetParameters',
  Resource: parameter,
  ...more,
});
const request: PolicyRequest = { action: 'ssm:GetParameters', resource: parameter };

describe('matchesWildcard', () => {
  it.each([
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a*c', 'abbbc', true],
    ['a*c', 'abbbcd', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['secret:db-??????', 'secret:db-AbCdEf', true],
    ['secret:db-??????', 'secret:db-other-AbCdEf', false],
    ['a.c', 'abc', false],
    ['a*', '*', false],
    ['*', '***', true],
  ])('%s against %s: %s', (pattern, text, expected) => {
    expect(matchesWildcard(pattern, text)).toBe(expected);
  });

  it('agrees with a regular expression', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 12 });
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        const source = pattern.replace(/[*?]/g, (wild) => (wild === '*' ? '[^]*' : '[^]'));
        expect(matchesWildcard(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
    );
  });

  it('ends for the patterns that hang backtracking engines', () => {
    expect(matchesWildcard('*a'.repeat(1000) + 'b', 'a'.repeat(10_000))).toBe(false);
  });
});

describe('evaluate', () => {
  it.each<[string, object[], Partial<PolicyRequest>, Decision]>([
    ['an allow', [allow()], {}, 'allowed'],
    ['nothing', [allow({ Action: 'ssm:PutParameter' })], {}, 'implicitDeny'],
    ['an action in another case', [allow({ Action: 'SSM:getparameters' })], {}, 'allowed'],
    [
      'a resource in another case',
      [allow({ Resource: parameter.replace('app', 'App') })],
      {},
      'implicitDeny',
    ],
    [
      'wildcards',
      [allow({ Action: ['ssm:Get*'], Resource: ['arn:aws:ssm:*:*:parameter/app/*'] })],
      {},
      'allowed',
    ],
    ['a deny beside an allow', [allow(), allow({ Effect: 'Deny' })], {}, 'explicitDeny'],
    ['NotAction', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], {}, 'allowed'],
    [
      'NotAction that names it',
      [{ Effect: 'Allow', NotAction: 'ssm:*', Resource: '*' }],
      {},
      'implicitDeny',
    ],
    [
      'NotResource',
      [{ Effect: 'Allow', Action: '*', NotResource: `${parameter}2` }],
      {},
      'allowed',
    ],
    [
      'NotResource that names it',
      [{ Effect: 'Allow', Action: '*', NotResource: parameter }],
      {},
      'implicitDeny',
    ],
    ['one of several actions', [allow({ Action: ['s3:*', 'ssm:Get*'] })], {}, 'allowed'],
    [
      'one of several resources',
      [allow({ Resource: ['arn:aws:s3:::b', parameter] })],
      {},
      'allowed',
    ],
    [
      'NotAction that names it among others',
      [{ Effect: 'Allow', NotAction: ['s3:*', 'ssm:*'], Resource: '*' }],
      {},
      'implicitDeny',
    ],
    [
      'NotResource that names it among others',
      [{ Effect: 'Allow', Action: '*', NotResource: ['arn:aws:s3:::b', parameter] }],
      {},
      'implicitDeny',
    ],
    [
      'a condition that holds',
      [allow({ Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } })],
      { context: { 'AWS:requestedregion': 'us-east-1' } },
      'allowed',
    ],
    [
      'a condition without its key',
      [allow({ Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } })],
      {},
      'implicitDeny',
    ],
  ])('%s', (_, statements, more, expected) => {
    expect(evaluate([policy(...statements)], { ...request, ...more })).toBe(expected);
  });

  it('takes a scalar and a list of one as the same', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (a, b, c) => {
        const shape = (asList: boolean, value: unknown): unknown => (asList ? [value] : value);
        const statement = {
          Effect: 'Allow',
          Action: shape(a, 'ssm:GetParameters'),
          Resource: shape(b, parameter),
          Condition: { StringEquals: { key: shape(c, 'value') } },
        };
        const written = parsePolicy({ Statement: statement }, 'identity');
        expect(evaluate([written], { ...request, context: { key: 'value' } })).toBe('allowed');
      }),
    );
  });

  it('lets a service assume a role under the conditions of its trust policy', () => {
    const trust = parsePolicy(
      {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Service: ['ecs-tasks.amazonaws.com'] },
          Action: 'sts:AssumeRole',
          Condition: {
            ArnLike: { 'aws:SourceArn': `arn:aws:ecs:us-east-1:${account}:*` },
            StringEquals: { 'aws:SourceAccount': account },
          },
        },
      },
      'trust',
    );
    const ask = (service: string, source: string): Decision =>
      evaluate([trust], {
        action: 'sts:AssumeRole',
        resource: role,
        principal: { kind: 'service', service },
        context: { 'aws:SourceArn': source, 'aws:SourceAccount': account },
      });
    const task = `arn:aws:ecs:us-east-1:${account}:task/default/abc`;
    expect(ask('ecs-tasks.amazonaws.com', task)).toBe('allowed');
    expect(ask('lambda.amazonaws.com', task)).toBe('implicitDeny');
    expect(ask('ecs-tasks.amazonaws.com', task.replace('us-east-1', 'eu-west-1'))).toBe(
      'implicitDeny',
    );
  });
});

describe('evaluateAccess', () => {
  const key = `arn:aws:kms:us-east-1:${account}:key/1`;
  const decrypt: PolicyRequest = {
    action: 'kms:Decrypt',
    resource: key,
    principal: { kind: 'role', arn: role, sessionArn: 'arn:aws:sts::1:assumed-role/exec/t' },
  };
  const identity = policy({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: key });
  const everything = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };
  const root = resourcePolicy({
    ...everything,
    Principal: { AWS: `arn:aws:iam::${account}:root` },
  });
  const someoneElse = resourcePolicy({ ...everything, Principal: { AWS: `${role}2` } });
  const direct = resourcePolicy({ ...everything, Principal: { AWS: [role] } });
  const boundary = policy({ Effect: 'Allow', Action: 'ssm:*', Resource: '*' });

  it.each([
    ['the key leaves it to IAM', { identity: [identity], resource: root }, 'allowed', 'identity'],
    [
      'the account is named by its id',
      {
        identity: [identity],
        resource: resourcePolicy({ ...everything, Principal: { AWS: account } }),
      },
      'allowed',
      'identity',
    ],
    [
      'the key does not leave it to IAM',
      { identity: [identity], resource: someoneElse },
      'implicitDeny',
      'resource',
    ],
    ['only the key names the role', { identity: [], resource: direct }, 'allowed', 'identity'],
    ['the role has no permission', { identity: [], resource: root }, 'implicitDeny', 'identity'],
    [
      'the boundary does not let it',
      { identity: [identity], resource: root, boundary },
      'implicitDeny',
      'boundary',
    ],
    [
      'the boundary does not let the named role',
      { identity: [], resource: direct, boundary },
      'implicitDeny',
      'boundary',
    ],
    [
      'the key denies',
      {
        identity: [identity],
        resource: resourcePolicy({ ...everything, Effect: 'Deny', Principal: '*' }),
      },
      'explicitDeny',
      'resource',
    ],
    [
      'the key allows all but others',
      {
        identity: [],
        resource: resourcePolicy({ ...everything, NotPrincipal: { AWS: `${role}2` } }),
      },
      'allowed',
      'resource',
    ],
  ] as const)('a key: %s', (_, policies, decision, by) => {
    expect(evaluateAccess({ ...policies, resourceDecides: true }, decrypt)).toEqual({
      decision,
      by,
    });
  });

  it('denies everybody behind a boundary whom a policy denies by NotPrincipal', () => {
    const resource = resourcePolicy({
      ...everything,
      Effect: 'Deny',
      NotPrincipal: { AWS: role },
    });
    const policies = { identity: [identity], resource };
    expect(evaluateAccess(policies, decrypt).decision).toBe('allowed');
    const bounded = { ...policies, boundary: identity };
    expect(evaluateAccess(bounded, decrypt)).toEqual({ decision: 'explicitDeny', by: 'resource' });
  });

  it('takes the word of a policy that names the very user or session', () => {
    const user = `arn:aws:iam::${account}:user/ann`;
    const request = { ...decrypt, principal: { kind: 'user' as const, arn: user } };
    const named = resourcePolicy({ ...everything, Principal: { AWS: user } });
    const policies = { identity: [], boundary, resource: named, resourceDecides: true };
    expect(evaluateAccess(policies, request).decision).toBe('allowed');
    expect(evaluateAccess({ ...policies, resource: root }, request).decision).toBe('implicitDeny');
    const session = resourcePolicy({
      ...everything,
      Principal: { AWS: 'arn:aws:sts::1:assumed-role/exec/t' },
    });
    expect(evaluateAccess({ ...policies, resource: session }, decrypt).decision).toBe('allowed');
  });

  it('takes the word of the identity policy or of the resource policy for other resources', () => {
    expect(evaluateAccess({ identity: [identity] }, decrypt).decision).toBe('allowed');
    expect(evaluateAccess({ identity: [], resource: direct }, decrypt).decision).toBe('allowed');
    expect(evaluateAccess({ identity: [], resource: root }, decrypt).decision).toBe('implicitDeny');
  });
});

describe('whom a statement of a resource is about', () => {
  const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf';
  const user = `arn:aws:iam::${account}:user/ann`;
  const asRole = { kind: 'role', arn: role } as const;
  const asUser = { kind: 'user', arn: user } as const;
  const asService = { kind: 'service', service: 'ecs-tasks.amazonaws.com' } as const;

  /** What the policy of a secret decides by itself. */
  const decided = (
    statement: object,
    principal: PolicyRequest['principal'],
    action = 'secretsmanager:GetSecretValue',
  ): Decision =>
    evaluate(
      [
        resourcePolicy({
          ...{ Effect: 'Allow', Action: 'secretsmanager:Get*', Resource: '*' },
          ...statement,
        }),
      ],
      { action, resource: secret, principal },
    );

  it.each<[string, object, PolicyRequest['principal'], Decision]>([
    ['everyone', { Principal: '*' }, asUser, 'allowed'],
    ['everyone, also nobody', { Principal: { AWS: '*' } }, undefined, 'allowed'],
    ['a role', { Principal: { AWS: [user, role] } }, asRole, 'allowed'],
    ['nobody', { Principal: { AWS: role } }, undefined, 'implicitDeny'],
    ['another role', { Principal: { AWS: `${role}2` } }, asRole, 'implicitDeny'],
    ['a user', { Principal: { AWS: user } }, asUser, 'allowed'],
    ['a user, and a role asks', { Principal: { AWS: user } }, asRole, 'implicitDeny'],
    ['an account', { Principal: { AWS: account } }, asUser, 'allowed'],
    ['its root', { Principal: { AWS: `arn:aws:iam::${account}:root` } }, asRole, 'allowed'],
    ['another account', { Principal: { AWS: '999999999999' } }, asRole, 'implicitDeny'],
    [
      'a root of another partition',
      { Principal: { AWS: `arn:aws-cn:iam::${account}:root` } },
      asRole,
      'implicitDeny',
    ],
    ['a service', { Principal: { Service: asService.service } }, asService, 'allowed'],
    ['another service', { Principal: { Service: 's3.amazonaws.com' } }, asService, 'implicitDeny'],
    [
      'a service, as an account',
      { Principal: { AWS: asService.service } },
      asService,
      'implicitDeny',
    ],
    ['a service, and a role asks', { Principal: { Service: role } }, asRole, 'implicitDeny'],
    ['a provider', { Principal: { Federated: 'x' } }, asRole, 'implicitDeny'],
    ['all but this role', { NotPrincipal: { AWS: role } }, asRole, 'implicitDeny'],
    ['all but another one', { NotPrincipal: { AWS: `${role}2` } }, asRole, 'allowed'],
    ['all but this account', { NotPrincipal: { AWS: account } }, asRole, 'implicitDeny'],
    ['a denied role', { Effect: 'Deny', Principal: { AWS: role } }, asRole, 'explicitDeny'],
    ['a denied user', { Effect: 'Deny', Principal: { AWS: user } }, asRole, 'implicitDeny'],
    [
      'all but a role, denied',
      { Effect: 'Deny', NotPrincipal: { AWS: role } },
      asRole,
      'implicitDeny',
    ],
  ])('%s', (_, statement, principal, expected) => {
    expect(decided(statement, principal)).toBe(expected);
  });

  it('is for its own actions only', () => {
    expect(decided({ Principal: { AWS: role } }, asRole, 'secretsmanager:PutSecretValue')).toBe(
      'implicitDeny',
    );
  });
});

describe('the policy that a refusal comes from', () => {
  const statement = (Effect: string, Action = 'ssm:*') => ({ Effect, Action, Resource: '*' });
  const asRole = { ...request, principal: { kind: 'role' as const, arn: role } };
  const allowing = policy(statement('Allow'));
  const denying = policy(statement('Deny'));
  const nothing = policy(statement('Allow', 's3:*'));
  const ofResource = (Effect: string, more: object = {}) =>
    resourcePolicy({ ...statement(Effect), Principal: { AWS: role }, ...more });

  it.each<[string, Parameters<typeof evaluateAccess>[0], Decision, string]>([
    [
      'all deny',
      { identity: [denying], boundary: denying, resource: ofResource('Deny') },
      'explicitDeny',
      'identity',
    ],
    [
      'all but the identity deny',
      { identity: [allowing], boundary: denying, resource: ofResource('Deny') },
      'explicitDeny',
      'boundary',
    ],
    [
      'the resource denies',
      { identity: [allowing], boundary: allowing, resource: ofResource('Deny') },
      'explicitDeny',
      'resource',
    ],
    ['nobody allows', { identity: [nothing], boundary: nothing }, 'implicitDeny', 'identity'],
    ['only the boundary allows', { identity: [], boundary: allowing }, 'implicitDeny', 'identity'],
    [
      'the boundary does not',
      { identity: [allowing], boundary: nothing },
      'implicitDeny',
      'boundary',
    ],
    ['all allow', { identity: [nothing, allowing], boundary: allowing }, 'allowed', 'identity'],
    [
      'one of two identity policies denies',
      { identity: [allowing, denying] },
      'explicitDeny',
      'identity',
    ],
    [
      'a key without a policy decides',
      { identity: [allowing], resourceDecides: true },
      'implicitDeny',
      'resource',
    ],
    [
      'the resource allows something else',
      { identity: [], resource: ofResource('Allow', { Action: 'ssm:PutParameter' }) },
      'implicitDeny',
      'identity',
    ],
    [
      'the resource allows the role besides everyone something else',
      {
        identity: [],
        boundary: nothing,
        resource: resourcePolicy(
          { ...statement('Allow'), Principal: { AWS: role } },
          { ...statement('Allow', 's3:*'), Principal: '*' },
        ),
      },
      'implicitDeny',
      'boundary',
    ],
    [
      'the resource allows everyone, after the account and the role',
      {
        identity: [],
        boundary: nothing,
        resource: resourcePolicy(
          { ...statement('Allow'), Principal: { AWS: account } },
          { ...statement('Allow'), Principal: { AWS: role } },
          { ...statement('Allow'), Principal: '*' },
        ),
      },
      'allowed',
      'resource',
    ],
    [
      'the resource allows the role, after its account',
      {
        identity: [],
        resource: resourcePolicy(
          { ...statement('Allow'), Principal: { AWS: account } },
          { ...statement('Allow'), Principal: { AWS: role } },
        ),
      },
      'allowed',
      'identity',
    ],
  ])('%s', (_, policies, decision, by) => {
    expect(evaluateAccess(policies, asRole)).toEqual({ decision, by });
  });

  it('is the resource where it denies everyone but the service that asks', () => {
    const NotPrincipal = { Service: 'ecs-tasks.amazonaws.com' };
    const resource = ofResource('Deny', { NotPrincipal, Principal: undefined });
    expect(evaluateAccess({ identity: [allowing], resource }, asRole).decision).toBe(
      'explicitDeny',
    );
    const principal = { kind: 'service' as const, service: 'ecs-tasks.amazonaws.com' };
    expect(evaluateAccess({ identity: [allowing], resource }, { ...request, principal })).toEqual({
      ...{ decision: 'allowed', by: 'identity' },
    });
  });

  it('is not the resource where a boundary meets an allow for all but somebody', () => {
    const allowed = ofResource('Allow', { NotPrincipal: { AWS: role }, Principal: undefined });
    const policies = { identity: [], boundary: allowing, resource: allowed };
    expect(evaluateAccess(policies, asRole)).toEqual({ decision: 'implicitDeny', by: 'identity' });
  });
});
