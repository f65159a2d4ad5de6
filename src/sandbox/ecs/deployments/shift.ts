import { failDeployment } from './deployments.ts';
import {
  isHealthy,
  isLive,
  startTasks,
  stopTasks,
  tasksOf,
  wantedTasks,
} from '../services/scaling.ts';
import { durationOf, hooksOf, isOpen, stageOf } from './shift-plan.ts';
import { stages, type Shift, type Stage } from './shift-state.ts';
import type { Deployment, Service, World } from '../state.ts';

/** Takes a deployment that keeps the old tasks one step further. */
export function advanceShift(
  world: World,
  service: Service,
  deployment: Deployment,
  shift: Shift,
): void {
  const now = world.environment.now();
  expireHooks(world, service, deployment, shift, now);
  // A hook that timed out may have given the deployment up.
  if (deployment.rolloutState !== 'IN_PROGRESS') return;

  const stage = stageOf(shift);
  if (has(stage, 'SCALE_UP')) fill(world, service, deployment, now);
  keepOld(world, service, deployment, stage, now);
  if (shift.hooks.some(isOpen) || stage === 'CLEAN_UP') return;
  if (now < shift.since + durationOf(world, shift)) return;
  if (stage === 'SCALE_UP' && !isUp(service, deployment)) return;
  if (stage === 'RECONCILE_SERVICE' && leftovers(service, deployment).length > 0) return;
  shift.ahead.shift();
  beginStage(world, service, deployment, shift);
}

/** Begins the current stage: its hooks, if it has any, hold it. */
function beginStage(world: World, service: Service, deployment: Deployment, shift: Shift): void {
  const now = world.environment.now();
  shift.since = now;
  shift.hooks = hooksOf(world, shift);
  deployment.updatedAt = now;
  if (deployment.record) deployment.record.updatedAt = now;
  if (stageOf(shift) === 'CLEAN_UP') {
    const old = [...service.tasks].filter(
      (task) => isLive(task) && task.startedBy !== deployment.id,
    );
    stopTasks(world, service, deployment, old);
  }
}

/** Whether a stage is this one or comes after it. */
function has(stage: Stage, other: Stage): boolean {
  return stages.indexOf(stage) >= stages.indexOf(other);
}

function isUp(service: Service, deployment: Deployment): boolean {
  return tasksOf(service, deployment).filter(isHealthy).length >= wantedTasks(service);
}

/** Starts and stops tasks of one deployment until there are as many as wanted. */
function fill(world: World, service: Service, deployment: Deployment, now: number): void {
  const live = tasksOf(service, deployment).filter(isLive);
  const missing = wantedTasks(service) - live.length;
  stopTasks(world, service, deployment, live.slice(wantedTasks(service)));
  if (now >= deployment.retryAt) startTasks(world, service, deployment, missing);
}

/** The deployment that serves keeps its tasks; those of one that was superseded are stopped. */
function keepOld(
  world: World,
  service: Service,
  deployment: Deployment,
  stage: Stage,
  now: number,
): void {
  if (stage === 'CLEAN_UP') return;
  const serving = service.lastCompleted;
  if (serving && service.deployments.includes(serving)) fill(world, service, serving, now);
  if (stage === 'RECONCILE_SERVICE') {
    stopTasks(world, service, deployment, leftovers(service, deployment).filter(isLive));
  }
}

/** Tasks that belong neither to the deployment nor to the one that serves. */
function leftovers(service: Service, deployment: Deployment) {
  const kept = [deployment.id, service.lastCompleted?.id];
  return [...service.tasks].filter((task) => !kept.includes(task.startedBy));
}

function expireHooks(
  world: World,
  service: Service,
  deployment: Deployment,
  shift: Shift,
  now: number,
): void {
  for (const hook of shift.hooks) {
    if (!isOpen(hook) || now < hook.expiresAt) continue;
    hook.status = 'TIMED_OUT';
    shift.since = now;
    if (hook.timeoutAction === 'CONTINUE') continue;
    const reason = 'Service deployment rolled back: a lifecycle hook timed out.';
    failDeployment(world, service, deployment, reason, true);
    return;
  }
}
