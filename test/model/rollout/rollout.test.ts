import { describe, expect, it, test } from 'vitest';
import { type Deployment } from '../../../src/model/usage/deployment.ts';
import {
  failureThreshold,
  judgeCodeDeployment,
  judgeRollout,
  judgeServiceDeployment,
  type ServiceDeployment,
} from '../../../src/model/rollout/rollout.ts';

const ours = 'ecs-svc/2';

function deployment(more: Partial<Deployment> = {}): Deployment {
  return {
    id: ours,
    status: 'PRIMARY',
    taskDefinition: 'web:7',
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: undefined,
    desiredCount: 3,
    runningCount: 3,
    pendingCount: 0,
    failedTasks: 0,
    ...more,
  };
}

const older = (more: Partial<Deployment> = {}): Deployment =>
  deployment({ id: 'ecs-svc/1', status: 'ACTIVE', rolloutState: 'COMPLETED', ...more });

function judge(deployments: Deployment[], status = 'ACTIVE'): ReturnType<typeof judgeRollout> {
  return judgeRollout(ours, { status, deployments });
}

describe('a rollout', () => {
  it('is in progress while old and new tasks run', () => {
    const mine = deployment({ runningCount: 1 });
    expect(judge([mine, older({ runningCount: 2 })])).toEqual({
      state: 'in-progress',
      reason: undefined,
      deployment: mine,
      oldTasks: 2,
    });
  });

  it('is in progress while ECS says so, though all its tasks run', () => {
    expect(judge([deployment()]).state).toBe('in-progress');
  });

  it('is completed when ECS says so of this very deployment', () => {
    expect(judge([deployment({ rolloutState: 'COMPLETED' })])).toMatchObject({
      state: 'completed',
      reason: undefined,
      oldTasks: 0,
    });
  });

  it('is in progress while old tasks run, though ECS calls it completed', () => {
    const mine = deployment({ rolloutState: 'COMPLETED' });
    expect(judge([mine, older({ runningCount: 1 })])).toMatchObject({
      state: 'in-progress',
      oldTasks: 1,
    });
    expect(judge([mine, older({ runningCount: 0 })]).state).toBe('completed');
  });

  it("failed by the circuit breaker, in AWS's words", () => {
    const mine = deployment({
      status: 'INACTIVE',
      rolloutState: 'FAILED',
      rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
      runningCount: 0,
    });
    expect(judge([older({ status: 'PRIMARY' }), mine])).toMatchObject({
      state: 'failed',
      reason: 'ECS deployment circuit breaker: tasks failed to start.',
      deployment: mine,
      oldTasks: 3,
    });
  });

  it('failed without a reason from AWS still gets one', () => {
    expect(judge([deployment({ rolloutState: 'FAILED' })])).toMatchObject({
      state: 'failed',
      reason: 'ECS reports the deployment as failed',
    });
  });

  it('is superseded when another deployment is the primary one', () => {
    const mine = deployment({ status: 'ACTIVE', runningCount: 1 });
    expect(judge([deployment({ id: 'ecs-svc/3', runningCount: 2 }), mine])).toEqual({
      state: 'superseded',
      reason: 'deployment ecs-svc/3 took its place',
      deployment: mine,
      oldTasks: 2,
      supersededBy: 'ecs-svc/3',
    });
  });

  it('is superseded even where it was completed before', () => {
    const mine = deployment({ status: 'ACTIVE', rolloutState: 'COMPLETED' });
    expect(judge([deployment({ id: 'ecs-svc/3' }), mine]).state).toBe('superseded');
  });

  it('is rolled back where ECS went back, though the service is stable again', () => {
    const rolledBack = older({
      status: 'PRIMARY',
      rolloutStateReason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.',
    });
    expect(judge([rolledBack])).toEqual({
      state: 'rolled-back',
      reason:
        'deployment ecs-svc/1 took its place: ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.',
      deployment: undefined,
      oldTasks: 3,
    });
  });

  it.each([
    'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.',
    'Alarm detected: the deployment goes back.',
    'Rolled back by the service.',
  ])('failed where ECS went back and still lists it: %s', (rolloutStateReason) => {
    const mine = deployment({ status: 'ACTIVE', runningCount: 0 });
    const back = older({ status: 'PRIMARY', rolloutStateReason });
    expect(judge([back, mine])).toMatchObject({
      state: 'failed',
      reason: `deployment ecs-svc/1 took its place: ${rolloutStateReason}`,
      deployment: mine,
    });
  });

  it('is superseded where the reason of the newer one says nothing of going back', () => {
    const mine = deployment({ status: 'ACTIVE' });
    const newer = deployment({
      id: 'ecs-svc/3',
      rolloutStateReason: 'ECS deployment ecs-svc/3 in progress.',
    });
    expect(judge([newer, mine])).toMatchObject({
      state: 'superseded',
      reason: 'deployment ecs-svc/3 took its place',
    });
  });

  it('is superseded by one that came after it, though it is no longer listed', () => {
    const mine = deployment();
    const service = { status: 'ACTIVE', deployments: [deployment({ id: 'ecs-svc/9' })] };
    expect(judgeRollout(mine.id, service, ['ecs-svc/1'])).toMatchObject({
      state: 'superseded',
      reason: 'deployment ecs-svc/9 took its place',
    });
    expect(judgeRollout(mine.id, service, ['ecs-svc/9']).state).toBe('rolled-back');
  });

  it('is rolled back where the service lists no deployment', () => {
    expect(judge([])).toEqual({
      state: 'rolled-back',
      reason: 'it is no longer listed',
      deployment: undefined,
      oldTasks: 0,
    });
  });

  it.each(['DRAINING', 'INACTIVE'])('has no service to deploy when it is %s', (status) => {
    expect(judge([deployment({ rolloutState: 'COMPLETED' })], status)).toMatchObject({
      state: 'service-deleted',
      reason: `the service is ${status}`,
    });
  });

  it('counts the tasks of every other deployment as old', () => {
    const others = [
      older({ runningCount: 2 }),
      older({ id: 'ecs-svc/0', status: 'INACTIVE', runningCount: 5 }),
    ];
    expect(judge([deployment({ runningCount: 100 }), ...others]).oldTasks).toBe(7);
  });

  it('is judged the same in whatever order deployments are listed', () => {
    const deployments = [deployment({ runningCount: 1 }), older()];
    expect(judge([...deployments].reverse())).toEqual(judge(deployments));
  });
});

