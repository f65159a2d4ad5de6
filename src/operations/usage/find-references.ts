import type { Aws } from '../../aws/index.ts';
import { CliError, isAccessDenied } from '../../errors.ts';
import type { SecretIdentity } from '../../model/secrets/reference.ts';
import { daemonConsumersIn, ownUsesOf, usesOf } from './find-consumers.ts';
import type { OnProgress } from '../progress.ts';
import { scan } from './scan.ts';
import { unknownWords } from './unknown.ts';
import { daemonName, runnerName, serviceName } from './service-name.ts';
import {
  scheduledConsumersIn,
  scheduledRevisions,
  scheduledTasks,
  scheduledUnknown,
  unreadIn,
} from './where-used.ts';

interface FoundReferences {
  users: Map<string, string[]>;
  unchecked: string[];
  unread: string[];
  unknown: string[];
}

/**
 * Who would fail without these secrets, by ARN, e.g. `service shop/web`: services, running tasks of
 * no service, rules and schedules. Looks everywhere once. Throws CliError when the caller may not
 * look: what cannot be checked is not free to go. `unchecked`: rules or schedules, where only those
 * may not be looked at. `unread`: credential specs that were not read. `unknown`: what runs and could not be described. `override` is the option that does without, for the hint.
 */
export async function findReferences(
  aws: Aws,
  secrets: readonly SecretIdentity[],
  override: string,
  onProgress: OnProgress,
): Promise<FoundReferences> {
  try {
    const found = await scan(
      aws,
      { clusters: [], services: [] },
      { tasks: 'required', onProgress },
    );
    const users = new Map<string, string[]>();
    const { tasks, unchecked } = await scheduledTasks(aws, found.clusters, onProgress);
    const scheduledOnes = await scheduledRevisions(aws, found, tasks, onProgress);
    for (const secret of secrets) {
      const scheduled = scheduledConsumersIn(scheduledOnes, secret, found.here);
      // A service in the middle of a deployment runs tasks of its old revision too, and may go back.
      const running = found.tasks
        .filter(({ taskDefinition }) => {
          const revision = found.revisions.get(taskDefinition);
          return revision && usesOf(revision, secret, found.here).length > 0;
        })
        .map(runnerName);
      const services = found.services
        .filter((service) => {
          const revision = found.revisions.get(service.taskDefinition ?? '');
          const uses = revision ? usesOf(revision, secret, found.here) : [];
          return uses.length + ownUsesOf(service, secret, found.here).length > 0;
        })
        .map((service) => `service ${serviceName(service)}`);
      const planned = scheduled.map((one) => `${one.scheduled.kind} ${one.scheduled.name}`);
      const daemons = daemonConsumersIn(found, secret).map(({ daemon }) => daemonName(daemon));
      users.set(secret.arn, [...new Set([...services, ...daemons, ...running, ...planned])]);
    }
    const unknown = unknownWords([...found.unknown, ...scheduledUnknown(scheduledOnes)]);
    return { users, unchecked, unread: unreadIn(found, scheduledOnes), unknown };
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    throw new CliError(
      'access-denied',
      `whether a service uses it cannot be checked: ${error.message}`,
      { hint: `${error.hint ?? 'allow it'}; ${override} deletes without this check`, cause: error },
    );
  }
}
