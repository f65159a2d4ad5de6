import type { Aws } from '../../aws/index.ts';
import type { Consumer } from '../usage/find-consumers.ts';
import { mergeOutcomes, nothingRedeployed, type RedeployOutcome } from './redeploy-outcome.ts';
import { redeployServices, type RedeployOptions } from './redeploy-services.ts';

/**
 * Redeploys the stages in order: each starts only after every deployment of the previous one has
 * completed. If interrupted, services of a stage in progress may or may not have a new deployment,
 * and later stages have none.
 */
export async function deployStages(
  aws: Aws,
  stages: readonly (readonly Consumer[])[],
  options: RedeployOptions,
): Promise<RedeployOutcome> {
  let outcome = nothingRedeployed;
  for (const stage of stages) {
    outcome = isCompleted(outcome)
      ? mergeOutcomes(outcome, await redeployServices(aws, stage, options))
      : { ...outcome, notStarted: [...outcome.notStarted, ...stage] };
  }
  return outcome;
}

// --- internal ---

function isCompleted({ deployments, refused, notStarted }: RedeployOutcome): boolean {
  return (
    refused.length === 0 &&
    notStarted.length === 0 &&
    deployments.every(({ state }) => state === 'completed' || state === 'service-deleted')
  );
}
