import { breakerThreshold, completeDeployment, failDeployment, primaryOf } from './deployments.ts';
import { addEvent, addTaskEvents } from './events.ts';
import { launchTask, stopTask } from './task-life.ts';
import type { Deployment, Service, Task, World } from './state.ts';

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
  stopExcess(world, service, primary);
  startMissing(world, service, primary);
  dropDrained(service);
  return !isSettled(world, service, primary);
}

/** How many tasks the service is to run; a daemon service has one instance here. */
export function wantedTasks(service: Service): number {
  return service.schedulingStrategy === 'DAEMON' ? 1 : service.desiredCount;
}

/** The tasks of one deployment that are not STOPPED yet. */
export function tasksOf(service: Service, deployment: Deployment): Task[] {
  return [...service.tasks].filter((task) => task.startedBy === deployment.id);
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
  const guarded = service.configuration.deploymentCircuitBreaker?.enable === true;
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
  const breaker = service.configuration.deploymentCircuitBreaker;
  const primary = primaryOf(service);
  if (!breaker?.enable || primary?.rolloutState !== 'IN_PROGRESS' || primary.proven) return;
  if (primary.failedTasks < breakerThreshold(wantedTasks(service))) return;
  if (primary.record) primary.record.breaker.status = 'TRIGGERED';
  const reason = 'ECS deployment circuit breaker: tasks failed to start.';
  failDeployment(world, service, primary, reason, breaker.rollback);
}

/** One task that started well resets the count of failures and ends it. */
function prove(primary: Deployment, service: Service): void {
  if (!tasksOf(service, primary).some(isHealthy)) return;
  primary.proven = true;
  primary.failedTasks = 0;
}

function stopExcess(world: World, service: Service, primary: Deployment): void {
  const wanted = wantedTasks(service);
  const live = [...service.tasks].filter(isLive);
  const current = live.filter((task) => task.startedBy === primary.id);
  const old = live.filter((task) => task.startedBy !== primary.id);
  const healthy = live.filter(isHealthy).length;
  const { minimum, maximum } = bounds(service, wanted);

  const unneeded = old.length - Math.max(0, wanted - current.filter(isHealthy).length);
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
  const reason = `Scaling activity initiated by (deployment ${primary.id})`;
  const wereRunning = stopping.filter((task) => task.lastStatus === 'RUNNING');
  for (const task of stopping) stopTask(world, task, 'ServiceSchedulerInitiated', reason);
  addTaskEvents(world, service, 'has stopped', wereRunning);
  if (stopping.length > 0) service.steady = false;
}

function startMissing(world: World, service: Service, primary: Deployment): void {
  if (primary.rolloutState === 'FAILED' || world.environment.now() < primary.retryAt) return;
  const wanted = wantedTasks(service);
  const live = [...service.tasks].filter(isLive);
  const missing = wanted - live.filter((task) => task.startedBy === primary.id).length;
  const room = bounds(service, wanted).maximum - live.length;
  const guarded = service.configuration.deploymentCircuitBreaker?.enable === true;
  const batch = !guarded && primary.failedRounds >= failuresBeforeSlowing ? slowBatch : Infinity;
  const count = Math.min(missing, room, batch);
  if (count <= 0) return;
  const started = Array.from({ length: count }, () =>
    launchTask(world, service.region, service.cluster, {
      definition: primary.definition,
      group: `service:${service.name}`,
      startedBy: primary.id,
      service,
      overrides: {},
      settings: primary.settings,
      tags: [],
    }),
  );
  service.steady = false;
  addTaskEvents(world, service, 'has started', started);
}

/** Forgets superseded deployments without tasks; a failed one stays until the next is complete. */
function dropDrained(service: Service): void {
  service.deployments = service.deployments.filter(
    (deployment) =>
      deployment.status === 'PRIMARY' ||
      deployment.rolloutState === 'FAILED' ||
      tasksOf(service, deployment).length > 0,
  );
}

function isSettled(world: World, service: Service, primary: Deployment): boolean {
  const tasks = [...service.tasks];
  const quiet = tasks.every(isHealthy);
  if (primary.rolloutState === 'FAILED') return quiet;
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

const isLive = (task: Task) => task.desiredStatus === 'RUNNING';
const isHealthy = (task: Task) => isLive(task) && task.settled;
