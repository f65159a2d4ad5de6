import { primaryOf, type Deployment } from '../usage/deployment.ts';

/** The progress of a deployment. */
export interface Rollout {
  /**
   * `superseded`: replaced by a newer deployment. `rolled-back`: ECS went back to an earlier
   * deployment without reporting this one as failed. `service-deleted`: there is nothing to deploy.
   */
  state: 'in-progress' | 'completed' | 'failed' | 'superseded' | 'rolled-back' | 'service-deleted';
  /** The reason for its end, in AWS's words if possible; while in progress, what it waits for. */
  reason: string | undefined;
  deployment: Deployment | undefined;
  /** Running tasks of other deployments: they hold the previous value. */
  oldTasks: number;
  /** ID of the deployment that superseded it. */
  supersededBy?: string;
  /** Set while it waits for approval. */
  pause?: Pause | undefined;
}

/** A lifecycle hook of type PAUSE at which a deployment waits for a user. */
export interface Pause {
  hookId: string;
  /** When ECS stops waiting and performs `timeoutAction`: `CONTINUE` or `ROLLBACK`. */
  expiresAt: Date | undefined;
  timeoutAction: string | undefined;
}

/**
 * Determines the state of one deployment by its ID, from the DescribeServices result for the
 * service. A stable service is not enough: after a circuit-breaker rollback it is stable on the old
 * deployment. `before` has the IDs of the deployments that existed before ours. Any other one is
 * newer, even if it replaced ours so soon that ours is no longer listed.
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
  // Tasks of older deployments hold the old value. The rollout is not complete while one runs, even
  // if early success criteria let ECS report it as completed.
  if (deployment.rolloutState === 'COMPLETED') {
    return rollout(oldTasks === 0 ? 'completed' : 'in-progress');
  }
  // Services behind a Classic Load Balancer have no rolloutState: use the old rule for stability.
  const stable =
    deployment.rolloutState === undefined &&
    service.deployments.length === 1 &&
    deployment.runningCount === deployment.desiredCount;
  return rollout(stable ? 'completed' : 'in-progress');
}

/** A service deployment, as returned by DescribeServiceDeployments. */
export interface ServiceDeployment {
  arn: string;
  status: string;
  statusReason: string | undefined;
  /** For example `BAKE_TIME`; undefined for a rolling deployment. */
  lifecycleStage: string | undefined;
  pause: Pause | undefined;
  /**
   * The number of failed tasks at which its circuit breaker fails it; undefined if ECS returns
   * none.
   */
  failureThreshold: number | undefined;
  /** Tasks of the new revision: requested, and running. */
  requestedTasks: number;
  runningTasks: number;
  /** Running tasks of the previous revisions. */
  oldTasks: number;
}

/**
 * Determines the state of a deployment with a native strategy (blue/green, linear, canary). The
 * `deployments` of the service do not count its tasks separately.
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

/**
 * Determines the state of a CodeDeploy deployment by its status (CodeDeploy API reference,
 * DeploymentInfo).
 */
export function judgeCodeDeployment(status: string, reason: string | undefined): Rollout {
  const isOver = status === 'Failed' || status === 'Stopped';
  const state = status === 'Succeeded' ? 'completed' : isOver ? 'failed' : 'in-progress';
  return { state, reason: reason ?? status, deployment: undefined, oldTasks: 0 };
}

/**
 * The threshold settings of a deployment circuit breaker (ECS API reference,
 * ThresholdConfiguration).
 */
export interface Threshold {
  type: string;
  value: number;
}

/**
 * The number of failed tasks at which a deployment is hopeless: the threshold of ECS's circuit
 * breaker. The default is half the desired count, at least 3 and at most 200 (ECS guide,
 * "deployment circuit breaker"). It also applies to services without a circuit breaker.
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
 * How long a new or changed role may take to be effective, in milliseconds. IAM documents no limit,
 * and the Terraform provider waits as long.
 */
export const rolePropagation = 120_000;

// --- internal ---

/** Why ECS itself rolled back to another deployment; undefined if it did not. */
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
