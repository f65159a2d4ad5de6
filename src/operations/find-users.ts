import type { Aws } from '../aws/index.ts';
import { CliError, isAccessDenied } from '../errors.ts';
import type { SecretIdentity } from '../model/reference.ts';
import { consumersIn, standaloneConsumersIn } from './find-consumers.ts';
import { scan } from './scan.ts';
import { serviceName } from './service-name.ts';
import { scheduledConsumersIn, scheduledTasks } from './where-used.ts';

/**
 * Who would fail without these secrets, by ARN, e.g. `service shop/web`: services, running tasks of
 * no service, rules and schedules. Looks everywhere once. Throws CliError when the caller may not
 * look: what cannot be checked is not free to go. `unchecked`: rules or schedules, where only those
 * may not be looked at.
 */
export async function findUsers(
  aws: Aws,
  secrets: readonly SecretIdentity[],
  onProgress: (text: string) => void,
): Promise<{ users: Map<string, string[]>; unchecked: string[] }> {
  try {
    const found = await scan(
      aws,
      { clusters: [], services: [] },
      { tasks: 'required', onProgress },
    );
    const users = new Map<string, string[]>();
    const { tasks, unchecked } = await scheduledTasks(aws, found.clusters);
    for (const secret of secrets) {
      const scheduled = await scheduledConsumersIn(aws, found, tasks, secret);
      users.set(secret.arn, [
        ...consumersIn(found, secret).map(({ service }) => `service ${serviceName(service)}`),
        ...standaloneConsumersIn(found, secret).map(({ task }) => `task ${task.arn}`),
        ...scheduled.map((one) => `${one.scheduled.kind} ${one.scheduled.name}`),
      ]);
    }
    return { users, unchecked };
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    throw new CliError(
      'access-denied',
      `whether a service uses it cannot be checked: ${error.message}`,
      { hint: `${error.hint ?? 'allow it'}; --force deletes without looking`, cause: error },
    );
  }
}
