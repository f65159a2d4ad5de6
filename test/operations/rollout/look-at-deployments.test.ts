import { describe, expect, test } from 'vitest';
import type { Ecs } from '../../../src/aws/ecs.ts';
import type { Service } from '../../../src/aws/ecs-answers.ts';
import type { DescribedTask } from '../../../src/aws/ecs-tasks.ts';
import { AwsError } from '../../../src/errors.ts';
import type { ServiceDeployment } from '../../../src/model/rollout/rollout.ts';
import {
  lookAtDeployments,
  type FollowEvent,
} from '../../../src/operations/rollout/look-at-deployments.ts';
import type { FollowedDeployment } from '../../../src/operations/rollout/redeploy-outcome.ts';
import { deploymentAt, followedAt, serviceNamed } from '../../helpers/rollout-fakes.ts';

const denied = new AwsError('access-denied', 'no ecs:DescribeServices');
const unreachable = new AwsError('unreachable', 'the connection was reset');

/** Looks once, at a time in milliseconds, at an ECS that answers so; answers the events. */
async function look(
  deployments: FollowedDeployment[],
  answers: Partial<Ecs>,
  now = 60_000,
): Promise<string[]> {
  const events: string[] = [];
  const onEvent = (event: FollowEvent) => {
    if ('deployment' in event) events.push(`${event.kind} ${event.deployment.service.name}`);
  };
  await lookAtDeployments(answers as Ecs, deployments, now, onEvent);
  return events;
}
const describing =
  (services: Service[]): Ecs['describeServices'] =>
  (_cluster, arns) =>
    Promise.resolve({ services: services.filter(({ arn }) => arns.includes(arn)), missing: [] });
const complete = (name: string) => serviceNamed(name, { deployments: [deploymentAt('new')] });

describe('a service that may not be described', () => {
  test('ends the following of its own deployment and of no other', async () => {
    const followed = ['a', 'b', 'c'].map((name) => followedAt(serviceNamed(name)));
    const describeServices: Ecs['describeServices'] = (_cluster, arns) =>
      arns.includes(serviceNamed('b').arn)
        ? Promise.reject(denied)
        : describing([complete('a'), complete('c')])(_cluster, arns);
    await look(followed, { describeServices });
    expect(followed.map(({ state }) => state)).toEqual(['completed', 'not-followed', 'completed']);
    expect(followed[1]?.reason).toBe('no ecs:DescribeServices');
  });

  test('is asked for again where the fault passes', async () => {
    const followed = followedAt(serviceNamed('a'));
    const events = await look([followed], { describeServices: () => Promise.reject(unreachable) });
    expect(events).toEqual([]);
    expect(followed).toMatchObject({ state: 'in-progress', elapsed: 60_000 });
  });

  test('is gone with its cluster', async () => {
    const awsCode = 'ClusterNotFoundException';
    const gone = new AwsError('not-found', 'Cluster not found.', { awsCode });
    const followed = followedAt(serviceNamed('a'));
    await look([followed], { describeServices: () => Promise.reject(gone) });
    expect(followed).toMatchObject({
      ...{ state: 'service-deleted', reason: 'ECS no longer lists the service' },
    });
  });

  test('is a defect of ours where the error is none of AWS', async () => {
    const defect = () => Promise.reject(new TypeError('a defect'));
    const looking = look([followedAt(serviceNamed('a'))], { describeServices: defect });
    await expect(looking).rejects.toThrow('a defect');
  });
});

describe('a description that lags behind our request', () => {
  test('without the service says nothing for 30 seconds', async () => {
    const answers = { describeServices: describing([]) };
    const followed = followedAt(serviceNamed('a'));
    await look([followed], answers, 29_999);
    expect(followed.state).toBe('in-progress');
    await look([followed], answers, 30_000);
    expect(followed.state).toBe('service-deleted');
  });

  test('with the deployment before ours is no rollback for as long', async () => {
    const before = serviceNamed('a', { deployments: [deploymentAt('old')] });
    const answers = {
      describeServices: describing([before]),
      stoppedTasks: () => Promise.resolve([]),
    };
    const followed = followedAt(serviceNamed('a'));
    await look([followed], answers, 29_999);
    expect(followed.state).toBe('in-progress');
    await look([followed], answers, 30_000);
    expect(followed).toMatchObject({ state: 'failed' });
  });

  test('is one at once where ours was seen already', async () => {
    const ours = serviceNamed('a', {
      deployments: [deploymentAt('new', { rolloutState: 'IN_PROGRESS' })],
    });
    const before = serviceNamed('a', { deployments: [deploymentAt('old')] });
    const followed = followedAt(serviceNamed('a'));
    await look([followed], { describeServices: describing([ours]) }, 1_000);
    const stoppedTasks = () => Promise.resolve([]);
    await look([followed], { describeServices: describing([before]), stoppedTasks }, 2_000);
    expect(followed.state).toBe('failed');
  });
});

