import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import type { Ecs, RunningTask } from '../../aws/ecs.ts';
import { CliError, isAwsError } from '../../errors.ts';
import { ahead } from '../ahead.ts';
import { ifAllowed } from '../if-allowed.ts';
import { noProgress, type OnProgress } from '../progress.ts';
import { parseArn, type Scope } from '../../model/secrets/partition.ts';
import type { Service } from '../../aws/ecs-answers.ts';
import { serviceOfGroup } from '../../model/usage/service-group.ts';
import { batches } from '../../model/batches.ts';
import { findDaemons, type Daemon, type FoundDaemons } from './find-daemons.ts';
import { revisionOrReason, unknownOnes, type Unknown } from './unknown.ts';
import { distinctBy } from '../../model/distinct-by.ts';
import type { FullRevision } from '../definitions/named-secrets.ts';

/** A service as the user names it. */
export interface ServiceName {
  /** Name or ARN. */
  cluster: string;
  service: string;
}

/** Narrows a search to clusters (names or ARNs). Without either, all clusters of the region are searched. */
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
  /** The managed daemons of the clusters, if asked for; none where services are named. */
  daemons: Daemon[];
  /** Task definitions by ARN, each described once. */
  revisions: ReadonlyMap<string, FullRevision>;
  /** What runs and could not be described, with the reason: nobody knows which secrets it uses. */
  unknown: Unknown[];
  /** Where bare names in task definitions live. */
  here: Scope;
}

/**
 * Reads services and managed daemons, on request the running tasks, and the task definitions of all, with no more
 * calls than pages and batches force. Services that are named must exist (CliError
 * `service-not-found`).
 */
export async function scan(
  aws: Aws,
  filter: ServiceFilter,
  options: {
    /** `if-allowed`: without a word when the caller may not see tasks. */
    tasks?: 'required' | 'if-allowed';
    /** Whether to read managed daemons too; default: if tasks are read. */
    daemons?: boolean;
    /** Whether to describe the task definitions; default: true. */
    definitions?: boolean;
    /** Revisions that an earlier scan of the same run described, by ARN: these are not asked for again. */
    known?: ReadonlyMap<string, FullRevision>;
    onProgress?: OnProgress | undefined;
    /** Called with the ARNs of the clusters to search, before they are searched. */
    onClusters?: (clusters: readonly string[]) => void;
  } = {},
): Promise<Scan> {
  const ecs = await aws.ecs();
  const isNarrowed = filter.clusters.length + filter.services.length > 0;
  const listing = isNarrowed ? undefined : ahead(ecs.clusters());
  const here = await aws.caller();
  const { onProgress = noProgress, daemons: withDaemons = options.tasks !== undefined } = options;
  const tasksOf = async (cluster: string, service?: string): Promise<RunningTask[]> => {
    if (options.tasks === undefined) return [];
    const running = ecs.runningTasks(cluster, service);
    if (options.tasks === 'required') return running;
    const allowed = await ifAllowed(running);
    return allowed === 'denied' ? [] : allowed;
  };
  const clustersOf = async (): Promise<Clusters> => {
    const { clusters: given } = filter;
    const all = givenClusters(here, await (listing ?? given));
    options.onClusters?.(all.map(({ arn }) => arn));
    return { all, areGiven: given.length > 0 };
  };
  // Before any call: a cluster that is elsewhere is an error.
  const daemonClusters = withDaemons ? arnsOf(filter.clusters, here) : undefined;
  const [found, { daemons, unseen }] =
    filter.services.length > 0
      ? [await named(ecs, here, filter.services, tasksOf), noDaemons]
      : await Promise.all([
          clustersOf().then((clusters) => everywhere(ecs, clusters, tasksOf, onProgress)),
          daemonClusters ? findDaemons(ecs, daemonClusters) : noDaemons,
        ]);
  // The pages of a list that changes meanwhile may name a thing twice.
  const services = distinctBy(
    found.flatMap((part) => part.services),
    (one) => one.arn,
  );
  const tasks = distinctBy(
    found.flatMap((part) => part.tasks),
    (one) => one.arn,
  );

  const used = new Set([
    ...services.flatMap(({ taskDefinition }) => taskDefinition ?? []),
    ...tasks.map(({ taskDefinition }) => taskDefinition),
    ...daemons.flatMap(({ taskDefinitions }) => taskDefinitions),
  ]);
  const { known = new Map<string, FullRevision>(), definitions = true } = options;
  const revisions = new Map([...known].filter(([arn]) => used.has(arn)));
  const arns = definitions ? [...used].filter((arn) => !known.has(arn)) : [];
  const failed = new Map<string, string>();
  let described = 0;
  await pMap(
    arns,
    async (arn) => {
      const revision = await revisionOrReason(aws, arn);
      if (typeof revision === 'string') failed.set(arn, revision);
      else revisions.set(arn, revision);
      described += 1;
      onProgress({ step: 'reading task definitions', done: described, total: arns.length });
    },
    { concurrency: atOnce },
  );
  const clusters = found.map((part) => part.cluster);
  const unknown = unknownOnes({ services, tasks, daemons }, failed);
  if (unseen !== undefined) {
    unknown.push({ what: 'managed daemons', taskDefinition: undefined, why: unseen });
  }
  return { clusters, services, tasks, daemons, revisions, unknown, here };
}

/** The running tasks of a scan that no service started. */
export function standaloneTasks({ tasks }: Scan): RunningTask[] {
  return tasks.filter(({ group }) => serviceOfGroup(group) === undefined);
}