describe('a rollout of which ECS reports no state (Classic Load Balancer)', () => {
  const silent = (more: Partial<Deployment> = {}): Deployment =>
    deployment({ rolloutState: undefined, ...more });

  it.each([
    ['is completed when it is the only one with all tasks running', [silent()], 'completed'],
    [
      'is completed with no task wanted',
      [silent({ desiredCount: 0, runningCount: 0 })],
      'completed',
    ],
    ['is in progress while tasks are missing', [silent({ runningCount: 2 })], 'in-progress'],
    ['is in progress while tasks are too many', [silent({ runningCount: 4 })], 'in-progress'],
    [
      'is in progress beside an old deployment',
      [silent(), older({ runningCount: 0 })],
      'in-progress',
    ],
  ])('%s', (_, deployments, state) => {
    expect(judge(deployments).state).toBe(state);
  });
});

describe('a native strategy', () => {
  const found = (more: Partial<ServiceDeployment>): ServiceDeployment => ({
    arn: 'arn:x',
    status: 'IN_PROGRESS',
    statusReason: undefined,
    lifecycleStage: 'BAKE_TIME',
    pause: undefined,
    failureThreshold: undefined,
    requestedTasks: 2,
    runningTasks: 1,
    oldTasks: 3,
    ...more,
  });

  it.each([
    ['IN_PROGRESS', 'in-progress', 'BAKE_TIME'],
    ['PENDING', 'in-progress', 'BAKE_TIME'],
    ['SUCCESSFUL', 'completed', undefined],
    ['STOPPED', 'failed', 'it is STOPPED'],
    ['STOP_REQUESTED', 'in-progress', 'it is STOP_REQUESTED'],
    ['ROLLBACK_REQUESTED', 'in-progress', 'it is ROLLBACK_REQUESTED'],
    ['ROLLBACK_IN_PROGRESS', 'in-progress', 'it is ROLLBACK_IN_PROGRESS'],
    ['ROLLBACK_SUCCESSFUL', 'failed', 'it is ROLLBACK_SUCCESSFUL'],
    ['ROLLBACK_FAILED', 'failed', 'it is ROLLBACK_FAILED'],
    // Unknown to this release: whether it is over or not, ECS has not said so.
    ['NOT_STOPPED', 'in-progress', 'BAKE_TIME'],
  ])('that is %s is %s', (status, state, reason) => {
    expect(judgeServiceDeployment(ours, found({ status }))).toMatchObject({
      state,
      reason,
      oldTasks: 3,
      deployment: { id: ours, status: 'PRIMARY', desiredCount: 2, runningCount: 1 },
    });
  });

  it("ends with AWS's own reason where there is one", () => {
    const stopped = found({ status: 'STOPPED', statusReason: 'stopped by alice' });
    expect(judgeServiceDeployment(ours, stopped).reason).toBe('stopped by alice');
  });

  it('names its status where it has no stage yet', () => {
    const pending = found({ status: 'PENDING', lifecycleStage: undefined });
    expect(judgeServiceDeployment(ours, pending).reason).toBe('PENDING');
  });

  it.each([
    [undefined, undefined, 'waits at BAKE_TIME for approval (hook h1)'],
    [
      new Date('2026-11-30T00:00:00Z'),
      'ROLLBACK',
      'waits at BAKE_TIME for approval (hook h1) until 2026-11-30T00:00:00.000Z, then ECS does ROLLBACK',
    ],
    [
      new Date('2026-11-30T00:00:00Z'),
      undefined,
      'waits at BAKE_TIME for approval (hook h1) until 2026-11-30T00:00:00.000Z',
    ],
  ])(
    'that is paused says at which hook, until %s and then %s',
    (expiresAt, timeoutAction, reason) => {
      const pause = { hookId: 'h1', expiresAt, timeoutAction };
      expect(judgeServiceDeployment(ours, found({ pause }))).toMatchObject({
        state: 'in-progress',
        reason,
        pause,
      });
    },
  );
});

