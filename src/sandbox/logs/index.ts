import type { Environment } from '../service.ts';
import { logOperations } from './operations.ts';
import { questionsOf } from './permissions.ts';
import { eventOperations, writeLog } from './log-events.ts';
import { createLogsWorld } from './store.ts';
import type { GuardedService } from '../access.ts';

/** The CloudWatch Logs of a sandbox. */
export interface LogsService extends GuardedService {
  /** Writes a line; a group that does not exist is ignored, a stream is created. */
  write(
    place: { region: string; group: string; stream: string },
    message: string,
    at: number,
  ): void;
}

/**
 * Creates a CloudWatch Logs that stores groups, the names of streams, and the events that
 * EventBridge delivers.
 */
export function createLogs(environment: Environment): LogsService {
  const world = createLogsWorld(environment);
  return {
    name: 'logs',
    attempts: (...request) => questionsOf(environment, ...request),
    operations: { ...logOperations(world), ...eventOperations(world) },
    write(...line) {
      writeLog(world, ...line);
    },
  };
}
