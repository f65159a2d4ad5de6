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
  createdAt?: Date | undefined;
}

/** The deployment that ECS is making or has made current; undefined where it lists none. */
export function primaryOf({
  deployments,
}: {
  deployments: readonly Deployment[];
}): Deployment | undefined {
  return deployments.find(({ status }) => status === 'PRIMARY');
}
