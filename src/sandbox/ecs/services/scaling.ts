import { addEvent, addTaskEvents } from '../events.ts';
import { findPlace } from '../tasks/placement.ts';
import type { Deployment, Service, Task, World } from '../state.ts';
import { launchTask, stopTask } from '../tasks/task-life.ts';

/** How many tasks the service is to run; a daemon service has one instance here. */
export function wantedTasks(service: Service): number {
  return service.schedulingStrategy === 'DAEMON' ? 1 : service.desiredCount;
}

/** The tasks of one deployment that are not STOPPED yet. */
export function tasksOf(service: Service, deployment: Deployment): Task[] {
  return [...service.tasks].filter((task) => task.startedBy === deployment.id);
}

/** Whether a task is meant to run. */
export const isLive = (task: Task): boolean => task.desiredStatus === 'RUNNING';

/** Whether a task has run long enough to count as started. */
export const isHealthy = (task: Task): boolean => isLive(task) && task.settled;

/** Starts tasks of a deployment, as many as can be placed; the others are tried again after a while. */
export function startTasks(
  world: World,
  service: Service,
  deployment: Deployment,
  count: number,
): void {
  if (count <= 0) return;
  const started: Task[] = [];
  while (started.length < count) {
    const place = findPlace(service.cluster, deployment.definition, deployment.settings);
    if (!place.ok) {
      notPlaced(world, service, deployment, place.event);
      break;
    }
    const task = launchTask(world, service.region, service.cluster, {
      definition: deployment.definition,
      group: `service:${service.name}`,
      startedBy: deployment.id,
      service,
      instance: place.instance,
      overrides: {},
      settings: deployment.settings,
      tags: [],
    });
    started.push(task);
  }
  service.steady = false;
  addTaskEvents(world, service, 'has started', started);
}

/** Stops tasks on behalf of a deployment. */
export function stopTasks(
  world: World,
  service: Service,
  deployment: Deployment,
  tasks: readonly Task[],
): void {
  const wereRunning = tasks.filter((task) => task.lastStatus === 'RUNNING');
  const reason = `Scaling activity initiated by (deployment ${deployment.id})`;
  for (const task of tasks) stopTask(world, task, 'ServiceSchedulerInitiated', reason);
  addTaskEvents(world, service, 'has stopped', wereRunning);
  if (tasks.length > 0) service.steady = false;
}

function notPlaced(world: World, service: Service, deployment: Deployment, why: string): void {
  const { retryMs, maxRetryMs } = world.timing;
  const wait = Math.min(retryMs * 2 ** deployment.failedRounds, maxRetryMs);
  deployment.retryAt = world.environment.now() + wait;
  deployment.failedRounds += 1;
  addEvent(
    world,
    service,
    'was unable to place a task because no container instance met all of its requirements. ' +
      `${why} For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
  );
}
