import { describe, expect, it } from 'vitest';
import { trustPolicy } from '../../../src/model/roles/policy.ts';
import { trustBesides, trustDecision, trustHangsOn } from '../../../src/model/roles/trust.ts';
import { problemsOf } from '../problems-of.ts';

const here = { partition: 'aws', region: 'us-east-1', account: '123456789012' };
const role = 'arn:aws:iam::123456789012:role/exec';

const ecs = { Service: 'ecs-tasks.amazonaws.com' };
const trusting = (more: object = {}): object => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: ecs, Action: 'sts:AssumeRole', ...more },
});
const when = (operator: string, key: string, value: string) =>
  trusting({ Condition: { [operator]: { [key]: value } } });

describe('whether ECS may assume a role', () => {
  it.each([
    ['of our trust policy', trustPolicy(here, true), 'allowed'],
    ['of the documented trust policy', trusting(), 'allowed'],
    ['of any action of STS', trusting({ Action: 'sts:*' }), 'allowed'],
    [
      'of tasks in this region',
      when('ArnLike', 'aws:SourceArn', 'arn:aws:ecs:us-east-1:123456789012:*'),
      'allowed',
    ],
    [
      'of tasks in any cluster',
      when('ArnLike', 'aws:SourceArn', 'arn:aws:ecs:us-east-1:123456789012:task/*/*'),
      'allowed',
    ],
    [
      'of another service',
      trusting({ Principal: { Service: 'ec2.amazonaws.com' } }),
      'implicitDeny',
    ],
    ['of another action', trusting({ Action: 'sts:TagSession' }), 'implicitDeny'],
    [
      'of another account',
      when('StringEquals', 'aws:SourceAccount', '210987654321'),
      'implicitDeny',
    ],
    [
      'of another region',
      when('ArnLike', 'aws:SourceArn', 'arn:aws:ecs:eu-west-1:123456789012:*'),
      'implicitDeny',
    ],
    ['of a denial', trusting({ Effect: 'Deny' }), 'explicitDeny'],
  ])('%s', (_, policy, decision) => {
    expect(trustDecision(policy, role, here)).toBe(decision);
  });

  it('does not count for whom ECS acts, where no source is to be looked at', () => {
    const withSource = when('StringEquals', 'aws:SourceAccount', here.account);
    expect(trustDecision(withSource, role, here, { source: true })).toBe('allowed');
    expect(trustDecision(withSource, role, here, { source: false })).toBe('implicitDeny');
    expect(trustDecision(trusting(), role, here, { source: false })).toBe('allowed');
  });

  it('is refused of what is no policy', () => {
    expect(problemsOf(() => trustDecision({ Statement: 'x' }, role, here))).not.toEqual([]);
  });
});

it('our trust policy is put behind the statements that are there', () => {
  const ours = trustPolicy(here, true);
  const present = {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'People',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::123456789012:root' },
        Action: 'sts:AssumeRole',
      },
    ],
  };
  const both = trustBesides(present, ours);
  expect(both.Version).toBe(ours.Version);
  expect(both.Statement).toHaveLength(1 + ours.Statement.length);
  expect(both.Statement[0]).toMatchObject({ Sid: 'People', Effect: 'Allow' });
  expect(both.Statement.slice(1)).toEqual(ours.Statement);
  expect(trustDecision(present, role, here)).toBe('implicitDeny');
  expect(trustDecision(both, role, here)).toBe('allowed');
});

describe('what a refusal hangs on', () => {
  it.each([
    [
      'what the organization is',
      when('StringEquals', 'aws:SourceOrgID', 'o-1'),
      ['aws:SourceOrgID'],
    ],
    ['a key that only sounds alike', when('Bool', 'my:sts', 'true'), ['my:sts']],
    ['nothing where ECS sends no such key', when('StringEquals', 'sts:ExternalId', 'x'), []],
    ['nothing where ECS has no tags', when('StringEquals', 'aws:PrincipalTag/team', 'x'), []],
    ['nothing where ECS has no second factor', when('Bool', 'aws:MultiFactorAuthAge', 'true'), []],
    ['nothing where ECS is another account', when('StringEquals', 'aws:SourceAccount', '2'), []],
    ['nothing where ECS is denied', trusting({ Effect: 'Deny' }), []],
  ])('is %s', (_, policy, keys) => {
    expect(trustHangsOn(policy, role, here)).toEqual(keys);
  });

  it('is refused of what is no policy', () => {
    expect(problemsOf(() => trustHangsOn({ Statement: 'x' }, role, here))).not.toEqual([]);
    expect(problemsOf(() => trustBesides({ Statement: 'x' }, trustPolicy(here, true)))).not.toEqual(
      [],
    );
  });
});
