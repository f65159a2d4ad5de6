import pMap from 'p-map';
import type { ScheduledTask } from '../../aws/event-rules.ts';
import type { Aws } from '../../aws/index.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import type { Reference, SecretIdentity } from '../../model/secrets/reference.ts';
import {
  consumersIn,
  daemonConsumersIn,
  standaloneConsumersIn,
  usesOf,
  type Consumer,
  type ConsumerUse,
  type DaemonConsumer,
  type StandaloneConsumer,
} from './find-consumers.ts';
import { ahead } from '../ahead.ts';
import { ifAllowed } from '../if-allowed.ts';
import type { FullRevision } from '../definitions/named-secrets.ts';
import { noProgress, type OnProgress } from '../progress.ts';
import { resolveReference, type ResolvedSecret } from '../secrets/resolve-references.ts';
import { scan, type Scan, type ServiceFilter } from './scan.ts';
import { revisionOrReason, unknownWords, type Unknown } from './unknown.ts';
import { regionsToSearch } from '../secrets/secret-regions.ts';

/** A rule or schedule whose task refers to the secret. */
export interface ScheduledConsumer {
  scheduled: ScheduledTask;
  uses: ConsumerUse[];
}

/** Everything that refers to a secret. */
export interface WhereUsed {
  secret: ResolvedSecret;
  /** ARNs of the clusters that were searched, and their regions. */
  clusters: string[];
  regions: string[];
  services: Consumer[];
  daemons: DaemonConsumer[];
  tasks: StandaloneConsumer[];
  scheduled: ScheduledConsumer[];
  /** What the caller may not look at, e.g. `EventBridge rules`. */
  unchecked: string[];
}

/**
 * Finds every service, managed daemon, running task of no service, rule and schedule that refers to a secret: in the
 * caller's region, and with `allRegions` in every region that has the secret.
 */
export async function whereUsed(
  aws: Aws,
  reference: Reference,
  filter: ServiceFilter,
  { allRegions, onProgress }: { allRegions: boolean; onProgress: OnProgress },
): Promise<WhereUsed> {
  void ahead(aws.caller());
  const secret = await resolveReference(aws, reference);
  const parts: Omit<WhereUsed, 'secret' | 'regions'>[] = [];
  const regions = await regionsToSearch(aws, secret, allRegions);
  for (const { aws: there } of regions) {
    const scheduling = lookingAhead(there, filter, onProgress);
    const found = await scan(there, filter, {
      tasks: 'required',
      onProgress,
      onClusters: scheduling.start,
    });
    parts.push({
      clusters: found.clusters,
      services: consumersIn(found, secret),
      daemons: daemonConsumersIn(found, secret),
      tasks: standaloneConsumersIn(found, secret),
      ...(filter.services.length > 0
        ? { scheduled: [], unchecked: uncheckedIn(found, []) }
        : await findScheduled(there, found, secret, onProgress, scheduling.result())),
    });
  }
  return {
    secret,
    regions: regions.map(({ region }) => region),
    clusters: parts.flatMap(({ clusters }) => clusters),
    services: parts.flatMap(({ services }) => services),
    daemons: parts.flatMap(({ daemons }) => daemons),
    tasks: parts.flatMap(({ tasks }) => tasks),
    scheduled: parts.flatMap(({ scheduled }) => scheduled),
    unchecked: [...new Set(parts.flatMap(({ unchecked }) => unchecked))],
  };
}

/** The rules and schedules of the clusters of a scan whose tasks refer to a secret. */
export async function findScheduled(
  aws: Aws,
  found: Scan,
  secret: SecretIdentity,
  onProgress: OnProgress = noProgress,
  reading: Promise<Scheduled> = scheduledTasks(aws, found.clusters, onProgress),
): Promise<Pick<WhereUsed, 'scheduled' | 'unchecked'>> {
  const { tasks, unchecked } = await reading;
  const revisions = await scheduledRevisions(aws, found, tasks, onProgress);
  return {
    scheduled: scheduledConsumersIn(revisions, secret, found.here),
    unchecked: [...unchecked, ...uncheckedIn(found, revisions)],
  };
}

/** A scheduled task with the revision that its next run would use; undefined where there is none. */
export interface ScheduledRevision {
  scheduled: ScheduledTask;
  revision: FullRevision | undefined;
  /** Why the revision could not be described. */
  why?: string | undefined;
}

/** What scheduled tasks run. Each family and revision is described once, unless the scan has it. */
export async function scheduledRevisions(
  aws: Aws,
  { revisions }: Scan,
  tasks: readonly ScheduledTask[],
  onProgress: OnProgress = noProgress,
): Promise<ScheduledRevision[]> {
  const known = new Map<string, FullRevision | string>(
    [...revisions].map(([arn, revision]) => [shortId(arn), revision]),
  );
  const wanted = new Set(tasks.map(({ taskDefinition }) => shortId(taskDefinition)));
  const unknown = [...wanted].filter((id) => !known.has(id));
  let done = 0;
  await pMap(
    unknown,
    async (id) => {
      known.set(id, await revisionOrReason(aws, id));
      done += 1;
      onProgress({ step: 'reading scheduled task definitions', done, total: unknown.length });
    },
    { concurrency: 8 },
  );
  return tasks.map((scheduled) => {
    const revision = known.get(shortId(scheduled.taskDefinition));
    return typeof revision === 'string'
      ? { scheduled, revision: undefined, why: revision }
      : { scheduled, revision };
  });
}

