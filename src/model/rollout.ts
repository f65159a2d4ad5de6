/** A deployment of a service, in the members that decide how its rollout goes. */
export interface Deployment {
  id: string;
  status: string;
  taskDefinition: string;
  rolloutState: string | undefined;
  rolloutStateReason: string | undefined;
  desiredCount: number;
  runningCount: number;
  pendingCount: number;
  failedTasks: number;
}

/** How far a deployment that we started has come. */
export interface Rollout {
  state: 'in-progress' | 'completed' | 'failed' | 'superseded' | 'gone';
  /** Why it ended so, in AWS's words where AWS gives any. */
  reason: string | undefined;
  deployment: Deployment | undefined;
  /** Tasks of other deployments that still run: they hold what was current before. */
  oldTasks: number;
}

/**
 * Judges one deployment by its id, in what DescribeServices says of the service. A service that is
 * stable again is not enough: after a circuit-breaker rollback it is, on the old deployment. `before` has
 * the ids of those that were there before ours: one that is not among them came after it, even where
 * ours was replaced so soon that it is no longer listed.
 */
export function judgeRollout(
  deploymentId: string,
  service: { status: string; deployments: readonly Deployment[] },
  before?: readonly string[],
): Rollout {
  const deployment = service.deployments.find(({ id }) => id === deploymentId);
  const primary = service.deployments.find(({ status }) => status === 'PRIMARY');
  const oldTasks = service.deployments
    .filter(({ id }) => id !== deploymentId)
    .reduce((sum, { runningCount }) => sum + runningCount, 0);
  const rollout = (state: Rollout['state'], reason?: string): Rollout => ({
    state,
    reason,
    deployment,
    oldTasks,
  });

  if (service.status !== 'ACTIVE') return rollout('failed', `the service is ${service.status}`);
  if (deployment?.rolloutState === 'FAILED') {
    return rollout(
      'failed',
      deployment.rolloutStateReason ?? 'ECS reports the deployment as failed',
    );
  }
  if (!deployment || (primary && primary.id !== deploymentId)) {
    const other = primary ? `deployment ${primary.id} took its place` : 'it is no longer listed';
    const rolledBack = rollbackReason(primary) !== undefined;
    const isNewer = primary !== undefined && before?.includes(primary.id) === false;
    return rollout(
      rolledBack ? (deployment ? 'failed' : 'gone') : deployment || isNewer ? 'superseded' : 'gone',
      [other, rollbackReason(primary)].filter(Boolean).join(': '),
    );
  }
  // Tasks of older deployments hold the old value: as long as one runs it is not done.
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

/** A deployment of a service with a native strategy (blue/green, linear, canary), as ECS tells it. */
export interface ServiceDeployment {
  arn: string;
  status: string;
  statusReason: string | undefined;
  /** e.g. `BAKE_TIME` */
  lifecycleStage: string | undefined;
  /** Whether it waits for somebody to let it go on (a lifecycle hook of the type PAUSE). */
  paused: boolean;
  /** Tasks of the new revision: wanted, and running. */
  requestedTasks: number;
  runningTasks: number;
  /** Running tasks of the revisions before. */
  oldTasks: number;
}

/** Judges a deployment of a native strategy, whose tasks `deployments` of the service does not tell. */
export function judgeServiceDeployment(deploymentId: string, found: ServiceDeployment): Rollout {
  const { status, statusReason, oldTasks } = found;
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
    const over = /^(STOPPED|ROLLBACK_SUCCESSFUL|ROLLBACK_FAILED)$/.test(status);
    return rollout(over ? 'failed' : 'in-progress', statusReason ?? `it is ${status}`);
  }
  const stage = found.lifecycleStage ?? status;
  return rollout(
    'in-progress',
    found.paused ? `waits at ${stage} for somebody to let it go on` : stage,
  );
}

/** Judges a deployment of CodeDeploy by its status (CodeDeploy API reference, DeploymentInfo). */
export function judgeCodeDeployment(status: string, reason: string | undefined): Rollout {
  const state =
    status === 'Succeeded'
      ? 'completed'
      : /^(Failed|Stopped)$/.test(status)
        ? 'failed'
        : 'in-progress';
  return { state, reason: reason ?? status, deployment: undefined, oldTasks: 0 };
}

/** Why ECS itself went back to another deployment, if it did. */
function rollbackReason(primary: Deployment | undefined): string | undefined {
  const reason = primary?.rolloutStateReason;
  return reason !== undefined && /roll|circuit breaker|alarm/i.test(reason) ? reason : undefined;
}

/**
 * How many failed tasks make a deployment hopeless: what ECS's own circuit breaker counts to (ECS
 * guide, "deployment circuit breaker": half the desired count, at least 3, at most 200).
 */
export function failureThreshold(desiredCount: number): number {
  return Math.min(200, Math.max(3, Math.ceil(desiredCount / 2)));
}

/**
 * How long a new role, or a change to one, may take to be in force, in milliseconds: IAM states no
 * bound, and the Terraform provider waits as long.
 */
export const rolePropagation = 120_000;