describe('a deployment whose request was not answered', () => {
  const lost = () =>
    followedAt(serviceNamed('a'), { deploymentId: undefined, reason: 'not confirmed' });

  test('is the newest one that was not there before', async () => {
    const followed = lost();
    const events = await look([followed], { describeServices: describing([complete('a')]) });
    expect(events).toEqual(['started a', 'changed a']);
    expect(followed).toMatchObject({ deploymentId: 'new', state: 'completed', reason: undefined });
  });

  test('is open while only what was there before is described', async () => {
    const followed = lost();
    const old = serviceNamed('a', { deployments: [deploymentAt('old')] });
    expect(await look([followed], { describeServices: describing([old]) })).toEqual([]);
    expect(followed).toMatchObject({ ...{ deploymentId: undefined, reason: 'not confirmed' } });
  });
});

describe('a deployment of someone else', () => {
  test('that takes the place of ours is followed in its stead', async () => {
    const theirs = (rolloutState: string) =>
      serviceNamed('a', { deployments: [deploymentAt('theirs', { rolloutState })] });
    const followed = followedAt(serviceNamed('a'), { failureThreshold: 3 });
    await look([followed], { describeServices: describing([theirs('IN_PROGRESS')]) });
    expect(followed).toMatchObject({
      ...{ superseded: true, deploymentId: 'theirs', state: 'in-progress' },
      ...{ failureThreshold: undefined, before: ['old', 'new', ''] },
    });
    await look([followed], { describeServices: describing([theirs('COMPLETED')]) });
    expect(followed).toMatchObject({ superseded: true, state: 'completed' });
  });

  test('is a rollback of ours within the same service deployment', async () => {
    const back = serviceNamed('a', {
      ...{ deployments: [deploymentAt('back')], currentServiceDeployment: 'sd-1' },
    });
    const followed = followedAt(serviceNamed('a'), { serviceDeployment: 'sd-1' });
    const stoppedTasks = () => Promise.resolve([]);
    await look([followed], { describeServices: describing([back]), stoppedTasks });
    expect(followed).toMatchObject({
      state: 'failed',
      reason: 'ECS rolled back: deployment back took its place',
    });
  });
});

describe('a service with a native strategy', () => {
  const service = serviceNamed('a', { strategy: 'BLUE_GREEN', deployments: [deploymentAt('new')] });
  const shift = (status: string): ServiceDeployment => ({
    ...{ arn: 'sd-1', status, statusReason: undefined, lifecycleStage: 'BAKE_TIME' },
    ...{ pause: undefined, failureThreshold: undefined, requestedTasks: 1, runningTasks: 1 },
    oldTasks: 0,
  });
  const followed = () => followedAt(service, { serviceDeployment: 'sd-1' });

  test('is judged by its service deployment, though its deployment is complete', async () => {
    const deployment = followed();
    const answers = (status: string): Partial<Ecs> => ({
      describeServices: describing([service]),
      serviceDeployments: () => Promise.resolve([shift(status)]),
    });
    await look([deployment], answers('IN_PROGRESS'));
    expect(deployment).toMatchObject({ state: 'in-progress' });
    await look([deployment], answers('SUCCESSFUL'));
    expect(deployment).toMatchObject({ state: 'completed' });
  });

  test.each([
    ['is not followed where that may not be seen', denied, 'not-followed'],
    ['waits where that cannot be seen at the moment', unreachable, 'in-progress'],
  ])('%s', async (_what, error, state) => {
    const deployment = followed();
    const rolling = followedAt(serviceNamed('b'));
    await look([deployment, rolling], {
      describeServices: describing([service, complete('b')]),
      serviceDeployments: () => Promise.reject(error),
    });
    expect(deployment.state).toBe(state);
    // Another one of the same call is not the worse for it.
    expect(rolling.state).toBe('completed');
  });
});

describe('tasks that failed', () => {
  const failing = serviceNamed('a', {
    deployments: [deploymentAt('new', { rolloutState: 'IN_PROGRESS', failedTasks: 2 })],
  });
  const stopped = (startedBy: string, stoppedReason: string) =>
    ({
      ...{ startedBy, stoppedReason, containers: [], lastStatus: 'STOPPED' },
    }) as unknown as DescribedTask;
  const hopeless = 'ResourceInitializationError: invalid ssm parameters: /shop/db';

  test('are told with their reasons, each once, and those of other deployments are not', async () => {
    const followed = followedAt(serviceNamed('a'));
    const events = await look([followed], {
      describeServices: describing([failing]),
      stoppedTasks: () =>
        Promise.resolve([
          stopped('old', 'Essential container in task exited'),
          stopped('new', hopeless),
          stopped('new', hopeless),
        ]),
    });
    expect(followed).toMatchObject({ state: 'failed', reason: hopeless, stopReasons: [hopeless] });
    expect(events).toEqual(['task-stopped a', 'changed a']);
  });

  test('are counted where their reasons may not be seen', async () => {
    const followed = followedAt(serviceNamed('a'));
    const answers: Partial<Ecs> = {
      describeServices: describing([failing]),
      stoppedTasks: () => Promise.reject(denied),
    };
    await look([followed], answers);
    expect(followed).toMatchObject({ state: 'in-progress', stopReasons: [] });
  });

  test('end nothing that was given up while they were looked at', async () => {
    const followed = followedAt(serviceNamed('a'));
    const events = await look([followed], {
      describeServices: describing([failing]),
      stoppedTasks: () => {
        followed.state = 'timed-out';
        return Promise.resolve([stopped('new', hopeless)]);
      },
    });
    expect(followed.state).toBe('timed-out');
    expect(events).not.toContain('changed a');
  });
});
