import type { Service } from '../../src/aws/ecs-answers.ts';
import type { Deployment } from '../../src/model/usage/deployment.ts';
import type { FollowedDeployment } from '../../src/operations/rollout/redeploy-outcome.ts';
import type { Consumer } from '../../src/operations/usage/find-consumers.ts';
import type { Clock } from '../../src/world.ts';
import { serviceAt } from './service.ts';

/** A deployment of one task that is complete. */
export function deploymentAt(id: string, more: Partial<Deployment> = {}): Deployment {
  return {
    ...{ id, status: 'PRIMARY', taskDefinition: 'web:1', rolloutState: 'COMPLETED' },
    ...{ rolloutStateReason: undefined, desiredCount: 1, runningCount: 1 },
    ...{ pendingCount: 0, failedTasks: 0, ...more },
  };
}

/** A service of cluster `shop`, by its name. */
export function serviceNamed(name: string, more: Partial<Service> = {}): Service {
  const arn = `arn:aws:ecs:us-east-1:123456789012:service/shop/${name}`;
  return serviceAt({ name, arn, ...more });
}

/** A service that refers to a secret, as it was found. */
export function consumerAt(service: Service, more: Partial<Consumer> = {}): Consumer {
  const use = { container: 'web', kind: 'secrets' as const, name: 'A', valueFrom: 'x' };
  return {
    service,
    uses: [{ ...use, pinned: false }],
    revision: { arn: 'web:1', status: 'ACTIVE', definition: { containerDefinitions: [] } },
    ...more,
  };
}

/** A deployment of a service that is followed, after its first attempt. */
export function followedAt(
  service: Service,
  more: Partial<FollowedDeployment> = {},
): FollowedDeployment {
  return {
    ...{ consumer: consumerAt(service), service, deploymentId: 'new', before: ['old'] },
    ...{ serviceDeployment: undefined, state: 'in-progress', reason: undefined },
    ...{ superseded: false, rollout: undefined, stopReasons: [], failureThreshold: undefined },
    ...{ startedAt: 0, elapsed: 0, attempts: 1, ...more },
  };
}

/** A clock that jumps where somebody sleeps. */
export function jumpingClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      await new Promise(setImmediate);
      now += milliseconds;
    },
  };
}
