/** The members of a deployment that determine the progress of its rollout. */
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
  createdAt?: Date | undefined;
}

/** The deployment that ECS is rolling out or has made current; undefined if ECS lists none. */
export function primaryOf({
  deployments,
}: {
  deployments: readonly Deployment[];
}): Deployment | undefined {
  return deployments.find(({ status }) => status === 'PRIMARY');
}
