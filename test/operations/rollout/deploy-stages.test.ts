import { expect, test } from 'vitest';
import type { Service } from '../../../src/aws/ecs-answers.ts';
import { AwsError } from '../../../src/errors.ts';
import type { Deployment } from '../../../src/model/usage/deployment.ts';
import { deployStages } from '../../../src/operations/rollout/deploy-stages.ts';
import type { RedeployOptions } from '../../../src/operations/rollout/redeploy-services.ts';
import { fakeAws } from '../../helpers/fake-aws.ts';
import {
  consumerAt,
  deploymentAt,
  jumpingClock,
  serviceNamed,
} from '../../helpers/rollout-fakes.ts';

const old = deploymentAt('old');
const consumer = (name: string) => consumerAt(serviceNamed(name, { deployments: [old] }));

/** An ECS in which the new deployment of each service ends so; `started` has their names in order. */
function ecsWhere(ends: Record<string, Partial<Deployment> | 'refused' | 'gone'> = {}) {
  const started: string[] = [];
  const now = new Map<string, Service>();
  const aws = fakeAws({
    ecs: {
      deploy(_cluster, name) {
        const end = ends[name] ?? {};
        started.push(name);
        if (end === 'refused') return Promise.reject(new AwsError('access-denied', 'no'));
        if (end === 'gone') {
          const awsCode = 'ServiceNotActiveException';
          return Promise.reject(new AwsError('service-not-active', 'gone', { awsCode }));
        }
        const service = serviceNamed(name, { deployments: [deploymentAt(`new-${name}`, end)] });
        now.set(service.arn, service);
        return Promise.resolve(service);
      },
      describeServices: (_cluster, arns) =>
        Promise.resolve({ services: arns.flatMap((arn) => now.get(arn) ?? []), missing: [] }),
      stoppedTasks: () => Promise.resolve([]),
    },
  });
  return { aws, started };
}

function options(more: Partial<RedeployOptions> = {}): RedeployOptions {
  return {
    ...{ wait: true, maxParallel: 1, timeout: 60_000, clock: jumpingClock() },
    interrupted: new AbortController().signal,
    gate: { maxFailures: 9, abandon: false },
    onEvent: () => undefined,
    ...more,
  };
}

const stages = [[consumer('one'), consumer('two')], [consumer('three')]];

test('the next stage starts when the one before is completed, and both are reported', async () => {
  const { aws, started } = ecsWhere();
  const { deployments, notStarted } = await deployStages(aws, stages, options());
  expect(started).toEqual(['one', 'two', 'three']);
  expect(deployments.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed']);
  expect(notStarted).toEqual([]);
});

test('a service that was deleted meanwhile does not hold up the next stage', async () => {
  const { aws, started } = ecsWhere({ two: 'gone' });
  const { deployments } = await deployStages(aws, stages, options());
  expect(started).toEqual(['one', 'two', 'three']);
  const states = deployments.map(({ state }) => state);
  expect(states).toEqual(['completed', 'service-deleted', 'completed']);
});

test.each<[string, Partial<Deployment> | 'refused']>([
  ['failed', { rolloutState: 'FAILED', rolloutStateReason: 'tasks failed' }],
  ['refused', 'refused'],
  ['timed out', { rolloutState: 'IN_PROGRESS', runningCount: 0 }],
])('no further stage starts after a deployment that %s', async (_what, end) => {
  const { aws, started } = ecsWhere({ two: end });
  const third = [consumer('four')];
  const outcome = await deployStages(aws, [...stages, third], options());
  expect(started).toEqual(['one', 'two']);
  const left = outcome.notStarted.map(({ service }) => service.name);
  expect(left).toEqual(['three', 'four']);
  expect(outcome.deployments.length + outcome.refused.length).toBe(2);
});

test('nor after a stage of which a service was not started', async () => {
  const { aws, started } = ecsWhere({ one: { rolloutState: 'FAILED' } });
  const gate = { maxFailures: 0, abandon: false };
  const { notStarted } = await deployStages(aws, stages, options({ gate }));
  expect(started).toEqual(['one']);
  expect(notStarted.map(({ service }) => service.name)).toEqual(['two', 'three']);
});

test('an interrupt during the first stage starts nothing of the second, and is reported', async () => {
  const interrupt = new AbortController();
  const { aws, started } = ecsWhere({ one: { rolloutState: 'IN_PROGRESS', runningCount: 0 } });
  const outcome = await deployStages(
    aws,
    stages,
    options({
      interrupted: interrupt.signal,
      onEvent: ({ kind }) => {
        if (kind === 'started') interrupt.abort();
      },
    }),
  );
  expect(started).toEqual(['one']);
  expect(outcome.interrupted).toBe(true);
  expect(outcome.deployments).toMatchObject([{ state: 'interrupted' }]);
  expect(outcome.notStarted.map(({ service }) => service.name)).toEqual(['two', 'three']);
});

test('nothing is reported of a stage after an interrupt between two services', async () => {
  const interrupt = new AbortController();
  const { aws, started } = ecsWhere();
  const waiting: string[][] = [];
  const outcome = await deployStages(
    aws,
    stages,
    options({
      interrupted: interrupt.signal,
      onEvent(event) {
        if (event.kind === 'changed') interrupt.abort();
        if (event.kind === 'polled') waiting.push(event.waiting.map(({ service }) => service.name));
      },
    }),
  );
  expect(started).toEqual(['one']);
  expect(outcome.deployments).toMatchObject([{ state: 'completed' }]);
  expect(outcome.notStarted.map(({ service }) => service.name)).toEqual(['two', 'three']);
  expect(outcome.interrupted).toBe(true);
  expect(waiting.flat()).not.toContain('three');
});

test('without a stage there is nothing to report', async () => {
  const { aws } = ecsWhere();
  const { deployments, notStarted, interrupted } = await deployStages(aws, [], options());
  expect({ deployments, notStarted, interrupted }).toEqual({
    ...{ deployments: [], notStarted: [], interrupted: false },
  });
});
