import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import { isAccessDenied } from '../../errors.ts';
import { plaintextIn } from '../../model/definitions/plaintext-findings.ts';
import { isAtLeast } from '../../model/secrets/plaintext-secrets.ts';
import type { OnProgress } from '../progress.ts';
import { scan } from '../usage/scan.ts';
import { serviceName } from '../usage/service-name.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { scheduledTasks } from '../usage/where-used.ts';

/** A revision that still contains plaintext secrets. */
export interface OldRevision {
  arn: string;
  status: string;
  /** The variables that look like secrets, as `CONTAINER:NAME`. */
  variables: string[];
  /** Services, tasks, rules and schedules that run it. */
  users: string[];
}

/** The revisions of a family that still contain secrets. */
export interface OldRevisions {
  revisions: OldRevision[];
  /** Possible users that could not be checked, e.g. `EventBridge rules (…)`. */
  unchecked: string[];
}

/** How to watch and stop a long step. */
export interface Watch {
  interrupted: AbortSignal;
  onProgress: OnProgress;
}

/**
 * The revisions of a family, except its latest, that still contain plaintext secrets, and what runs
 * them. Throws Interrupted.
 */
export async function oldRevisions(
  aws: Aws,
  family: string,
  latest: string | undefined,
  watch: Watch,
): Promise<OldRevisions> {
  const looking = look(aws, family, latest, watch);
  return untilInterrupted(looking, watch.interrupted, 'interrupted; no old revision was changed');
}

/** The result for old revisions. */
export interface Retired {
  /** ARNs of the revisions that are now INACTIVE, including those that already were. */
  deregistered: string[];
  deleted: string[];
  /** Revisions that could not be deleted. */
  failed: { arn: string; reason: string }[];
}

/**
 * Deregisters revisions, and with `deletion` deletes them. Records each result in `retired`, even
 * if a later call fails. Ends early if interrupted.
 */
export async function retire(
  aws: Aws,
  revisions: readonly OldRevision[],
  deletion: boolean,
  { deregistered, deleted, failed }: Retired,
  { interrupted, onProgress }: Watch,
): Promise<void> {
  const ecs = await aws.ecs();
  const total = revisions.length;
  for (const { arn, status } of revisions) {
    if (interrupted.aborted) return;
    if (status === 'ACTIVE') await ecs.deregister(arn);
    deregistered.push(arn);
    onProgress({ step: 'deregistering old revisions', done: deregistered.length, total });
  }
  for (let at = 0; deletion && at < total && !interrupted.aborted; at += deletedAtOnce) {
    const some = deregistered.slice(at, at + deletedAtOnce);
    failed.push(...(await ecs.deleteRevisions(some)));
    deleted.push(...some.filter((arn) => !failed.some((one) => one.arn === arn)));
    onProgress({ step: 'deleting old revisions', done: deleted.length, total });
  }
}

// --- internal ---

/** Maximum revisions per call (ECS API reference, DeleteTaskDefinitions). */
const deletedAtOnce = 10;

async function look(
  aws: Aws,
  family: string,
  latest: string | undefined,
  { interrupted, onProgress }: Watch,
): Promise<OldRevisions> {
  const ecs = await aws.ecs();
  const arns = [
    ...(await ecs.revisions('ACTIVE', family)),
    ...(await ecs.revisions('INACTIVE', family)),
  ].filter((arn) => arn !== latest);
  let done = 0;
  const described = await pMap(
    arns,
    async (arn) => {
      if (interrupted.aborted) return undefined;
      const revision = await ecs.taskDefinition(arn);
      done += 1;
      onProgress({ step: 'reading old revisions', done, total: arns.length });
      return revision;
    },
    { concurrency: 8 },
  );
  const holding = described.flatMap((revision) => {
    const variables = (revision ? plaintextIn(revision.definition) : [])
      .filter(
        ({ placeKind, confidence }) =>
          placeKind === 'environment' && isAtLeast(confidence, 'medium'),
      )
      .map(({ container, name }) => `${container}:${name}`);
    return revision && variables.length > 0 ? [{ revision, variables }] : [];
  });
  if (holding.length === 0 || interrupted.aborted) return { revisions: [], unchecked: [] };
  const { users, unchecked } = await usersByRevision(aws, onProgress);
  return {
    unchecked,
    revisions: holding.map(({ revision: { arn, status }, variables }) => ({
      arn,
      status,
      variables,
      users: users.get(arn) ?? [],
    })),
  };
}

/** What runs revisions, by their ARN. */
async function usersByRevision(
  aws: Aws,
  onProgress: OnProgress,
): Promise<{ users: Map<string, string[]>; unchecked: string[] }> {
  const users = new Map<string, string[]>();
  const add = (arn: string | undefined, user: string): void => {
    if (arn === undefined) return;
    users.set(arn, [...new Set([...(users.get(arn) ?? []), user])]);
  };
  try {
    const found = await scan(
      aws,
      { clusters: [], services: [] },
      { tasks: 'required', onProgress },
    );
    for (const service of found.services) {
      for (const { taskDefinition } of [service, ...service.deployments]) {
        add(taskDefinition, `service ${serviceName(service)}`);
      }
    }
    for (const { arn, taskDefinition } of found.tasks) add(taskDefinition, `task ${arn}`);
    const { tasks, unchecked } = await scheduledTasks(aws, found.clusters, onProgress);
    for (const { kind, name, taskDefinition } of tasks) add(taskDefinition, `${kind} ${name}`);
    return { users, unchecked };
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    return { users, unchecked: [`services and running tasks (${error.message})`] };
  }
}
