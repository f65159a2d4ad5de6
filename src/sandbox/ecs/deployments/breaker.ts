import type { DeploymentConfiguration } from '../services/configuration.ts';
import { invalidParameter } from '../errors.ts';
import { wantedTasks } from '../services/scaling.ts';
import type { Service } from '../state.ts';

/** What a service does about tasks that fail to start. */
export interface Breaker {
  enable: boolean;
  rollback: boolean;
  /** How many failed tasks make it give a deployment up. */
  threshold: number;
  /** Whether a task that starts well ends the counting. */
  resetOnHealthyTask: boolean;
}

const types = ['BOUNDED_PERCENT', 'COUNT', 'UNBOUNDED_PERCENT'];

/** The circuit breaker of a service, with AWS's defaults (SDK, `DeploymentCircuitBreaker`). */
export function breakerOf(service: Service): Breaker {
  const { deploymentCircuitBreaker: own = {} } = service.configuration;
  // CodeDeploy gives a deployment up by itself; the sandbox counts failures instead of an hour.
  const byCodeDeploy = service.controller === 'CODE_DEPLOY' && service.deployments[0]?.shift;
  return {
    enable: byCodeDeploy ? true : (own.enable ?? false),
    rollback: byCodeDeploy ? true : (own.rollback ?? false),
    threshold: thresholdOf(own.thresholdConfiguration, wantedTasks(service)),
    resetOnHealthyTask: own.resetOnHealthyTask ?? true,
  };
}

/** Refuses a threshold of an unknown type or without a number. */
export function checkBreaker({ deploymentCircuitBreaker }: DeploymentConfiguration): void {
  const { thresholdConfiguration: threshold } = deploymentCircuitBreaker ?? {};
  if (!threshold) return;
  const { type, value } = threshold;
  if (type === undefined || !types.includes(type)) {
    throw invalidParameter(`The threshold type must be one of ${types.join(', ')}.`);
  }
  if (!Number.isInteger(value) || Number(value) < 1) {
    throw invalidParameter('The threshold value must be a whole number above 0.');
  }
}

// --- internal ---

function thresholdOf(
  { type = 'BOUNDED_PERCENT', value = 50 }: { type?: string; value?: number } = {},
  wanted: number,
): number {
  if (type === 'COUNT') return value;
  const share = Math.ceil((wanted * value) / 100);
  // No failure at all is never too many.
  return type === 'UNBOUNDED_PERCENT' ? Math.max(share, 1) : Math.min(Math.max(share, 3), 200);
}
