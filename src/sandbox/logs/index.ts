import type { Environment } from '../service.ts';
import { logOperations } from './operations.ts';
import { questionsOf } from './permissions.ts';
import { createLogsWorld } from './store.ts';
import type { GuardedService } from '../access.ts';

/** Creates a CloudWatch Logs that stores groups and the names of streams, without events. */
export function createLogs(environment: Environment): GuardedService {
  return {
    name: 'logs',
    attempts: (...request) => questionsOf(environment, ...request),
    operations: logOperations(createLogsWorld(environment)),
  };
}
