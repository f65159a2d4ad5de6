import { breakerOf } from './breaker.ts';
import { completeDeployment, endReturn, failDeployment, primaryOf } from './deployments.ts';
import { completeEarly, oldTasksByCriteria } from './early-success.ts';
import { addEvent } from '../events.ts';
import {
  isHealthy,
  isLive,
  startTasks,
  stopTasks,
  tasksOf,
  wantedTasks,
} from '../services/scaling.ts';
import { advanceShift } from './shift.ts';
import { stageOf } from './shift-plan.ts';
import type { Deployment, Service, World } from '../state.ts';

const failuresBeforeSlowing = 3;
const slowBatch = 10;

/** Brings a service one step nearer to what is wanted; false when nothing is left to do. */
export function reconcile(world: World, service: Service): boolean {
  takeNoteOfStopped(world, service);
  if (service.status === 'DRAINING') return drain(service);
  if (service.status === 'INACTIVE') return false;
  trip(world, service);

  const primary = primaryOf(service);
  if (!primary) return false;
  if (primary.record?.status === 'PENDING') primary.record.status = 'IN_PROGRESS';
  prove(primary, service);
  if (!primary.shift || primary.rolloutState === 'COMPLETED') {
    completeEarly(world, service, primary);
    stopExcess(world, service, primary);
    startMissing(world, service, primary);
  } else if (primary.rolloutState === 'IN_PROGRESS') {
    advanceShift(world, service, primary, primary.shift);
  }
  endReturn(world, service);
  dropDrained(service);
  // A shift that was given up has handed over to the deployment before it.
  return !isSettled(world, service, primaryOf(service) ?? primary);
}

/** Stops the tasks of a deleted service; it is INACTIVE once they are gone. */
function drain(service: Service): boolean {
  if (service.tasks.size > 0) return true;
  service.status = 'INACTIVE';
  service.deployments = [];
  return false;
}

function takeNoteOfStopped(world: World, service: Service): void {
  const failedRounds = new Set<Deployment>();
  for (const task of service.tasks) {
    if (task.lastStatus !== 'STOPPED') continue;
    service.tasks.delete(task);
    service.steady = false;
    const deployment = service.deployments.find(({ id }) => id === task.startedBy);
    const failed =
      task.stopCode === 'TaskFailedToStart' || task.stopCode === 'EssentialContainerExited';
    if (!deployment || !failed || task.settled) continue;
    failedRounds.add(deployment);
    if (deployment.rolloutState === 'IN_PROGRESS' && !deployment.proven) {
      deployment.failedTasks += 1;
      deployment.updatedAt = world.environment.now();
      if (deployment.record) deployment.record.breaker.failureCount = deployment.failedTasks;
    }
    if (task.stoppedReason?.startsWith('ECS was unable to assume the role')) {
      addEvent(world, service, `failed to launch a task with (error ${task.stoppedReason}).`);
    }
  }
  for (const deployment of failedRounds) backOff(world, service, deployment);
}

function backOff(world: World, service: Service, deployment: Deployment): void {
  const { retryMs, maxRetryMs } = world.timing;
  const guarded = breakerOf(service).enable;
  // With a circuit breaker the failures soon come to an end, so there is no need to slow down much.
  const ending = guarded && deployment.rolloutState === 'IN_PROGRESS' && !deployment.proven;
  const limit = ending ? retryMs : maxRetryMs;
  deployment.retryAt =
    world.environment.now() + Math.min(retryMs * 2 ** deployment.failedRounds, limit);
  deployment.failedRounds += 1;
  if (deployment.failedRounds >= failuresBeforeSlowing) {
    addEvent(
      world,
      service,
      'is unable to consistently start tasks successfully. For more information, see the ' +
        'Troubleshooting section of the Amazon ECS Developer Guide.',
    );
  }
}

function trip(world: World, service: Service): void {
  const breaker = breakerOf(service);
  const primary = primaryOf(service);
  if (primary?.rolloutState !== 'IN_PROGRESS' || primary.proven) return;
  if (primary.record) primary.record.breaker.threshold = breaker.threshold;
  if (!breaker.enable || primary.failedTasks < breaker.threshold) return;
  if (primary.record) primary.record.breaker.status = 'TRIGGERED';
  const reason = 'ECS deployment circuit breaker: tasks failed to start.';
  failDeployment(world, service, primary, reason, breaker.rollback);
}

