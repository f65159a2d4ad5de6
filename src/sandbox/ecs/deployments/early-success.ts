import type { DeploymentConfiguration } from '../services/configuration.ts';
import { completeDeployment } from './deployments.ts';
import { invalidParameter } from '../errors.ts';
import { isHealthy, tasksOf, wantedTasks } from '../services/scaling.ts';
import type { Deployment, Service, World } from '../state.ts';

const cleanups = ['BLOCKING', 'DEFERRED'];

/** Completes a rolling deployment that has met the early success criteria of its service. */
export function completeEarly(world: World, service: Service, primary: Deployment): void {
  if (primary.rolloutState !== 'IN_PROGRESS' || !isMet(service, primary)) return;
  const { earlySuccessCriteria } = service.configuration;
  const deferred = earlySuccessCriteria?.sourceServiceRevisionCleanup === 'DEFERRED';
  const old = [...service.tasks].filter((task) => task.startedBy !== primary.id);
  if (deferred || old.length === 0) completeDeployment(world, service, primary);
}

/**
 * What early success criteria say about the old tasks: all of them stop, or none yet; undefined where
 * they say nothing.
 */
export function oldTasksByCriteria(
  world: World,
  service: Service,
  primary: Deployment,
): 'stop' | 'keep' | undefined {
  if (!isMet(service, primary)) return undefined;
  if (primary.rolloutState !== 'COMPLETED') return 'stop';
  return world.environment.now() < primary.updatedAt + world.timing.deferredMs ? 'keep' : 'stop';
}

/** Refuses criteria that are incomplete, out of bounds or of another strategy than ROLLING. */
export function checkEarlySuccess(configuration: DeploymentConfiguration): void {
  const { earlySuccessCriteria, minimumHealthyPercent = 100, strategy } = configuration;
  if (!earlySuccessCriteria?.enable) return;
  const { healthyPercent: percent, sourceServiceRevisionCleanup: cleanup } = earlySuccessCriteria;
  if (strategy !== undefined && strategy !== 'ROLLING') {
    throw invalidParameter('Early success criteria can only be used with the ROLLING strategy.');
  }
  if (cleanup === undefined || !cleanups.includes(cleanup)) {
    throw invalidParameter(
      `sourceServiceRevisionCleanup must be one of ${cleanups.join(', ')} when early success criteria are enabled.`,
    );
  }
  const isPercent = Number.isInteger(percent) && Number(percent) <= 100;
  if (!isPercent || Number(percent) < minimumHealthyPercent) {
    throw invalidParameter(
      `healthyPercent must be a whole number between minimumHealthyPercent (${minimumHealthyPercent}) and 100.`,
    );
  }
}

// --- internal ---

/** Whether the criteria count and enough new tasks are well. */
function isMet(service: Service, primary: Deployment): boolean {
  const { earlySuccessCriteria: criteria } = service.configuration;
  if (!criteria?.enable || primary.shift || service.controller !== 'ECS') return false;
  const needed = Math.ceil((wantedTasks(service) * (criteria.healthyPercent ?? 100)) / 100);
  return tasksOf(service, primary).filter(isHealthy).length >= needed;
}
