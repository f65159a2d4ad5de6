import { CliError } from '../errors.ts';
import { mutableImages } from '../model/task-definition.ts';
import type { Consumer } from './find-consumers.ts';
import { planRedeploy } from './redeploy-services.ts';
import { serviceName } from './service-name.ts';

/**
 * Looks for what would make a redeployment fail, before anything is written. Throws CliError
 * `not-ready` naming every service in the way, unless `force`. Answers with the images by a tag
 * that may have moved: a forced deployment fetches them anew.
 */
export function preflight(consumers: readonly Consumer[], force: boolean): string[] {
  const { redeploy } = planRedeploy(consumers);
  const problems = redeploy.flatMap((consumer) => {
    const why = obstacle(consumer);
    return why === undefined ? [] : [`${serviceName(consumer.service)}: ${why}`];
  });
  if (problems.length > 0 && !force) {
    throw new CliError('not-ready', problems.join('\n'), {
      hint: 'nothing was stored; wait or mend, or give --force to go on all the same',
    });
  }
  return [...new Set(redeploy.flatMap(({ revision }) => mutableImages(revision.definition)))];
}

// --- internal ---

function obstacle({ service, revision }: Consumer): string | undefined {
  if (revision.status === 'INACTIVE') {
    return `its task definition ${revision.arn.replace(/^.*\//, '')} is INACTIVE: register it again and update the service`;
  }
  const primary = service.deployments.find(({ status }) => status === 'PRIMARY');
  if (primary?.rolloutState === 'FAILED') return `its last deployment failed (${primary.id})`;
  // A service's first deployment has no tasks of another revision to go back to: ours may replace it.
  if (service.deployments.length > 1) {
    return `a deployment is in progress (${primary?.id ?? 'unknown'})`;
  }
  return undefined;
}
