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
 * stable again is not enough: after a circuit-breaker rollback it is, on the old deployment.
 */
export function judgeRollout(
  deploymentId: string,
  service: { status: string; deployments: readonly Deployment[] },
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
    return rollout(
      deployment ? 'superseded' : 'gone',
      [other, primary?.rolloutStateReason].filter(Boolean).join(': '),
    );
  }
  if (deployment.rolloutState === 'COMPLETED') return rollout('completed');
  // Services behind a Classic Load Balancer have no rolloutState: the old rule of stability serves.
  const stable =
    deployment.rolloutState === undefined &&
    service.deployments.length === 1 &&
    deployment.runningCount === deployment.desiredCount;
  return rollout(stable ? 'completed' : 'in-progress');
}
