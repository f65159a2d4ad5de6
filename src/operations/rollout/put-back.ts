import type { RunningTask } from '../../aws/ecs.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import type { ResolvedSecret } from '../secrets/resolve-references.ts';
import { restoreValue, type RestoreOutcome } from '../secrets/restore-value.ts';
import type { RedeployOutcome } from './redeploy-outcome.ts';
import { redeployServices, type RedeployOptions } from './redeploy-services.ts';
import type { PutOutcome } from '../secrets/put-request.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/** What was restored after a failure. */
export interface RollbackOutcome {
  value: RestoreOutcome;
  /**
   * The services that had the new value, or may have had it; undefined if the old one was not
   * restored.
   */
  redeploy: RedeployOutcome | undefined;
  /** Services with a running task that holds the new value, or may hold it. */
  left: Service[];
}

/**
 * Makes the value before ours current again and redeploys every service that may hold ours: those
 * with a requested deployment, whatever its result, and those that started tasks by themselves
 * meanwhile. If interrupted after the value is restored, `redeploy --stale` finds the remaining
 * services.
 */
export async function putBack(
  aws: Aws,
  {
    secret,
    put: { version, previousVersion },
    jsonKey,
    outcome,
    bystanders,
  }: {
    secret: ResolvedSecret;
    put: PutOutcome;
    /** The JSON key that was set, if only one was: others may have set theirs meanwhile. */
    jsonKey: string | undefined;
    outcome: RedeployOutcome;
    /** Services that refer to the secret but are not to be redeployed. */
    bystanders: readonly Service[];
  },
  options: RedeployOptions,
): Promise<RollbackOutcome> {
  const notRestored = (why: string): RollbackOutcome => ({
    value: { restored: false, why },
    redeploy: undefined,
    left: [],
  });
  if (version === undefined || previousVersion === undefined) {
    return notRestored('the previous version is not known');
  }
  const since = await changedAt(aws, secret);
  const value = await restoreValue(aws, secret, version, previousVersion, jsonKey);
  if (!value.restored) return notRestored(value.why);
  const until = await changedAt(aws, secret);
  const window = { since, until: until && since && until > since ? until : undefined };

  const asked = [
    ...outcome.deployments
      .filter(({ state }) => state !== 'service-deleted')
      .map(({ consumer, service }) => ({ ...consumer, follow: undefined, service })),
    ...outcome.refused.filter(({ uncertain }) => uncertain).map(({ consumer }) => consumer),
  ];
  const others = [
    ...outcome.notStarted,
    ...outcome.refused.filter(({ uncertain }) => !uncertain).map(({ consumer }) => consumer),
  ];
  const scaled = await withTasksOf(aws, window, others, ({ service }) => service);
  const redeploy = await redeployServices(aws, [...asked, ...scaled], {
    ...options,
    wait: true,
    gate: undefined,
  });
  const unfinished = [
    ...redeploy.deployments.filter(({ state }) => state !== 'completed'),
    ...redeploy.notStarted,
    ...redeploy.refused.map(({ consumer }) => consumer),
  ].map(({ service }) => service);
  const left = await withTasksOf(aws, window, [...unfinished, ...bystanders], (one) => one);
  return { value, redeploy, left };
}

// --- internal ---

/** The time in which our value was current, by AWS's clock; open-ended if unknown. */
interface Window {
  since: Date | undefined;
  until: Date | undefined;
}

/** When the secret last changed; undefined if unknown. */
async function changedAt(
  aws: Aws,
  { store, name, arn }: ResolvedSecret,
): Promise<Date | undefined> {
  const region = parseArn(arn)?.region;
  try {
    return store === 'secrets-manager'
      ? (await (await aws.secretsManager(region)).describe(arn))?.changedAt
      : (await (await aws.parameterStore(region)).describe([name])).get(name)?.changedAt;
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

/**
 * Services with a running task created while our value was current: replacement tasks and tasks
 * from scaling out read it without a deployment of ours. Includes all services of a cluster whose
 * tasks cannot be listed.
 */
async function withTasksOf<T>(
  aws: Aws,
  window: Window,
  candidates: readonly T[],
  serviceOf: (candidate: T) => Service,
): Promise<T[]> {
  if (candidates.length === 0) return [];
  const ecs = await aws.ecs();
  const found = await Promise.all(
    [...new Set(candidates.map((one) => serviceOf(one).cluster))].map(async (cluster) => {
      const own = candidates.filter((one) => serviceOf(one).cluster === cluster);
      const tasks = await ecs.runningTasks(cluster).catch((error: unknown) => {
        if (error instanceof CliError) return undefined;
        throw error;
      });
      if (!tasks) return own;
      const groups = new Set(tasks.filter((task) => isIn(window, task)).map(({ group }) => group));
      return own.filter((one) => groups.has(`service:${serviceOf(one).name}`));
    }),
  );
  return found.flat();
}

/** Containers read their secrets between the creation of a task and its start. */
function isIn({ since, until }: Window, { createdAt, startedAt }: RunningTask): boolean {
  const isBefore = since && startedAt && startedAt < since;
  const isAfter = until && createdAt && createdAt > until;
  return !isBefore && !isAfter;
}
