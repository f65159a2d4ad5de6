import { primaryOf, type Deployment } from '../usage/deployment.ts';

/**
 * The revision that a service runs, or that it ran before a deployment that is in progress or has
 * failed: the one to roll back to. Undefined if no deployment of it has completed.
 */
export function stableRevision(service: {
  deployments: readonly Deployment[];
  taskDefinition?: string | undefined;
}): string | undefined {
  const { deployments } = service;
  const primary = primaryOf(service);
  // CodeDeploy's services list no deployments; other old ones have no rolloutState.
  if (!primary) return service.taskDefinition;
  if (primary.rolloutState === undefined) return primary.taskDefinition;
  const completed = deployments.find(({ rolloutState }) => rolloutState === 'COMPLETED');
  const older = deployments.find(
    ({ status, runningCount }) => status === 'ACTIVE' && runningCount > 0,
  );
  return completed?.taskDefinition ?? older?.taskDefinition;
}
