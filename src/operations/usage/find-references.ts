import type { Aws } from '../../aws/index.ts';
import { CliError, isAccessDenied } from '../../errors.ts';
import {
  readUse,
  serviceConnectUses,
  type SecretUse,
} from '../../model/definitions/secret-uses.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import { refersTo, type Reference, type SecretIdentity } from '../../model/secrets/reference.ts';
import { revisionUses, type FullRevision } from '../definitions/named-secrets.ts';
import type { OnProgress } from '../progress.ts';
import { scan } from './scan.ts';
import { unknownWords } from './unknown.ts';
import { daemonName, runnerName, serviceName } from './service-name.ts';
import { scheduledRevisions, scheduledTasks, scheduledUnknown, unreadIn } from './where-used.ts';

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
  override: string | undefined,
  onProgress: OnProgress,
): Promise<FoundReferences> {
  try {
    const found = await scan(
      aws,
      { clusters: [], services: [] },
      { tasks: 'required', onProgress },
    );
    const { tasks, unchecked } = await scheduledTasks(aws, found.clusters, onProgress);
    const scheduledOnes = await scheduledRevisions(aws, found, tasks, onProgress);
    // A service in the middle of a deployment runs tasks of its old revision too, and may go back.
    const usersOf = usersByName([
      ...found.services.map((service) => ({
        user: `service ${serviceName(service)}`,
        uses: [
          ...usesIn(found.revisions.get(service.taskDefinition ?? '')),
          ...serviceConnectUses(service.serviceConnect ?? []),
        ],
      })),
      ...found.daemons.map((daemon) => ({
        user: daemonName(daemon),
        uses: daemon.taskDefinitions.flatMap((arn) => usesIn(found.revisions.get(arn))),
      })),
      ...found.tasks.map((task) => ({
        user: runnerName(task),
        uses: usesIn(found.revisions.get(task.taskDefinition)),
      })),
      ...scheduledOnes.map(({ scheduled, revision }) => ({
        user: `${scheduled.kind} ${scheduled.name}`,
        uses: usesIn(revision),
      })),
    ]);
    const users = new Map(secrets.map((secret) => [secret.arn, usersOf(secret, found.here)]));
    const unknown = unknownWords([...found.unknown, ...scheduledUnknown(scheduledOnes)]);
    return { users, unchecked, unread: unreadIn(found, scheduledOnes), unknown };
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    throw new CliError(
      'access-denied',
      `whether a service uses it cannot be checked: ${error.message}`,
      {
        hint: [error.hint ?? 'allow it', override && `${override} deletes without this check`]
          .filter(Boolean)
          .join('; '),
        cause: error,
      },
    );
  }
}

// --- internal ---

/** Who has which uses of secrets. */
interface User {
  user: string;
  uses: readonly SecretUse[];
}

/**
 * Answers who refers to a secret. References are looked up by name: to compare each with every secret
 * of a store would take minutes for thousands of both.
 */
function usersByName(users: readonly User[]) {
  const byName = new Map<string, { user: string; reference: Reference }[]>();
  for (const { user, uses } of users) {
    for (const reference of uses.flatMap((use) => readUse(use) ?? [])) {
      const same = byName.get(reference.name) ?? [];
      byName.set(reference.name, same);
      same.push({ user, reference });
    }
  }
  return (secret: SecretIdentity, here: Scope): string[] => {
    // The name in a full ARN has six more characters; an ARN does not tell whether a name begins with a slash.
    const { name, arn } = secret;
    const bare = name.replace(/^\//, '');
    const names = new Set([name, bare, `/${bare}`, arn.split(':').slice(6).join(':')]);
    const referring = [...names].flatMap((name) => byName.get(name) ?? []);
    return [
      ...new Set(
        referring
          .filter(({ reference }) => refersTo(reference, secret, here))
          .map(({ user }) => user),
      ),
    ];
  };
}

function usesIn(revision: FullRevision | undefined): SecretUse[] {
  return revision ? revisionUses(revision) : [];
}
