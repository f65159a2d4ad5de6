import pMap from 'p-map';
import type { Aws } from '../aws/index.ts';
import type { Ecs, Revision, RunningTask, Service } from '../aws/ecs.ts';
import { CliError, isAwsError } from '../errors.ts';
import { orDenied } from './or-denied.ts';
import type { Scope } from '../model/partition.ts';

/** A service as the user names it. */
export interface ServiceName {
  cluster: string;
  service: string;
}

/** Narrows a search. Without either, all clusters of the region are searched. */
export interface ServiceFilter {
  clusters: readonly string[];
  services: readonly ServiceName[];
}

/** What runs, and what it runs. */
export interface Scan {
  /** ARNs of the clusters that were looked at. */
  clusters: string[];
  services: Service[];
  /** Empty unless asked for. */
  tasks: RunningTask[];
  /** Task definitions by ARN, each described once. */
  revisions: ReadonlyMap<string, Revision>;
  /** Where bare names in task definitions live. */
  here: Scope;
}

/**
 * Reads services, on request their running tasks, and the task definitions of all, with no more
 * calls than pages and batches force. Services that are named must exist (CliError
 * `service-not-found`).
 */
export async function scan(
  aws: Aws,
  filter: ServiceFilter,
  options: {
    /** `if-allowed`: without a word when the caller may not see tasks. */
    tasks?: 'required' | 'if-allowed';
    onProgress?: ((text: string) => void) | undefined;
  } = {},
): Promise<Scan> {
  const [ecs, here] = await Promise.all([aws.ecs(), aws.caller()]);
  const { onProgress = () => undefined } = options;
  const tasksOf = async (cluster: string, service?: string): Promise<RunningTask[]> => {
    if (options.tasks === undefined) return [];
    const running = ecs.runningTasks(cluster, service);
    if (options.tasks === 'required') return running;
    const allowed = await orDenied(running);
    return allowed === 'denied' ? [] : allowed;
  };
  const found =
    filter.services.length > 0
      ? await named(ecs, filter.services, tasksOf)
      : await everywhere(ecs, filter.clusters, tasksOf, onProgress);
  const services = found.flatMap((part) => part.services);
  const tasks = found.flatMap((part) => part.tasks);

  const arns = new Set([
    ...services.flatMap(({ taskDefinition }) => taskDefinition ?? []),
    ...tasks.map(({ taskDefinition }) => taskDefinition),
  ]);
  const revisions = new Map<string, Revision>();
  let described = 0;
  await pMap(
    arns,
    async (arn) => {
      const revision = await ecs.taskDefinition(arn);
      if (revision) revisions.set(arn, revision);
      described += 1;
      onProgress(`described ${described} of ${arns.size} task definitions`);
    },
    { concurrency: atOnce },
  );
  const clusters = [...new Set(found.flatMap((part) => part.clusters))];
  return { clusters, services, tasks, revisions, here };
}

/** The running tasks of a scan that no service started. */
export function standaloneTasks({ tasks }: Scan): RunningTask[] {
  return tasks.filter(({ group }) => !group.startsWith('service:'));
}

// --- internal ---

/** Calls under way at the same time; the published rates are kept by the pacer of `aws`. */
const atOnce = 8;

interface Part {
  clusters: string[];
  services: Service[];
  tasks: RunningTask[];
}

type TasksOf = (cluster: string, service?: string) => Promise<RunningTask[]>;

async function named(ecs: Ecs, names: readonly ServiceName[], tasksOf: TasksOf): Promise<Part[]> {
  const clusters = [...new Set(names.map(({ cluster }) => cluster))];
  const missing: string[] = [];
  const parts = await pMap(
    clusters,
    async (cluster): Promise<Part> => {
      const own = new Set(names.filter((name) => name.cluster === cluster).map((n) => n.service));
      const answer = await orNoCluster(cluster, ecs.describeServices(cluster, [...own]));
      missing.push(...answer.missing);
      const tasks = await pMap(answer.services, ({ name }) => tasksOf(cluster, name), {
        concurrency: atOnce,
      });
      const arns = answer.services.map((service) => service.cluster);
      return { clusters: arns, services: answer.services, tasks: tasks.flat() };
    },
    { concurrency: atOnce },
  );
  if (missing.length > 0) {
    throw new CliError(
      'service-not-found',
      missing.map((arn) => `there is no service ${arn}`).join('\n'),
      { hint: '--service takes CLUSTER/SERVICE' },
    );
  }
  return parts;
}

/** AWS does not say which cluster it is that does not exist. */
async function orNoCluster<T>(cluster: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!isAwsError(error, 'ClusterNotFoundException')) throw error;
    throw new CliError('cluster-not-found', `there is no cluster ${cluster}`, {
      hint: 'a cluster belongs to one region and account',
    });
  }
}

async function everywhere(
  ecs: Ecs,
  given: readonly string[],
  tasksOf: TasksOf,
  onProgress: (text: string) => void,
): Promise<Part[]> {
  const clusters = given.length > 0 ? given : await ecs.clusters();
  let services = 0;
  return pMap(
    clusters,
    async (cluster): Promise<Part> => {
      const [described, tasks] = await orNoCluster(
        cluster,
        Promise.all([
          ecs.services(cluster).then((arns) => ecs.describeServices(cluster, arns)),
          tasksOf(cluster),
        ]),
      );
      services += described.services.length;
      onProgress(`found ${services} services in ${clusters.length} clusters`);
      // A cluster that was given by name is known by ARN from what runs in it.
      const arns = [...described.services, ...tasks].map((found) => found.cluster);
      return {
        clusters: cluster.startsWith('arn:') ? [cluster] : arns,
        services: described.services,
        tasks,
      };
    },
    { concurrency: atOnce },
  );
}