// --- internal ---

/** Calls under way at the same time; the published rates are kept by the pacer of `aws`. */
const atOnce = 8;

const noDaemons: FoundDaemons = { daemons: [] };

/** What was found in one cluster. */
interface Part {
  /** ARN. */
  cluster: string;
  services: Service[];
  tasks: RunningTask[];
}

type TasksOf = (cluster: string, service?: string) => Promise<RunningTask[]>;

/** A cluster to search, and as what it was named. */
interface GivenCluster {
  arn: string;
  written: string;
}

/** The clusters that were named, each once. Throws CliError for one of another region or account. */
function givenClusters(here: Scope, written: readonly string[]): GivenCluster[] {
  const found = new Map<string, GivenCluster>();
  for (const one of written) {
    const arn = clusterArn(one, here);
    if (!found.has(arn)) found.set(arn, { arn, written: one });
  }
  return [...found.values()];
}

function arnsOf(clusters: readonly string[], here: Scope): string[] {
  return givenClusters(here, clusters).map(({ arn }) => arn);
}

function clusterArn(written: string, here: Scope): string {
  const own = parseArn(written);
  if (!own) return `arn:${here.partition}:ecs:${here.region}:${here.account}:cluster/${written}`;
  if (own.region === here.region && own.account === here.account) return written;
  throw new CliError(
    'cluster-not-found',
    `the cluster ${written} is not in ${here.region} of account ${here.account}`,
    { hint: 'search another region with --region, another account with --profile' },
  );
}

async function named(
  ecs: Ecs,
  here: Scope,
  names: readonly ServiceName[],
  tasksOf: TasksOf,
): Promise<Part[]> {
  const clusters = givenClusters(
    here,
    names.map(({ cluster }) => cluster),
  );
  const missing: string[] = [];
  const parts = await pMap(
    clusters,
    async (cluster): Promise<Part> => {
      const own = names.filter((name) => clusterArn(name.cluster, here) === cluster.arn);
      const distinctNames = [...new Set(own.map(({ service }) => service))];
      const answer = await orNoCluster(cluster, ecs.describeServices(cluster.arn, distinctNames));
      missing.push(...answer.missing);
      const tasks = await pMap(answer.services, ({ name }) => tasksOf(cluster.arn, name), {
        concurrency: atOnce,
      });
      return { cluster: cluster.arn, services: answer.services, tasks: tasks.flat() };
    },
    { concurrency: atOnce },
  );
  if (missing.length > 0) {
    throw new CliError(
      'service-not-found',
      missing.map((arn) => `there is no service ${arn}`).join('\n'),
      { hint: '--service takes CLUSTER/SERVICE or the ARN of a service' },
    );
  }
  return parts;
}

/** AWS does not say which cluster it is that does not exist. */
async function orNoCluster<T>({ written }: GivenCluster, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!isAwsError(error, 'ClusterNotFoundException')) throw error;
    throw new CliError('cluster-not-found', `there is no cluster ${written}`, {
      hint: 'a cluster belongs to one region and account',
    });
  }
}

/** The clusters to search, and whether the user named them. */
interface Clusters {
  all: readonly GivenCluster[];
  areGiven: boolean;
}

async function everywhere(
  ecs: Ecs,
  { all: clusters, areGiven }: Clusters,
  tasksOf: TasksOf,
  onProgress: OnProgress,
): Promise<Part[]> {
  const orGone = <T>(cluster: GivenCluster, call: Promise<T>) =>
    areGiven ? orNoCluster(cluster, call) : ifThere(call);
  const readingTasks = ahead(
    pMap(
      clusters,
      async (cluster) => [cluster, await orGone(cluster, tasksOf(cluster.arn))] as const,
      { concurrency: atOnce },
    ),
  );
  let looked = 0;
  // All are listed before one is described: how many there are is known early, and so is the time left.
  const listed = await pMap(
    clusters,
    async (cluster) => {
      const arns = await orGone(cluster, ecs.services(cluster.arn));
      looked += 1;
      onProgress({ step: 'looking at clusters', done: looked, total: clusters.length });
      const part: Part = { cluster: cluster.arn, services: [], tasks: [] };
      return arns && { cluster, arns, part };
    },
    { concurrency: atOnce },
  );
  const there = listed.filter((one) => one !== undefined);
  const total = there.reduce((sum, { arns }) => sum + arns.length, 0);
  const gone = new Set<Part>();
  let described = 0;
  const tell = (): void => {
    onProgress({ step: 'describing services', done: described, total });
  };
  tell();
  const describing = pMap(
    there.flatMap((one) => batches(one.arns, 10).map((arns) => ({ ...one, arns }))),
    async ({ cluster, arns, part }) => {
      const found = await orGone(cluster, ecs.describeServices(cluster.arn, arns));
      part.services.push(...(found?.services ?? []));
      if (!found) gone.add(part);
      described += arns.length;
      tell();
    },
    { concurrency: atOnce },
  );
  const running = new Map((await Promise.all([readingTasks, describing]))[0]);
  for (const { cluster, part } of there) {
    const tasks = running.get(cluster);
    if (tasks) part.tasks.push(...tasks);
    else gone.add(part);
  }
  return there.map(({ part }) => part).filter((part) => !gone.has(part));
}

/** Undefined for a cluster that was deleted after it was listed. */
async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAwsError(error, 'ClusterNotFoundException')) return undefined;
    throw error;
  }
}