test.each([
  ['Succeeded', undefined, 'completed', 'Succeeded'],
  ['Failed', 'no healthy targets', 'failed', 'no healthy targets'],
  ['Stopped', undefined, 'failed', 'Stopped'],
  ['InProgress', undefined, 'in-progress', 'InProgress'],
  ['Created', undefined, 'in-progress', 'Created'],
  // Unknown to this release.
  ['NotStopped', undefined, 'in-progress', 'NotStopped'],
  ['StoppedTemporarily', undefined, 'in-progress', 'StoppedTemporarily'],
])('a deployment of CodeDeploy that is %s (%s) is %s', (status, why, state, reason) => {
  expect(judgeCodeDeployment(status, why)).toEqual({
    state,
    reason,
    deployment: undefined,
    oldTasks: 0,
  });
});

test.each([
  [1, undefined, 3],
  [6, undefined, 3],
  [7, undefined, 4],
  [400, undefined, 200],
  [1_000, undefined, 200],
  [100, { type: 'COUNT', value: 7 }, 7],
  [10, { type: 'COUNT', value: 7 }, 7],
  [10, { type: 'COUNT', value: 1 }, 1],
  [100, { type: 'BOUNDED_PERCENT', value: 10 }, 10],
  [10, { type: 'BOUNDED_PERCENT', value: 10 }, 3],
  [10, { type: 'UNBOUNDED_PERCENT', value: 10 }, 1],
  [0, { type: 'UNBOUNDED_PERCENT', value: 10 }, 1],
  [1_000, { type: 'UNBOUNDED_PERCENT', value: 50 }, 500],
])(
  '%d wanted tasks and the threshold %o: %d failures end a deployment',
  (desired, threshold, n) => {
    expect(failureThreshold(desired, threshold)).toBe(n);
  },
);
