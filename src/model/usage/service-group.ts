/** The service that a task belongs to, by the task's group; undefined for a task of no service. */
export function serviceOfGroup(group: string): string | undefined {
  return group.startsWith(prefix) ? group.slice(prefix.length) : undefined;
}

// --- internal ---

/** ECS names the group of a service's tasks so (API reference, Task). */
const prefix = 'service:';
