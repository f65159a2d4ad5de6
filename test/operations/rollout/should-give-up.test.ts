import { describe, expect, test } from 'vitest';
import type { Rollout } from '../../../src/model/rollout/rollout.ts';
import type { FollowedDeployment } from '../../../src/operations/rollout/redeploy-outcome.ts';
import {
  deservesAnotherStart,
  mostAttempts,
  shouldGiveUp,
} from '../../../src/operations/rollout/should-give-up.ts';
import { deploymentAt, followedAt, serviceNamed } from '../../helpers/rollout-fakes.ts';

const hopeless = 'ResourceInitializationError: invalid ssm parameters: /shop/db';
const denied =
  'User: arn:aws:sts::123456789012:assumed-role/exec/1 is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:us-east-1:123456789012:parameter/shop/db because no identity-based policy allows the ssm:GetParameters action';
const throttled = 'ThrottlingException: Rate exceeded';
const unclear = 'Task failed container health checks';
const twoMinutes = 120_000;

function rolloutWith(failedTasks: number, desiredCount = 1): Rollout {
  const deployment = deploymentAt('new', { failedTasks, desiredCount });
  return { state: 'in-progress', reason: undefined, deployment, oldTasks: 0 };
}

function reasonAfter(
  failedTasks: number,
  more: Partial<FollowedDeployment>,
  desiredCount?: number,
): string | undefined {
  return shouldGiveUp(
    followedAt(serviceNamed('web'), more),
    rolloutWith(failedTasks, desiredCount),
  );
}

describe('a deployment is given up', () => {
  test('at the second task that cannot start with this value, with its reason', () => {
    expect(reasonAfter(1, { stopReasons: [hopeless] })).toBeUndefined();
    expect(reasonAfter(2, { stopReasons: [throttled, hopeless] })).toBe(hopeless);
  });

  test('at a denial when a change of the role has had two minutes to spread', () => {
    const stopReasons = [denied];
    expect(reasonAfter(9, { stopReasons, elapsed: twoMinutes - 1 })).toBeUndefined();
    expect(reasonAfter(2, { stopReasons, elapsed: twoMinutes })).toBe(denied);
  });

  test('at as many failures as the circuit breaker of ECS takes', () => {
    expect(reasonAfter(2, { stopReasons: [unclear] })).toBeUndefined();
    expect(reasonAfter(3, { stopReasons: [unclear] })).toBe('3 of its tasks failed');
    expect(reasonAfter(3, { stopReasons: [unclear, throttled] })).toBe('3 of its tasks failed');
    expect(reasonAfter(5, { stopReasons: [unclear] }, 12)).toBeUndefined();
    expect(reasonAfter(6, { stopReasons: [unclear] }, 12)).toBe('6 of its tasks failed');
  });

  test('at as many as the service says, and before that as ECS says of the deployment', () => {
    const circuitBreaker = { type: 'COUNT', value: 5 };
    const service = serviceNamed('web', { circuitBreaker });
    const judged = (failed: number, failureThreshold?: number) =>
      shouldGiveUp(followedAt(service, { failureThreshold }), rolloutWith(failed));
    expect(judged(4)).toBeUndefined();
    expect(judged(5)).toBe('5 of its tasks failed');
    expect(judged(4, 4)).toBe('4 of its tasks failed');
    expect(judged(5, 6)).toBeUndefined();
  });

  test('at failures of which nothing is known, by their number', () => {
    expect(reasonAfter(2, {})).toBeUndefined();
    expect(reasonAfter(3, {})).toBe('3 of its tasks failed');
  });

  test('never for what passes by itself, nor where ECS does not describe it', () => {
    expect(reasonAfter(100, { stopReasons: [throttled] })).toBeUndefined();
    const rollout: Rollout = { ...rolloutWith(0), deployment: undefined };
    const followed = followedAt(serviceNamed('web'), { stopReasons: [hopeless] });
    expect(shouldGiveUp(followed, rollout)).toBeUndefined();
  });
});

describe('a deployment that failed', () => {
  const failed = (
    more: Partial<FollowedDeployment>,
    options: { roleMayBeNew?: boolean } = {},
  ): boolean =>
    deservesAnotherStart(
      followedAt(serviceNamed('web'), { state: 'failed', stopReasons: [throttled], ...more }),
      options,
    );

  test('is started again after what passes by itself, three times at most', () => {
    expect(failed({})).toBe(true);
    expect(failed({ attempts: mostAttempts - 1 })).toBe(true);
    expect(failed({ attempts: mostAttempts })).toBe(false);
  });

  test('is not after anything else', () => {
    expect(failed({ stopReasons: [] })).toBe(false);
    expect(failed({ stopReasons: [throttled, unclear] })).toBe(false);
    expect(failed({ stopReasons: [hopeless] }, { roleMayBeNew: true })).toBe(false);
    expect(failed({ stopReasons: [unclear] }, { roleMayBeNew: true })).toBe(false);
  });

  test('is not when it is someone else’s, or did not fail', () => {
    expect(failed({ superseded: true })).toBe(false);
    expect(failed({ state: 'completed' })).toBe(false);
  });

  test('is after a denial in the first two minutes of a role that may be new', () => {
    const early = { stopReasons: [denied], elapsed: twoMinutes - 1 };
    expect(failed(early, { roleMayBeNew: true })).toBe(true);
    expect(failed(early, { roleMayBeNew: false })).toBe(false);
    expect(failed(early)).toBe(false);
    expect(failed({ ...early, elapsed: twoMinutes }, { roleMayBeNew: true })).toBe(false);
    expect(failed({ ...early, stopReasons: [denied, throttled] }, { roleMayBeNew: true })).toBe(
      true,
    );
  });
});
