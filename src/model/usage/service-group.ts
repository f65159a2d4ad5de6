/** The service of a task, by the task's group; undefined for a standalone task. */
export function serviceOfGroup(group: string): string | undefined {
  return group.startsWith(prefix) ? group.slice(prefix.length) : undefined;
}

// --- internal ---

/** ECS's prefix for the group of a service's tasks (API reference, Task). */
const prefix = 'service:';
