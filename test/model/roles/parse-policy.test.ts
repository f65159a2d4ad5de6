import { describe, expect, it, test } from 'vitest';
import { parsePolicy, type PolicyKind } from '../../../src/model/roles/parse-policy.ts';
import { InvalidInput } from '../../../src/model/problems.ts';

const resource = 'arn:aws:ssm:us-east-1:123456789012:parameter/app/db';
const allow = (more: object = {}): object => ({
  ...{ Effect: 'Allow', Action: 'ssm:GetParameters', Resource: resource },
  ...more,
});
const trust = (more: object = {}): object => ({
  ...{ Effect: 'Allow', Action: 'sts:AssumeRole' },
  ...{ Principal: { Service: 'ecs-tasks.amazonaws.com' }, ...more },
});
const ofKey = (more: object = {}): object => allow({ Principal: '*', ...more });

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

describe('a policy that is read', () => {
  test('has lists, whatever it is written as', () => {
    const Condition = { Bool: { a: true }, NumericEquals: { b: [1, '2'] }, Null: { c: 'false' } };
    const written = { Id: 'p', Statement: ofKey({ Sid: 's', Condition }) };
    const read = {
      Id: 'p',
      Statement: [
        {
          ...{ Sid: 's', Effect: 'Allow', Principal: { AWS: ['*'] } },
          ...{ Action: ['ssm:GetParameters'], Resource: [resource] },
          Condition: {
            Bool: { a: ['true'] },
            NumericEquals: { b: ['1', '2'] },
            Null: { c: ['false'] },
          },
        },
      ],
    };
    expect(parsePolicy(written, 'resource')).toEqual(read);
    expect(parsePolicy(JSON.stringify(written), 'resource')).toEqual(read);
    const Statement = [written.Statement, written.Statement];
    expect(parsePolicy({ Statement }, 'resource').Statement).toHaveLength(2);
  });

  test('names principals of each kind, one or several', () => {
    const Principal = {
      ...{ AWS: ['111111111111', '*'], Service: 's3.amazonaws.com' },
      ...{ Federated: 'cognito-identity.amazonaws.com', CanonicalUser: '79a5' },
    };
    const [statement] = parsePolicy({ Statement: trust({ Principal }) }, 'trust').Statement;
    expect(statement?.Principal).toEqual({
      ...{ AWS: ['111111111111', '*'], Service: ['s3.amazonaws.com'] },
      ...{ Federated: ['cognito-identity.amazonaws.com'], CanonicalUser: ['79a5'] },
    });
  });

  test.each<[string, PolicyKind, object]>([
    ['any action', 'identity', allow({ Action: '*' })],
    ['any action of a service', 'identity', allow({ Action: ['ssm:*', 'execute-api:Invoke?'] })],
    ['all actions but one', 'identity', { ...allow({ NotAction: 'iam:*' }), Action: undefined }],
    ['any resource', 'identity', allow({ Resource: '*' })],
    ['a bucket', 'identity', allow({ Resource: 'arn:aws:s3:::b' })],
    [
      'all but a bucket',
      'identity',
      { ...allow({ NotResource: 'arn:aws:s3:::b' }), Resource: undefined },
    ],
    ['a line break in a name', 'identity', allow({ Resource: 'arn:aws:s3:::\n' })],
    ['anything as the resource of a key', 'resource', ofKey({ Resource: 'this key' })],
    ['all but a principal', 'resource', { ...ofKey({ NotPrincipal: '*' }), Principal: undefined }],
    ['a trust', 'trust', trust()],
    ['a denial', 'identity', allow({ Effect: 'Deny' })],
  ])('may have %s', (_what, kind, statement) => {
    expect(parsePolicy({ Version: '2012-10-17', Statement: statement }, kind)).toBeDefined();
    expect(parsePolicy({ Version: '2008-10-17', Statement: [statement] }, kind)).toBeDefined();
  });
});

