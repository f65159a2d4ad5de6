import type { Environment } from '../service.ts';
import { logOperations } from './operations.ts';
import { questionsOf } from './permissions.ts';
import { createLogsWorld } from './store.ts';
import type { GuardedService } from '../access.ts';

/** Makes a CloudWatch Logs that keeps groups and the names of streams; there are no events in it. */
export function createLogs(environment: Environment): GuardedService {
  return {
    name: 'logs',
    attempts: (...request) => questionsOf(environment, ...request),
    operations: logOperations(createLogsWorld(environment)),
  };
}
