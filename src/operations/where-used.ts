import type { Aws } from '../aws/index.ts';
import type { ScheduledTask } from '../aws/event-rules.ts';
import type { Reference, SecretIdentity } from '../model/reference.ts';
import {
  consumersIn,
  standaloneConsumersIn,
  usesOf,
  type Consumer,
  type ConsumerUse,
  type StandaloneConsumer,
} from './find-consumers.ts';
import { orDenied } from './or-denied.ts';
import { resolveReference, type ResolvedSecret } from './resolve-references.ts';
import { scan, type Scan, type ServiceFilter } from './scan.ts';

/** A rule or schedule whose task refers to the secret. */
export interface ScheduledConsumer {
  scheduled: ScheduledTask;
  uses: ConsumerUse[];
}

/** Everything that refers to a secret. */
export interface WhereUsed {
  secret: ResolvedSecret;
  /** ARNs of the clusters that were searched. */
  clusters: string[];
  services: Consumer[];
  tasks: StandaloneConsumer[];
  scheduled: ScheduledConsumer[];
  /** What the caller may not look at, e.g. `EventBridge rules`. */
  unchecked: string[];
}

/** Finds every service, running task of no service, rule and schedule that refers to a secret. */
export async function whereUsed(
  aws: Aws,
  reference: Reference,
  filter: ServiceFilter,
  onProgress: (text: string) => void,
): Promise<WhereUsed> {
  const secret = await resolveReference(aws, reference);
  const found = await scan(aws, filter, { tasks: 'required', onProgress });
  onProgress('looking at rules and schedules');
  return {
    secret,
    clusters: found.clusters,
    services: consumersIn(found, secret),
    tasks: standaloneConsumersIn(found, secret),
    ...(filter.services.length > 0
      ? { scheduled: [], unchecked: [] }
      : await findScheduled(aws, found, secret)),
  };
}

/** The rules and schedules of the clusters of a scan whose tasks refer to a secret. */
export async function findScheduled(
  aws: Aws,
  found: Scan,
  secret: SecretIdentity,
): Promise<Pick<WhereUsed, 'scheduled' | 'unchecked'>> {
  const { tasks, unchecked } = await scheduledTasks(aws, found.clusters);
  return { scheduled: await scheduledConsumersIn(aws, found, tasks, secret), unchecked };
}

/** Those of the scheduled tasks that refer to a secret. */
export async function scheduledConsumersIn(
  aws: Aws,
  found: Scan,
  tasks: readonly ScheduledTask[],
  secret: SecretIdentity,
): Promise<ScheduledConsumer[]> {
  const ecs = await aws.ecs();
  const scheduled: ScheduledConsumer[] = [];
  for (const task of tasks) {
    const known = found.revisions.get(task.taskDefinition);
    const revision = known ?? (await ecs.taskDefinition(task.taskDefinition));
    const uses = revision ? usesOf(revision.definition, secret, found.here) : [];
    if (uses.length > 0) scheduled.push({ scheduled: task, uses });
  }
  return scheduled;
}

/** The scheduled tasks of these clusters, as far as the caller may see them. */
export async function scheduledTasks(
  aws: Aws,
  clusters: readonly string[],
): Promise<{ tasks: ScheduledTask[]; unchecked: string[] }> {
  const tasks: ScheduledTask[] = [];
  const unchecked: string[] = [];
  const rules = await aws.eventRules();
  for (const cluster of clusters) {
    const own = await orDenied(rules.tasksIn(cluster));
    if (own === 'denied') {
      unchecked.push('EventBridge rules (events:ListRuleNamesByTarget, ListTargetsByRule)');
      break;
    }
    tasks.push(...own);
  }
  const schedules = await orDenied((await aws.scheduler()).tasks());
  if (schedules === 'denied')
    unchecked.push('EventBridge schedules (scheduler:ListSchedules, GetSchedule)');
  else tasks.push(...schedules.filter(({ cluster }) => clusters.includes(cluster)));
  return { tasks, unchecked };
}