/** Those of the scheduled tasks that refer to a secret. */
function scheduledConsumersIn(
  all: readonly ScheduledRevision[],
  secret: SecretIdentity,
  here: Scope,
): ScheduledConsumer[] {
  return all.flatMap(({ scheduled, revision }) => {
    const uses = revision ? usesOf(revision, secret, here) : [];
    return uses.length > 0 ? [{ scheduled, uses }] : [];
  });
}

/** Scheduled tasks, and what the caller may not look at. */
export interface Scheduled {
  tasks: ScheduledTask[];
  unchecked: string[];
}

/** The scheduled tasks of these clusters, as far as the caller may see them. */
export async function scheduledTasks(
  aws: Aws,
  clusters: readonly string[],
  onProgress: OnProgress = noProgress,
): Promise<Scheduled> {
  const tasks: ScheduledTask[] = [];
  const unchecked: string[] = [];
  const scheduler = await aws.scheduler();
  const reading = ahead(
    ifAllowed(
      scheduler.tasks((done, total) => {
        onProgress({ step: 'reading schedules', done, total });
      }),
    ),
  );
  const rules = await rulesOf(aws, clusters, onProgress);
  tasks.push(...rules.tasks);
  if (rules.denied) {
    unchecked.push(
      'EventBridge rules (missing permission: events:ListRuleNamesByTarget, ListTargetsByRule)',
    );
  }
  const schedules = await reading;
  if (schedules === 'denied')
    unchecked.push(
      'EventBridge schedules (missing permission: scheduler:ListSchedules, GetSchedule)',
    );
  else tasks.push(...schedules.filter(({ cluster }) => clusters.includes(cluster)));
  return { tasks, unchecked };
}

/** What was not looked at of a scan and of scheduled tasks, with the reason: task definitions and credential specs. */
function uncheckedIn(found: Scan, scheduled: readonly ScheduledRevision[]): string[] {
  const unknown = unknownWords([...found.unknown, ...scheduledUnknown(scheduled)]);
  return [...unknown, ...unreadIn(found, scheduled)];
}

/** The credential specs of a scan and of scheduled tasks that were not read, with the reason. */
export function unreadIn(found: Scan, scheduled: readonly ScheduledRevision[]): string[] {
  const revisions = [...found.revisions.values(), ...scheduled.map(({ revision }) => revision)];
  return [...new Set(revisions.flatMap((revision) => revision?.unread ?? []))];
}

/** The scheduled tasks of which nobody knows what they run. */
export function scheduledUnknown(scheduled: readonly ScheduledRevision[]): Unknown[] {
  return scheduled.flatMap(({ scheduled: { kind, name, taskDefinition }, why }) =>
    why === undefined ? [] : [{ what: `${kind} ${name}`, taskDefinition, why }],
  );
}

/** Reads scheduled tasks during a scan. Until the scan ends, only the scan reports progress. */
export function lookingAhead(aws: Aws, { services }: ServiceFilter, onProgress: OnProgress) {
  let reading: Promise<Scheduled> | undefined;
  let tell = noProgress;
  return {
    start: (clusters: readonly string[]): void => {
      if (services.length > 0) return;
      reading = ahead(
        scheduledTasks(aws, clusters, (progress) => {
          tell(progress);
        }),
      );
    },
    result: (): Promise<Scheduled> | undefined => {
      tell = onProgress;
      return reading;
    },
  };
}

/** `FAMILY` or `FAMILY:REVISION`, of a name or an ARN of the region and account that is searched. */
export function shortId(taskDefinition: string): string {
  return taskDefinition.replace(/^.*:task-definition\//, '');
}

// --- internal ---

/** The tasks that rules start in these clusters. After a refusal no other cluster is asked about. */
async function rulesOf(
  aws: Aws,
  clusters: readonly string[],
  onProgress: OnProgress,
): Promise<{ tasks: ScheduledTask[]; denied: boolean }> {
  const rules = await aws.eventRules();
  let done = 0;
  let denied = false;
  const found = await pMap(
    clusters,
    async (cluster) => {
      if (denied) return [];
      const own = await ifAllowed(rules.tasksIn(cluster));
      onProgress({ step: 'looking at rules of clusters', done: ++done, total: clusters.length });
      if (own !== 'denied') return own;
      denied = true;
      return [];
    },
    { concurrency: 8 },
  );
  return { tasks: found.flat(), denied };
}