describe('what is wrong with a policy', () => {
  const problemsOf = (document: unknown, kind: PolicyKind = 'identity'): readonly string[] => {
    try {
      parsePolicy(document, kind);
    } catch (error) {
      if (error instanceof InvalidInput) return error.problems;
    }
    return [];
  };

  test('is told in one sentence where it is no policy at all', () => {
    expect(problemsOf('{')).toEqual(['the policy is not valid JSON']);
    expect(problemsOf('[]')).toEqual([expect.stringMatching(/^policy: /)]);
    expect(problemsOf(undefined)).toEqual([expect.stringMatching(/^policy: /)]);
    expect(problemsOf({ Statement: allow({ Effect: 'allow' }) })).toEqual([
      expect.stringMatching(/^Statement/),
    ]);
    expect(problemsOf({ Version: 'x', Statement: allow() })).toEqual([
      expect.stringMatching(/^Version: /),
    ]);
    for (const more of [{ Other: 1 }, { Id: 1 }]) {
      expect(problemsOf({ ...more, Statement: allow() })).toHaveLength(1);
    }
    for (const more of [
      { Other: 1 },
      { Sid: 1 },
      { Action: 1 },
      { Condition: { Bool: { k: null } } },
    ]) {
      expect(problemsOf({ Statement: allow(more) })).toHaveLength(1);
    }
    for (const Principal of ['x', { Group: 'x' }, { AWS: 1 }]) {
      expect(problemsOf({ Statement: ofKey({ Principal }) }, 'resource')).toHaveLength(1);
    }
  });

  test.each<[PolicyKind, object, string[]]>([
    [
      'identity',
      { Effect: 'Allow' },
      ['it needs either Action or NotAction', 'it needs either Resource or NotResource'],
    ],
    [
      'identity',
      allow({ NotAction: '*', NotResource: '*' }),
      ['it needs either Action or NotAction', 'it needs either Resource or NotResource'],
    ],
    [
      'identity',
      allow({ Principal: '*', NotPrincipal: '*' }),
      ['Principal is not allowed in such a policy', 'NotPrincipal is not allowed in such a policy'],
    ],
    [
      'trust',
      trust({ Resource: '*', NotResource: '*' }),
      ['Resource is not allowed in such a policy', 'NotResource is not allowed in such a policy'],
    ],
    ['trust', { ...trust(), Principal: undefined }, ['it needs either Principal or NotPrincipal']],
    ['resource', ofKey({ NotPrincipal: '*' }), ['it needs either Principal or NotPrincipal']],
    ['resource', { ...ofKey(), Resource: undefined }, ['it needs either Resource or NotResource']],
    [
      'identity',
      allow({ Action: [], Resource: [] }),
      ['Action is an empty list', 'Resource is an empty list'],
    ],
    [
      'identity',
      { Effect: 'Deny', NotAction: [], NotResource: [] },
      ['NotAction is an empty list', 'NotResource is an empty list'],
    ],
    [
      'identity',
      allow({ Condition: { Like: { k: 'v' }, Bool: { k: 'true' } } }),
      ['"Like" is not a condition operator'],
    ],
  ])('in a policy of the kind %s: %j', (kind, statement, problems) => {
    const told = problems.map((problem) => `Statement.0: ${problem}`);
    expect(problemsOf({ Statement: statement }, kind)).toEqual(told);
  });

  test.each([
    ...[
      'Get',
      'ssm:',
      ':Get',
      'ssm:Get/x',
      'ssm:Get it',
      'my ssm:Get',
      'ssm:Get:it',
      's*:Get',
      '**',
      '',
    ],
  ])('is the action %j', (action) => {
    const told = [`Statement.0: "${action}" is not an action: write service:Operation`];
    expect(problemsOf({ Statement: allow({ Action: action }) })).toEqual(told);
    const all = { Effect: 'Allow', NotAction: ['ssm:*', action], Resource: '*' };
    expect(problemsOf({ Statement: all })).toEqual(told);
  });

  test.each(['db', 'arn:aws:s3', 'arn:aws:s3:::', 'an arn:aws:s3:::b', 'arn:aws:s3::b', '**', ''])(
    'is the resource %j',
    (one) => {
      const told = [`Statement.0: "${one}" is neither an ARN nor "*"`];
      expect(problemsOf({ Statement: allow({ Resource: one }) })).toEqual(told);
      const all = { Effect: 'Allow', Action: '*', NotResource: ['*', one] };
      expect(problemsOf({ Statement: all })).toEqual(told);
    },
  );

  test('is told of every statement', () => {
    const Statement = [allow({ Action: 'Get' }), allow(), allow({ Resource: 'db' })];
    expect(problemsOf({ Statement })).toEqual([
      'Statement.0: "Get" is not an action: write service:Operation',
      'Statement.2: "db" is neither an ARN nor "*"',
    ]);
  });
});
