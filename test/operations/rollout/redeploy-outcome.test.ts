import { describe, expect, test } from 'vitest';
import type { Service } from '../../../src/aws/ecs-answers.ts';
import { CliError } from '../../../src/errors.ts';
import {
  failuresOf,
  mergeOutcomes,
  notDeployable,
  nothingRedeployed,
  oldValueHolders,
  planRedeploy,
  type FollowedDeployment,
  type RedeployOutcome,
  type Refused,
} from '../../../src/operations/rollout/redeploy-outcome.ts';
import { consumerAt, deploymentAt, followedAt, serviceNamed } from '../../helpers/rollout-fakes.ts';

const error = new CliError('access-denied', 'access denied: ecs:UpdateService');
const refused = (name: string, uncertain = false): Refused => ({
  ...{ consumer: consumerAt(serviceNamed(name)), error, uncertain },
});
const ended = (
  name: string,
  state: FollowedDeployment['state'],
  more: Partial<FollowedDeployment> = {},
): FollowedDeployment => followedAt(serviceNamed(name), { state, ...more });

describe('what a redeployment does with', () => {
  const use = { container: 'web', kind: 'secrets' as const, name: 'A', valueFrom: 'x' };
  test.each<
    [string, Partial<Service>, { pinned?: boolean[]; codeDeploy?: boolean }, RegExp | undefined]
  >([
    ['the ECS controller', {}, {}, undefined],
    ['CODE_DEPLOY', { controller: 'CODE_DEPLOY' }, {}, /--codedeploy/],
    [
      'CODE_DEPLOY with --codedeploy',
      { controller: 'CODE_DEPLOY' },
      { codeDeploy: true },
      undefined,
    ],
    ['EXTERNAL', { controller: 'EXTERNAL' }, { codeDeploy: true }, /create a new task set/],
    ['a pinned reference only', {}, { pinned: [true] }, /pinned to a version/],
    ['a pinned reference beside another', {}, { pinned: [true, false] }, undefined],
    ['a service without a reference', {}, { pinned: [] }, undefined],
    ['a service that is being deleted', { status: 'DRAINING' }, {}, /is DRAINING/],
  ])('%s', (_what, more, { pinned = [false], codeDeploy }, why) => {
    const uses = pinned.map((one) => ({ ...use, pinned: one }));
    const consumer = consumerAt(serviceNamed('web', more), { uses });
    const { redeploy, skipped } = planRedeploy([consumer], { codeDeploy });
    expect(redeploy).toEqual(why ? [] : [consumer]);
    expect(skipped.map((one) => one.why).join()).toMatch(why ?? /^$/);
  });

  test('several of them, of which one cannot be deployed', () => {
    const [web, old] = [
      consumerAt(serviceNamed('web')),
      consumerAt(serviceNamed('old', { status: 'DRAINING' })),
    ];
    const { redeploy, skipped } = planRedeploy([old, web]);
    expect(redeploy).toEqual([web]);
    expect(skipped.map(({ consumer }) => consumer)).toEqual([old]);
    // Without a word about CodeDeploy it is not used.
    const shifted = consumerAt(serviceNamed('api', { controller: 'CODE_DEPLOY' }));
    expect(planRedeploy([shifted]).redeploy).toEqual([]);
  });
});

test('the error for named services that cannot be deployed has each with its reason', () => {
  const skipped = ['web', 'api'].map((name) => ({
    ...{ consumer: consumerAt(serviceNamed(name)), why: `${name} is odd` },
  }));
  expect(notDeployable(skipped, 'nothing was stored')).toMatchObject({
    code: 'not-deployable',
    message: 'shop/web: web is odd\nshop/api: api is odd',
    hint: 'nothing was stored',
  });
});

test('what failed or was refused speaks against the value, what is someone else’s does not', () => {
  const states = ['failed', 'completed', 'timed-out', 'interrupted', 'not-followed'] as const;
  const deployments = states.map((state) => ended('web', state));
  const theirs = ended('web', 'failed', { superseded: true });
  expect(failuresOf({ deployments: [], refused: [] })).toBe(0);
  expect(failuresOf({ deployments: [...deployments, theirs], refused: [] })).toBe(1);
  expect(failuresOf({ deployments, refused: [refused('a'), refused('b', true)] })).toBe(3);
});

test('two outcomes have all of both', () => {
  const outcome = (name: string, interrupted: boolean): RedeployOutcome => ({
    deployments: [ended(name, 'completed')],
    skipped: [{ consumer: consumerAt(serviceNamed(name)), why: name }],
    refused: [refused(name)],
    notStarted: [consumerAt(serviceNamed(name))],
    interrupted,
  });
  const [a, b] = [outcome('a', false), outcome('b', true)];
  const both = mergeOutcomes(a, b);
  expect(both).toEqual({
    deployments: [...a.deployments, ...b.deployments],
    skipped: [...a.skipped, ...b.skipped],
    refused: [...a.refused, ...b.refused],
    notStarted: [...a.notStarted, ...b.notStarted],
    interrupted: true,
  });
  expect(mergeOutcomes(b, a).interrupted).toBe(true);
  expect(mergeOutcomes(a, a).interrupted).toBe(false);
  expect(mergeOutcomes(nothingRedeployed, b)).toEqual(b);
});

describe('who holds the old value', () => {
  test('is everybody but those that are complete or gone, with the reason', () => {
    const outcome: RedeployOutcome = {
      ...nothingRedeployed,
      skipped: [{ consumer: consumerAt(serviceNamed('skipped')), why: 'it is pinned' }],
      refused: [refused('refused')],
      notStarted: [consumerAt(serviceNamed('late'))],
      deployments: [
        ended('new', 'completed'),
        ended('gone', 'service-deleted'),
        ended('failed', 'failed'),
        ended('slow', 'timed-out'),
      ],
    };
    const holders = oldValueHolders(outcome).map(({ service, why }) => [service.name, why]);
    expect(holders).toEqual([
      ['skipped', 'it is pinned'],
      ['refused', 'access denied: ecs:UpdateService'],
      ['late', 'its deployment was not started'],
      ['failed', 'its deployment is failed'],
      ['slow', 'its deployment is timed-out'],
    ]);
  });

  test('is nobody without a task', () => {
    const holds = (desiredCount: number, running: number[]): boolean => {
      const deployments = running.map((runningCount) => deploymentAt('old', { runningCount }));
      const service = serviceNamed('web', { desiredCount, deployments });
      return (
        oldValueHolders({ ...nothingRedeployed, notStarted: [consumerAt(service)] }).length > 0
      );
    };
    expect(holds(0, [])).toBe(false);
    expect(holds(0, [0, 0])).toBe(false);
    // Scaled in to none, but its last task has not stopped yet.
    expect(holds(0, [0, 1])).toBe(true);
    expect(holds(1, [])).toBe(true);
  });
});
