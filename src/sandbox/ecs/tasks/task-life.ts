import { prepare } from './agent.ts';
import { plannedExit } from './exits.ts';
import { ecsArn, newTaskId } from '../ids.ts';
import type { Cluster, Service, Task, World } from '../state.ts';

const pruneEveryMs = 60_000;

/** Puts a new task into its cluster, where it progresses by itself. */
export function launchTask(
  world: World,
  region: string,
  cluster: Cluster,
  parts: Pick<Task, 'definition' | 'group' | 'overrides' | 'settings' | 'tags' | 'instance'> & {
    startedBy?: string;
    service?: Service;
  },
): Task {
  const now = world.environment.now();
  const id = newTaskId();
  const task: Task = {
    id,
    arn: ecsArn(world, region, `task/${cluster.name}/${id}`),
    region,
    cluster,
    ...parts,
    version: 1,
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    createdAt: now,
    exitCodes: new Map(),
    settled: false,
  };
  prune(world, cluster, now);
  cluster.tasks.set(id, task);
  parts.service?.tasks.add(task);
  world.moving.add(task);
  world.ticker.wake();
  return task;
}

/** Takes a task one step further if its time has come. */
export function advanceTask(world: World, task: Task, now: number): void {
  if (task.desiredStatus === 'STOPPED') {
    advanceStopping(world, task, now);
    return;
  }
  const { taskStartMs, settleMs } = world.timing;
  if (task.lastStatus === 'PROVISIONING' && now >= task.createdAt + taskStartMs / 3) {
    changeStatus(task, 'PENDING');
    fetch(world, task);
  }
  if (task.lastStatus === 'PENDING' && task.fetched) {
    if (!task.fetched.ok) {
      stopTask(world, task, 'TaskFailedToStart', task.fetched.reason);
      return;
    }
    if (now >= task.createdAt + taskStartMs) run(world, task, now);
  }
  if (task.lastStatus !== 'RUNNING') return;
  const exit = task.plannedExit;
  if (exit && now >= exit.at) {
    task.exitCodes.set(exit.container, exit.code);
    stopTask(world, task, 'EssentialContainerExited', 'Essential container in task exited');
    return;
  }
  if (!exit && now >= (task.startedAt ?? now) + settleMs) {
    task.settled = true;
    world.moving.delete(task);
  }
}

/** Asks a task to stop; it is STOPPED a moment later. */
export function stopTask(world: World, task: Task, stopCode: string, reason: string): void {
  if (task.desiredStatus === 'STOPPED') return;
  task.desiredStatus = 'STOPPED';
  task.stopCode = stopCode;
  task.stoppedReason = reason;
  task.stoppingAt = world.environment.now();
  changeStatus(task, task.lastStatus === 'RUNNING' ? 'STOPPING' : 'DEPROVISIONING');
  world.moving.add(task);
  if (task.service) world.busy.add(task.service);
  world.ticker.wake();
}

function advanceStopping(world: World, task: Task, now: number): void {
  // A task that never ran has nothing to wind down.
  const wait = task.lastStatus === 'STOPPING' ? world.timing.taskStopMs : 0;
  if (now < (task.stoppingAt ?? now) + wait) return;
  task.stoppedAt = now;
  changeStatus(task, 'STOPPED');
  if (task.startedAt !== undefined) {
    for (const { name } of task.definition.registration.containerDefinitions) {
      // A container that is stopped ends by a signal.
      if (!task.exitCodes.has(name)) task.exitCodes.set(name, 143);
    }
  }
  world.moving.delete(task);
}

function fetch(world: World, task: Task): void {
  void prepare(world, task).then((outcome) => {
    task.fetched = outcome;
  });
}

function run(world: World, task: Task, now: number): void {
  changeStatus(task, 'RUNNING');
  task.startedAt = now;
  task.plannedExit = plannedExit(task, now + world.timing.exitAfterMs);
}

function changeStatus(task: Task, status: Task['lastStatus']): void {
  task.lastStatus = status;
  task.version += 1;
}

function prune(world: World, cluster: Cluster, now: number): void {
  if (now < cluster.prunedAt + pruneEveryMs) return;
  cluster.prunedAt = now;
  for (const [id, { stoppedAt }] of cluster.tasks) {
    if (stoppedAt !== undefined && now > stoppedAt + world.timing.keepStoppedMs) {
      cluster.tasks.delete(id);
    }
  }
}
