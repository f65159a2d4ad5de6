import { randomUUID } from 'node:crypto';
import type { Service, Task, World } from './state.ts';

const maxEvents = 100;
const tasksPerEvent = 10;

/** Adds a service event, in AWS's form; the newest comes first. */
export function addEvent(world: World, service: Service, text: string): void {
  service.events.unshift({
    id: randomUUID(),
    createdAt: new Date(world.environment.now()),
    message: `(service ${service.name}) ${text}`,
  });
  service.events.length = Math.min(service.events.length, maxEvents);
}

/** Tells of tasks that were started or stopped, a few to an event. */
export function addTaskEvents(
  world: World,
  service: Service,
  verb: 'has started' | 'has stopped',
  tasks: Task[],
): void {
  const noun = verb === 'has started' ? 'tasks' : 'running tasks';
  for (let start = 0; start < tasks.length; start += tasksPerEvent) {
    const some = tasks.slice(start, start + tasksPerEvent);
    const ids = some.map((task) => `(task ${task.id})`).join(' ');
    addEvent(world, service, `${verb} ${some.length} ${noun}: ${ids}.`);
  }
}
