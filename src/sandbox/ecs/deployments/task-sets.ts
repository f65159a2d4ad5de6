import type { ReplacementState } from '../../replacement.ts';
import type { Call, Operation } from '../../service.ts';
import { failDeployment, primaryOf, startDeployment } from './deployments.ts';
import { invalidParameter } from '../errors.ts';
import { findService } from '../services/find-service.ts';
import { stageOf } from './shift-plan.ts';
import type { Deployment, Service, World } from '../state.ts';
import { findActiveDefinition } from '../definitions/task-definitions.ts';
import { touch } from '../world.ts';

/** Which service of CODE_DEPLOY is meant. */
export interface TaskSetService {
  cluster: string;
  service: string;
}

/** What CodeDeploy asks of ECS; HTTP does not reach it. */
export function taskSetOperations(world: World): Record<string, Operation> {
  return {
    ReplaceTaskSet: (
      input: TaskSetService & { taskDefinition: string; waitMinutes: number },
      call: Call,
    ) => {
      const service = find(world, call, input);
      const definition = findActiveDefinition(world, call.region, input.taskDefinition);
      const deployment = startDeployment(world, service, definition);
      if (deployment.shift) deployment.shift.bakeMs = input.waitMinutes * world.timing.bakeMs;
      touch(world, service);
      return { id: deployment.id };
    },

    DescribeReplacement: (input: TaskSetService & { id: string }, call: Call) => {
      const deployment = get(find(world, call, input), input.id);
      return { state: stateOf(deployment), reason: deployment.rolloutStateReason };
    },

    StopReplacement: (input: TaskSetService & { id: string; reason: string }, call: Call) => {
      const service = find(world, call, input);
      const deployment = get(service, input.id);
      if (primaryOf(service) === deployment && deployment.rolloutState === 'IN_PROGRESS') {
        failDeployment(world, service, deployment, input.reason, true);
        touch(world, service);
      }
      return {};
    },
  };
}

function find(world: World, call: Call, { cluster, service: name }: TaskSetService): Service {
  const service = findService(world, call.region, cluster, name);
  if (service.status !== 'ACTIVE' || service.controller !== 'CODE_DEPLOY') {
    throw invalidParameter('The service has no CODE_DEPLOY deployment controller.');
  }
  return service;
}

function get(service: Service, id: string): Deployment {
  const deployment = service.history.find((one) => one.id === id);
  if (!deployment) throw invalidParameter('There is no such task set.');
  return deployment;
}

function stateOf({ rolloutState, shift }: Deployment): ReplacementState['state'] {
  const begun = !shift || stageOf(shift) !== 'PRE_SCALE_UP';
  return rolloutState === 'IN_PROGRESS' && !begun ? 'PENDING' : rolloutState;
}
