import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy, type Policy } from '../../../src/model/roles/parse-policy.ts';
import {
  evaluate,
  evaluateAccess,
  type Decision,
  type PolicyRequest,
} from '../../../src/model/roles/policy-evaluation.ts';
import { conditionsHold, isConditionOperator } from '../../../src/model/roles/policy-conditions.ts';
import { matchesWildcard } from '../../../src/model/roles/wildcard.ts';
import { InvalidInput } from '../../../src/model/problems.ts';

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

describe('conditionsHold', () => {
  const arn = `arn:aws:ecs:us-east-1:${account}:task/c/1`;
  it.each<
    [string, Record<string, Record<string, string[]>>, Record<string, string | string[]>, boolean]
  >([
    ['any of the wanted values', { StringEquals: { k: ['a', 'b'] } }, { k: 'b' }, true],
    ['none of the refused values', { StringNotEquals: { k: ['a', 'b'] } }, { k: 'c' }, true],
    ['one of the refused values', { StringNotEquals: { k: ['a', 'b'] } }, { k: 'b' }, false],
    ['a refused value without the key', { StringNotEquals: { k: ['a'] } }, {}, true],
    ['IfExists without the key', { StringEqualsIfExists: { k: ['a'] } }, {}, true],
    ['IfExists with the key', { StringEqualsIfExists: { k: ['a'] } }, { k: 'b' }, false],
    ['StringLike', { StringLike: { k: ['a*'] } }, { k: 'abc' }, true],
    ['StringNotLike', { StringNotLike: { k: ['a*'] } }, { k: 'abc' }, false],
    ['StringEquals takes no wildcard', { StringEquals: { k: ['a*'] } }, { k: 'abc' }, false],
    ['StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { k: ['ABC'] } }, { k: 'abc' }, true],
    ['ArnLike', { ArnLike: { k: [`arn:aws:ecs:*:${account}:*`] } }, { k: arn }, true],
    ['ArnLike part by part', { ArnLike: { k: ['arn:*:task/c/1'] } }, { k: arn }, false],
    ['ArnNotEquals', { ArnNotEquals: { k: [arn] } }, { k: arn }, false],
    ['Bool', { Bool: { k: ['true'] } }, { k: 'True' }, true],
    ['Null of a missing key', { Null: { k: ['true'] } }, {}, true],
    ['Null of a present key', { Null: { k: ['true'] } }, { k: 'a' }, false],
    ['ForAnyValue', { 'ForAnyValue:StringEquals': { k: ['a'] } }, { k: ['b', 'a'] }, true],
    ['ForAnyValue without the key', { 'ForAnyValue:StringEquals': { k: ['a'] } }, {}, false],
    ['ForAllValues', { 'ForAllValues:StringEquals': { k: ['a'] } }, { k: ['b', 'a'] }, false],
    ['ForAllValues without the key', { 'ForAllValues:StringEquals': { k: ['a'] } }, {}, true],
    ['numbers', { NumericLessThanEquals: { k: ['10'] } }, { k: '9' }, true],
    [
      'dates',
      { DateGreaterThan: { k: ['2020-01-01T00:00:00Z'] } },
      { k: '2021-01-01T00:00:00Z' },
      true,
    ],
    ['an address', { IpAddress: { k: ['1.2.3.4'] } }, { k: '1.2.3.4' }, true],
    ['a range', { IpAddress: { k: ['203.0.113.0/24'] } }, { k: '203.0.113.9' }, true],
    ['another range', { IpAddress: { k: ['203.0.113.0/25'] } }, { k: '203.0.113.129' }, false],
    ['every address', { IpAddress: { k: ['0.0.0.0/0'] } }, { k: '1.2.3.4' }, true],
    ['IPv6', { IpAddress: { k: ['2001:DB8::/32'] } }, { k: '2001:db8:1::7' }, true],
    ['IPv6 in full', { IpAddress: { k: ['::1'] } }, { k: '0:0:0:0:0:0:0:1' }, true],
    ['the other kind of address', { IpAddress: { k: ['::/0'] } }, { k: '1.2.3.4' }, false],
    ['what is no address', { IpAddress: { k: ['::/0'] } }, { k: '1::2::3' }, false],
    ['NotIpAddress', { NotIpAddress: { k: ['10.0.0.0/8'] } }, { k: '1.2.3.4' }, true],
    ['a list needs a set operator', { StringEquals: { k: ['a'] } }, { k: ['a'] }, false],
    ['so does a refused list', { StringNotEquals: { k: ['b'] } }, { k: ['a'] }, false],
    ['an empty list is missing', { Null: { k: ['true'] } }, { k: [] }, true],
    ['an empty text is not', { Null: { k: ['true'] } }, { k: '' }, false],
    ['an empty text is no number', { NumericEquals: { k: ['0'] } }, { k: '' }, false],
    ['NumericNotEquals', { NumericNotEquals: { k: ['1'] } }, { k: '2' }, true],
    ['seconds', { DateLessThan: { k: ['2020-01-01T00:00:00Z'] } }, { k: '1577836799' }, true],
    [
      'ForAllValues with a refused value',
      { 'ForAllValues:StringNotEquals': { k: ['a'] } },
      { k: ['b', 'a'] },
      false,
    ],
    [
      'all operators',
      { StringEquals: { k: ['a'] }, Bool: { l: ['true'] } },
      { k: 'a', l: 'false' },
      false,
    ],
  ])('%s', (_, conditions, context, expected) => {
    expect(conditionsHold(conditions, context)).toBe(expected);
  });

  it('knows the names of operators', () => {
    expect(isConditionOperator('ForAnyValue:StringNotLikeIfExists')).toBe(true);
    expect(isConditionOperator('NotIpAddress')).toBe(true);
    expect(isConditionOperator('Null')).toBe(true);
    expect(isConditionOperator('StringSounds')).toBe(false);
    expect(isConditionOperator('NotBool')).toBe(false);
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

describe('parsePolicy', () => {
  it.each<[string, unknown, 'identity' | 'trust' | 'resource', RegExp]>([
    ['no JSON', '{', 'identity', /not valid JSON/],
    ['no statement', { Version: '2012-10-17', Statement: [] }, 'identity', /Statement/],
    ['an unknown version', { Version: '2020-01-01', Statement: allow() }, 'identity', /Version/],
    ['an unknown member', { Statement: allow({ Actions: 'x' }) }, 'identity', /Actions/],
    ['no action', { Statement: { Effect: 'Allow', Resource: '*' } }, 'identity', /Action/],
    ['no resource', { Statement: { Effect: 'Allow', Action: '*' } }, 'identity', /Resource/],
    [
      'an empty list of resources',
      { Statement: allow({ Resource: [] }) },
      'identity',
      /empty list/,
    ],
    ['a resource that is no ARN', { Statement: allow({ Resource: 'db' }) }, 'identity', /ARN/],
    ['an action without a service', { Statement: allow({ Action: 'Get' }) }, 'identity', /action/],
    ['a principal', { Statement: allow({ Principal: '*' }) }, 'identity', /Principal/],
    [
      'no principal',
      { Statement: { Effect: 'Allow', Action: 'sts:AssumeRole' } },
      'trust',
      /Principal/,
    ],
    [
      'an unknown operator',
      { Statement: allow({ Condition: { Like: { k: 'v' } } }) },
      'identity',
      /Like/,
    ],
  ])('refuses %s', (_, document, kind, problem) => {
    expect(() => parsePolicy(document, kind)).toThrow(InvalidInput);
    expect(() => parsePolicy(document, kind)).toThrow(problem);
  });
});
