import type { DeploymentConfiguration } from './configuration.ts';
import { checkBreaker } from '../deployments/breaker.ts';
import { invalidParameter } from '../errors.ts';
import { strategies } from '../deployments/shift-state.ts';

const mostMinutes = 1440;
const mostTasks = 5000;
const longestTimeout = 20_160;
/** Stages that only Lambda hooks can have. */
const unpaused = ['TEST_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT'];

/** Refuses deployment options that the controller does not have, and values out of bounds. */
export function checkConfiguration(
  controller: string,
  configuration: DeploymentConfiguration,
): void {
  const { strategy, linearConfiguration, canaryConfiguration, lifecycleHooks } = configuration;
  if (strategy !== undefined && !strategies.some((known) => known === strategy)) {
    throw invalidParameter(`The deployment strategy must be one of ${strategies.join(', ')}.`);
  }
  if (controller !== 'ECS' && strategy !== undefined && strategy !== 'ROLLING') {
    throw invalidParameter(
      `The deployment strategy ${strategy} needs an ECS deployment controller, not ${controller}.`,
    );
  }
  if (controller !== 'ECS' && configuration.deploymentCircuitBreaker?.enable) {
    throw invalidParameter(
      `Deployment circuit breaker feature can only be used with an ECS deployment controller, not ${controller}.`,
    );
  }
  checkBreaker(configuration);
  checkNumber('bakeTimeInMinutes', configuration.bakeTimeInMinutes, 0, mostMinutes);
  checkNumber('stepPercent', linearConfiguration?.stepPercent, 3, 100);
  checkNumber('stepBakeTimeInMinutes', linearConfiguration?.stepBakeTimeInMinutes, 0, mostMinutes);
  checkNumber('canaryPercent', canaryConfiguration?.canaryPercent, 0.1, 100);
  checkNumber(
    'canaryBakeTimeInMinutes',
    canaryConfiguration?.canaryBakeTimeInMinutes,
    0,
    mostMinutes,
  );
  for (const { targetType, lifecycleStages, timeoutConfiguration } of lifecycleHooks ?? []) {
    checkNumber('timeoutInMinutes', timeoutConfiguration?.timeoutInMinutes, 1, longestTimeout);
    const shifting = lifecycleStages?.find((stage) => unpaused.includes(stage));
    if (targetType === 'PAUSE' && shifting !== undefined) {
      throw invalidParameter(`PAUSE hooks cannot be configured at the ${shifting} stage.`);
    }
  }
}

/** Refuses a number of tasks that no service can have (ECS quotas: 5,000 tasks per service). */
export function checkDesiredCount(desiredCount: number | undefined): void {
  const isCount = Number.isInteger(desiredCount ?? 0);
  if (isCount) checkNumber('desiredCount', desiredCount, 0, mostTasks);
  else throw invalidParameter('desiredCount must be a whole number.');
}

function checkNumber(name: string, value: unknown, min: number, max: number): void {
  if (value === undefined || (typeof value === 'number' && value >= min && value <= max)) return;
  throw invalidParameter(`${name} must be between ${min} and ${max}.`);
}
