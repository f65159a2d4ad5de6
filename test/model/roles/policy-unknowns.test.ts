import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../../src/model/roles/parse-policy.ts';
import { evaluateAccess } from '../../../src/model/roles/policy-evaluation.ts';
import { assumeUnknownsPass, isAbsentForTasks } from '../../../src/model/roles/policy-unknowns.ts';
import { trustHangsOn } from '../../../src/model/roles/trust.ts';

const resource = 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/db';
const context = { 'aws:RequestedRegion': 'us-east-1' };
const allow = (more: object = {}): object => ({
  ...{ Effect: 'Allow', Action: 'ssm:GetParameters', Resource: resource },
  ...more,
});
const deny = (more: object): object => allow({ Effect: 'Deny', ...more });

/** What is decided as it is, and at best. */
function decided(...statements: object[]): [string, string, string[]] {
  const document = { Version: '2012-10-17', Statement: statements };
  const access = { identity: [parsePolicy(document, 'identity')] };
  const request = { action: 'ssm:GetParameters', resource, context };
  const { policies, unknown } = assumeUnknownsPass(access, context, isAbsentForTasks);
  return [
    evaluateAccess(access, request).decision,
    evaluateAccess(policies, request).decision,
    unknown,
  ];
}

describe('policies at best', () => {
  test.each<[string, object[], string[]]>([
    [
      'a tag',
      [allow({ Condition: { StringEquals: { 'aws:ResourceTag/a': 'b' } } })],
      ['aws:ResourceTag/a'],
    ],
    [
      'a variable',
      [allow({ Resource: `${resource.slice(0, -2)}\${aws:SourceVpc}` })],
      ['aws:SourceVpc'],
    ],
    [
      'a variable in NotResource',
      [
        {
          ...allow(),
          Resource: undefined,
          NotResource: `\${aws:SourceVpc}`.padStart(60, 'arn:aws:ssm:a:b:'),
        },
      ],
      ['aws:SourceVpc'],
    ],
    [
      'a variable in a condition',
      [allow({ Condition: { StringEquals: { 'aws:RequestedRegion': '${aws:SourceVpc}' } } })],
      ['aws:SourceVpc'],
    ],
    [
      'a denial of other tags',
      [allow(), deny({ Condition: { StringNotEquals: { 'aws:ResourceTag/a': 'b' } } })],
      ['aws:ResourceTag/a'],
    ],
  ])('may allow what hangs on %s', (what, statements, keys) => {
    const [now, best, unknown] = decided(...statements);
    expect(best).toBe('allowed');
    expect(unknown).toEqual(keys);
    if (!what.includes('NotResource')) expect(now).not.toBe('allowed');
  });

  test.each<[string, object[]]>([
    [
      'another region',
      [allow({ Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } } })],
    ],
    [
      'a tag in another region',
      [
        allow({
          Condition: {
            StringEquals: { 'aws:RequestedRegion': 'eu-west-1', 'aws:ResourceTag/a': 'b' },
          },
        }),
      ],
    ],
    [
      'a tag of another parameter',
      [allow({ Resource: `${resource}2`, Condition: { Null: { 'aws:ResourceTag/a': 'false' } } })],
    ],
    ['a plain denial', [allow(), deny({})]],
    [
      'a denial beside an open one',
      [allow(), deny({ Resource: [resource, `${resource}\${aws:SourceVpc}`] })],
    ],
    [
      'a tag of the role that it has not',
      [allow({ Condition: { StringEquals: { 'aws:PrincipalTag/a': 'b' } } })],
    ],
    ['a second factor', [allow({ Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })]],
  ])('do not allow %s', (_, statements) => {
    const [now, best] = decided(...statements);
    expect(now).not.toBe('allowed');
    expect(best).not.toBe('allowed');
  });
});

describe('trust', () => {
  const here = { partition: 'aws', region: 'us-east-1', account: '123456789012' };
  const hangsOn = (Condition: object): string[] => {
    const Principal = { Service: 'ecs-tasks.amazonaws.com' };
    const one = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole', Condition };
    const role = 'arn:aws:iam::123456789012:role/exec';
    return trustHangsOn({ Version: '2012-10-17', Statement: one }, role, here);
  };

  test('may hang on what is not known, such as the organization', () => {
    expect(hangsOn({ StringEquals: { 'aws:SourceOrgID': 'o-1' } })).toEqual(['aws:SourceOrgID']);
  });

  test('does not hang on what ECS does not send, nor where it refuses anyway', () => {
    expect(hangsOn({ StringEquals: { 'sts:ExternalId': 'x' } })).toEqual([]);
    const other = { 'aws:SourceAccount': '210987654321', 'aws:SourceOrgID': 'o-1' };
    expect(hangsOn({ StringEquals: other })).toEqual([]);
  });
});
