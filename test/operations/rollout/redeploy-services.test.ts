import { expect, test } from 'vitest';
import type { Ecs } from '../../../src/aws/ecs.ts';
import type { Aws } from '../../../src/aws/index.ts';
import { AwsError } from '../../../src/errors.ts';
import type { Deployment } from '../../../src/model/usage/deployment.ts';
import {
  redeployServices,
  type RedeployOptions,
} from '../../../src/operations/rollout/redeploy-services.ts';
import { serviceAt } from '../../helpers/service.ts';
import type { Service } from '../../../src/aws/ecs-answers.ts';

const deployment = (id: string, more: Partial<Deployment> = {}): Deployment => ({
  ...{ id, status: 'PRIMARY', taskDefinition: 'web:1', rolloutState: 'COMPLETED' },
  ...{ rolloutStateReason: undefined, desiredCount: 1, runningCount: 1 },
  ...{ pendingCount: 0, failedTasks: 0, ...more },
});

/** What ECS says of one service; `deploy` is what happens to each request for a deployment. */
function ecsOf(deploy: ((n: number) => string)[]): { aws: Aws; asked: () => number } {
  let service: Service = serviceAt({ deployments: [deployment('old')] });
  let asked = 0;
  const ecs: Partial<Ecs> = {
    deploy() {
      asked += 1;
      const next = deploy[asked - 1];
      if (!next) throw new Error('not expected');
      try {
        service = { ...service, deployments: [deployment(next(asked))] };
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new Error('unknown'));
      }
      return Promise.resolve(service);
    },
    describeServices: () => Promise.resolve({ services: [service], missing: [] }),
    stoppedTasks: () => Promise.resolve([]),
  };
  const aws = { ecs: () => Promise.resolve(ecs as Ecs) } as unknown as Aws;
  return { aws, asked: () => asked };
}

/** A clock that jumps where somebody sleeps. */
function jumpingClock(): RedeployOptions['clock'] {
  let now = 0;
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      await new Promise(setImmediate);
      now += milliseconds;
    },
  };
}

function redeploy(aws: Aws, more: Partial<RedeployOptions> = {}) {
  const consumer = {
    service: serviceAt({ deployments: [deployment('old')] }),
    uses: [],
    revision: { arn: 'web:1', status: 'ACTIVE', definition: { containerDefinitions: [] } },
  };
  return redeployServices(aws, [consumer], {
    ...{ wait: true, maxParallel: 1, timeout: 900_000, clock: jumpingClock() },
    interrupted: new AbortController().signal,
    gate: { maxFailures: 0, abandon: false },
    onEvent: () => undefined,
    ...more,
  });
}

const fails = (code: string) => () => {
  throw new AwsError(code, `it is ${code}`);
};

test('a throttled request is made again', async () => {
  const { aws, asked } = ecsOf([fails('throttled'), () => 'new']);
  const { deployments, refused } = await redeploy(aws);
  expect(asked()).toBe(2);
  expect(deployments).toMatchObject([{ state: 'completed', deploymentId: 'new' }]);
  expect(refused).toEqual([]);
});

test('one that stays throttled is refused in the end', async () => {
  const { aws, asked } = ecsOf(Array.from({ length: 3 }, () => fails('throttled')));
  const { deployments, refused } = await redeploy(aws);
  expect(asked()).toBe(3);
  expect(deployments).toEqual([]);
  expect(refused).toMatchObject([{ uncertain: false, error: { code: 'throttled' } }]);
});

test('a request that is not answered and of which nothing is seen counts as refused, uncertainly', async () => {
  const { aws, asked } = ecsOf([fails('unreachable')]);
  const { deployments, refused } = await redeploy(aws);
  expect(asked()).toBe(1);
  expect(deployments).toEqual([]);
  expect(refused).toMatchObject([{ uncertain: true, error: { code: 'unreachable' } }]);
});

test.each(['unreachable', 'aws-failed', 'internal'])(
  'a request that ended as %s is followed where ECS shows a new deployment',
  async (code) => {
    let service = serviceAt({ deployments: [deployment('old')] });
    const ecs: Partial<Ecs> = {
      deploy: () => {
        service = { ...service, deployments: [deployment('accepted')] };
        return Promise.reject(new AwsError(code, 'the answer was lost'));
      },
      describeServices: () => Promise.resolve({ services: [service], missing: [] }),
    };
    const aws = { ecs: () => Promise.resolve(ecs as Ecs) } as unknown as Aws;
    const { deployments, refused } = await redeploy(aws);
    expect(refused).toEqual([]);
    expect(deployments).toMatchObject([{ state: 'completed', deploymentId: 'accepted' }]);
  },
);

test('a service that is gone is neither failed nor refused', async () => {
  const gone = () => {
    throw new AwsError('service-not-active', 'Service was not ACTIVE.', {
      awsCode: 'ServiceNotActiveException',
    });
  };
  const { deployments, refused } = await redeploy(ecsOf([gone]).aws);
  expect(refused).toEqual([]);
  expect(deployments).toMatchObject([{ state: 'service-deleted' }]);
});
