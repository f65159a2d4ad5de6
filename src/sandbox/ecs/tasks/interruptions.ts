import { lastSegment } from '../ids.ts';
import type { Task, World } from '../state.ts';
import { stopTask } from './task-life.ts';

/** Why AWS itself stops a task that is in order (SDK, `TaskStopCode`). */
export type Interruption = 'InfrastructureHealth' | 'SpotInterruption' | 'TerminationNotice';

/** Stops a task as AWS does for its own reasons. Throws for one that is not there or stopped. */
export function interruptTask(world: World, arnOrId: string, stopCode: Interruption): void {
  const task = findTask(world, arnOrId);
  if (task?.desiredStatus !== 'RUNNING') throw new Error(`there is no running task ${arnOrId}`);
  stopTask(world, task, stopCode, reasons[stopCode]);
}

/** The task of that ARN or id, in any region and cluster. */
export function findTask(world: World, arnOrId: string): Task | undefined {
  const id = lastSegment(arnOrId);
  for (const region of world.regions.values()) {
    for (const cluster of region.clusters.values()) {
      const task = cluster.tasks.get(id);
      if (task) return task;
    }
  }
  return undefined;
}

// --- internal ---

/** The first is AWS's text (ECS guide, "Fargate Spot termination notices"). */
const reasons: Readonly<Record<Interruption, string>> = {
  SpotInterruption: 'Your Spot Task was interrupted.',
  TerminationNotice: 'The sandbox stopped the task with a termination notice.',
  InfrastructureHealth: 'The sandbox stopped the task because its infrastructure is unhealthy.',
};