/** One task that started well resets the count of failures and ends it, unless failures add up. */
function prove(primary: Deployment, service: Service): void {
  if (primary.proven || !breakerOf(service).resetOnHealthyTask) return;
  if (!tasksOf(service, primary).some(isHealthy)) return;
  primary.proven = true;
  primary.failedTasks = 0;
  if (primary.record) primary.record.breaker.failureCount = 0;
}

function stopExcess(world: World, service: Service, primary: Deployment): void {
  const wanted = wantedTasks(service);
  const live = [...service.tasks].filter(isLive);
  const current = live.filter((task) => task.startedBy === primary.id);
  const old = live.filter((task) => task.startedBy !== primary.id);
  const healthy = live.filter(isHealthy).length;
  const { minimum, maximum } = bounds(service, wanted);

  const byCriteria = oldTasksByCriteria(world, service, primary);
  if (byCriteria === 'keep') {
    stopTasks(world, service, primary, current.slice(wanted));
    return;
  }
  const missing = byCriteria === 'stop' ? 0 : wanted - current.filter(isHealthy).length;
  const unneeded = old.length - Math.max(0, missing);
  const halted = primary.rolloutState === 'FAILED';
  // Where the maximum leaves no room, old tasks go first, as far as the minimum allows.
  const making = current.length < wanted && live.length >= maximum && !halted;
  const room = making ? wanted - current.length : 0;
  const replaceable = Math.max(unneeded, Math.min(room, healthy - minimum));

  const starting = old.filter((task) => !isHealthy(task));
  const running = old.filter(isHealthy);
  const stopping = [
    ...starting,
    ...running.slice(0, Math.max(0, replaceable - starting.length)),
    ...current.slice(wanted),
  ];
  stopTasks(world, service, primary, stopping);
}

function startMissing(world: World, service: Service, primary: Deployment): void {
  if (primary.rolloutState === 'FAILED' || world.environment.now() < primary.retryAt) return;
  const wanted = wantedTasks(service);
  const live = [...service.tasks].filter(isLive);
  const missing = wanted - live.filter((task) => task.startedBy === primary.id).length;
  const room = bounds(service, wanted).maximum - live.length;
  const guarded = breakerOf(service).enable;
  const batch = !guarded && primary.failedRounds >= failuresBeforeSlowing ? slowBatch : Infinity;
  startTasks(world, service, primary, Math.min(missing, room, batch));
}

/** Forgets superseded deployments without tasks; a failed one stays until the next is complete. */
function dropDrained(service: Service): void {
  service.deployments = service.deployments.filter(
    (deployment) =>
      deployment.status === 'PRIMARY' ||
      deployment.rolloutState === 'FAILED' ||
      // What may be gone back to is kept, even where it has no tasks.
      (deployment === service.lastCompleted && primaryOf(service)?.shift !== undefined) ||
      tasksOf(service, deployment).length > 0,
  );
}

function isSettled(world: World, service: Service, primary: Deployment): boolean {
  if (service.returning) return false;
  const tasks = [...service.tasks];
  const quiet = tasks.every(isHealthy);
  if (primary.rolloutState === 'FAILED') return quiet;
  const { shift } = primary;
  if (shift && primary.rolloutState === 'IN_PROGRESS' && stageOf(shift) !== 'CLEAN_UP')
    return false;
  const complete =
    quiet &&
    tasks.length === wantedTasks(service) &&
    tasks.every((task) => task.startedBy === primary.id);
  if (!complete) return false;
  if (primary.rolloutState === 'IN_PROGRESS') completeDeployment(world, service, primary);
  primary.failedRounds = 0;
  if (!service.steady) {
    service.steady = true;
    addEvent(world, service, 'has reached a steady state.');
  }
  return true;
}

function bounds(service: Service, wanted: number): { minimum: number; maximum: number } {
  const daemon = service.schedulingStrategy === 'DAEMON';
  const { minimumHealthyPercent, maximumPercent } = service.configuration;
  return {
    minimum: Math.ceil((wanted * (minimumHealthyPercent ?? (daemon ? 0 : 100))) / 100),
    maximum: Math.floor((wanted * (maximumPercent ?? (daemon ? 100 : 200))) / 100),
  };
}
