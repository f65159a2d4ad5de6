import { primaryOf, type Deployment } from '../usage/deployment.ts';

/** How far a deployment has come. */
export interface Rollout {
  /**
   * `superseded`: a newer deployment took its place. `rolled-back`: ECS went back to an earlier
   * deployment without saying that this one failed. `service-deleted`: there is nothing to deploy.
   */
  state: 'in-progress' | 'completed' | 'failed' | 'superseded' | 'rolled-back' | 'service-deleted';
  /** Why it ended so, in AWS's words where AWS gives any; what it waits for while in progress. */
  reason: string | undefined;
  deployment: Deployment | undefined;
  /** Running tasks of other deployments: they hold the value that was current before. */
  oldTasks: number;
  /** Id of the deployment that superseded it. */
  supersededBy?: string;
  /** Set while it waits for approval. */
  pause?: Pause | undefined;
}

/** A lifecycle hook of the type PAUSE at which a deployment waits for somebody. */
export interface Pause {
  hookId: string;
  /** When ECS stops waiting and takes `timeoutAction`: `CONTINUE` or `ROLLBACK`. */
  expiresAt: Date | undefined;
  timeoutAction: string | undefined;
}

/**
 * Judges one deployment by its id, in what DescribeServices returns for the service. A service that
 * is stable again is not enough: after a circuit-breaker rollback it is, on the old deployment.
 * `before` has the ids of the deployments that existed before ours: any other one is newer, even
 * where it replaced ours so soon that ours is no longer listed.
 */
export function judgeRollout(
  deploymentId: string,
  service: { status: string; deployments: readonly Deployment[] },
  before: readonly string[] = [],
): Rollout {
  const deployment = service.deployments.find(({ id }) => id === deploymentId);
  const primary = primaryOf(service);
  const oldTasks = service.deployments
    .filter(({ id }) => id !== deploymentId)
    .reduce((sum, { runningCount }) => sum + runningCount, 0);
  const rollout = (state: Rollout['state'], reason?: string): Rollout => ({
    state,
    reason,
    deployment,
    oldTasks,
  });

  if (service.status !== 'ACTIVE') {
    return rollout('service-deleted', `the service is ${service.status}`);
  }
  if (deployment?.rolloutState === 'FAILED') {
    return rollout(
      'failed',
      deployment.rolloutStateReason ?? 'ECS reports the deployment as failed',
    );
  }
  if (!deployment || (primary && primary.id !== deploymentId)) {
    const rolledBack = rollbackReason(primary);
    const other = primary ? `deployment ${primary.id} took its place` : 'it is no longer listed';
    if (rolledBack !== undefined) {
      return rollout(deployment ? 'failed' : 'rolled-back', `${other}: ${rolledBack}`);
    }
    const isNewer = primary !== undefined && !before.includes(primary.id);
    return isNewer
      ? { ...rollout('superseded', other), supersededBy: primary.id }
      : rollout('rolled-back', other);
  }
  // Tasks of older deployments hold the old value: the rollout is not done while one runs, even
  // where early success criteria let ECS report it as completed.
  if (deployment.rolloutState === 'COMPLETED') {
    return rollout(oldTasks === 0 ? 'completed' : 'in-progress');
  }
  // Services behind a Classic Load Balancer have no rolloutState: the old rule of stability serves.
  const stable =
    deployment.rolloutState === undefined &&
    service.deployments.length === 1 &&
    deployment.runningCount === deployment.desiredCount;
  return rollout(stable ? 'completed' : 'in-progress');
}

/** A service deployment, as DescribeServiceDeployments returns it. */
export interface ServiceDeployment {
  arn: string;
  status: string;
  statusReason: string | undefined;
  /** e.g. `BAKE_TIME`; undefined for a rolling deployment. */
  lifecycleStage: string | undefined;
  pause: Pause | undefined;
  /** How many failed tasks make its circuit breaker fail it; undefined where ECS returns none. */
  failureThreshold: number | undefined;
  /** Tasks of the new revision: wanted, and running. */
  requestedTasks: number;
  runningTasks: number;
  /** Running tasks of the revisions before. */
  oldTasks: number;
}

/**
 * Judges a deployment with a native strategy (blue/green, linear, canary), whose tasks the
 * `deployments` of the service do not count apart.
 */
export function judgeServiceDeployment(deploymentId: string, found: ServiceDeployment): Rollout {
  const { status, statusReason, oldTasks, pause } = found;
  const deployment: Deployment = {
    id: deploymentId,
    status: 'PRIMARY',
    taskDefinition: '',
    rolloutState: undefined,
    rolloutStateReason: statusReason,
    desiredCount: found.requestedTasks,
    runningCount: found.runningTasks,
    pendingCount: 0,
    failedTasks: 0,
  };
  const rollout = (state: Rollout['state'], reason?: string): Rollout => ({
    state,
    reason,
    deployment,
    oldTasks,
  });
  if (status === 'SUCCESSFUL') return rollout('completed');
  if (/^(STOP|ROLLBACK)/.test(status)) {
    const isOver = ['STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED'].includes(status);
    return rollout(isOver ? 'failed' : 'in-progress', statusReason ?? `it is ${status}`);
  }
  const stage = found.lifecycleStage ?? status;
  if (!pause) return rollout('in-progress', stage);
  return { ...rollout('in-progress', waitingAt(stage, pause)), pause };
}

/** Judges a deployment of CodeDeploy by its status (CodeDeploy API reference, DeploymentInfo). */
export function judgeCodeDeployment(status: string, reason: string | undefined): Rollout {
  const isOver = status === 'Failed' || status === 'Stopped';
  const state = status === 'Succeeded' ? 'completed' : isOver ? 'failed' : 'in-progress';
  return { state, reason: reason ?? status, deployment: undefined, oldTasks: 0 };
}

/** How a deployment circuit breaker counts (ECS API reference, ThresholdConfiguration). */
export interface Threshold {
  type: string;
  value: number;
}

/**
 * How many failed tasks make a deployment hopeless: what ECS's circuit breaker counts to. The
 * default is half the desired count, at least 3 and at most 200 (ECS guide, "deployment circuit
 * breaker"); it serves for services without a circuit breaker as well.
 */
export function failureThreshold(
  desiredCount: number,
  { type, value }: Threshold = { type: 'BOUNDED_PERCENT', value: 50 },
): number {
  if (type === 'COUNT') return value;
  const share = Math.max(1, Math.ceil((desiredCount * value) / 100));
  return type === 'UNBOUNDED_PERCENT' ? share : Math.min(200, Math.max(3, share));
}

/**
 * How long a new role, or a change to one, may take to be in force, in milliseconds: IAM states no
 * bound, and the Terraform provider waits as long.
 */
export const rolePropagation = 120_000;

// --- internal ---

/** Why ECS itself went back to another deployment, if it did. */
function rollbackReason(primary: Deployment | undefined): string | undefined {
  const reason = primary?.rolloutStateReason ?? '';
  return /roll|circuit breaker|alarm/i.test(reason) ? reason : undefined;
}

function waitingAt(stage: string, { hookId, expiresAt, timeoutAction }: Pause): string {
  const end =
    expiresAt &&
    `until ${expiresAt.toISOString()}${timeoutAction === undefined ? '' : `, then ECS does ${timeoutAction}`}`;
  return [`waits at ${stage} for approval`, `(hook ${hookId})`, end].filter(Boolean).join(' ');
}
