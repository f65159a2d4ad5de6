import type { Ecs, Service } from '../aws/ecs.ts';
import { CliError } from '../errors.ts';
import { essence, isRoleNotYetThere, isStartFailure } from '../model/classify-failure.ts';
import {
  failureThreshold,
  judgeRollout,
  judgeServiceDeployment,
  rolePropagation,
  type Rollout,
  type ServiceDeployment,
} from '../model/rollout.ts';
import type { Clock } from '../world.ts';
import { orDenied } from './or-denied.ts';
import { stopReason, wasToldTo } from './stop-reason.ts';

/** A deployment that was started and is to be followed by its id. */
export interface StartedDeployment {
  /** The service as UpdateService answered. */
  service: Service;
  deploymentId: string;
  /** ARN of the service deployment, for a service with a native strategy. */
  serviceDeployment?: string | undefined;
  /** Looks at a deployment that ECS does not tell: one of CodeDeploy. */
  look?: () => Promise<Rollout>;
  /** Ids of the deployments that were there before. */
  before: readonly string[];
}

/** How far a followed deployment came. */
export interface FollowedDeployment {
  started: StartedDeployment;
  state: 'completed' | 'failed' | 'timed-out' | 'interrupted' | 'not-followed' | 'in-progress';
  /** Why it failed or was not followed to its end, in AWS's words where there are any. */
  reason: string | undefined;
  /** The last state seen. */
  rollout: Rollout | undefined;
  /** Distinct reasons of tasks of this deployment that stopped by themselves, in order. */
  stopReasons: string[];
  /** Milliseconds from the start of following to its end. */
  elapsed: number;
}

/** What happens while following. */
export type FollowEvent =
  | { kind: 'changed'; deployment: FollowedDeployment }
  | { kind: 'task-stopped'; deployment: FollowedDeployment; reason: string }
  | { kind: 'polled'; deployments: readonly FollowedDeployment[] };

/** Limits and surroundings of following. */
export interface FollowOptions {
  /** Milliseconds after which to give up. */
  timeout: number;
  clock: Clock;
  interrupted: AbortSignal;
  onEvent: (event: FollowEvent) => void;
}

/**
 * Follows deployments until each is completed or failed, or time is up, or the user interrupts;
 * nothing is undone then. Services are described ten a call, in rounds that grow from 1 to 10
 * seconds apart (ECS allows 20 such calls a second).
 */
export async function followDeployments(
  ecs: Ecs,
  started: readonly StartedDeployment[],
  { timeout, clock, interrupted, onEvent }: FollowOptions,
): Promise<FollowedDeployment[]> {
  const begin = clock.now();
  const all = started.map(notYetFollowed);
  const open = (): FollowedDeployment[] => all.filter(({ state }) => state === 'in-progress');
  const end = (state: 'timed-out' | 'interrupted'): FollowedDeployment[] => {
    for (const deployment of open()) {
      deployment.state = state;
      // What held it up is the most that can be said of a deployment that is not over.
      deployment.reason = deployment.stopReasons.at(-1);
      onEvent({ kind: 'changed', deployment });
    }
    return all;
  };

  for (let wait = 1_000; ; wait = Math.min(wait * 1.3, 10_000)) {
    await clock.sleep(Math.min(wait, Math.max(0, begin + timeout - clock.now())), interrupted);
    // A last look before giving up, so that the report tells the latest state.
    await look(ecs, open(), clock.now() - begin, onEvent);
    onEvent({ kind: 'polled', deployments: all });
    if (open().length === 0) return all;
    if (interrupted.aborted) return end('interrupted');
    if (clock.now() - begin >= timeout) return end('timed-out');
  }
}

/** A deployment of which nothing is known but that it was started. */
export function notYetFollowed(started: StartedDeployment): FollowedDeployment {
  return {
    started,
    state: 'in-progress',
    reason: undefined,
    rollout: undefined,
    stopReasons: [],
    elapsed: 0,
  };
}

// --- internal ---

/** Codes of faults that may be over at the next look. */
const passing = new Set(['throttled', 'unreachable', 'aws-failed']);

/** How long a description may lag behind the update, in milliseconds. */
const staleness = 30_000;

async function look(
  ecs: Ecs,
  deployments: readonly FollowedDeployment[],
  elapsed: number,
  onEvent: (event: FollowEvent) => void,
): Promise<void> {
  const clusters = [...new Set(deployments.map(({ started }) => started.service.cluster))];
  await Promise.all(
    clusters.map(async (cluster) => {
      const own = deployments.filter(({ started }) => started.service.cluster === cluster);
      const arns = own.map(({ started }) => started.service.arn);
      try {
        const { services } = await ecs.describeServices(cluster, arns);
        const shifts = await ecs.serviceDeployments(
          own.flatMap(({ started }) => started.serviceDeployment ?? []),
        );
        for (const deployment of own) {
          const service = services.find(({ arn }) => arn === deployment.started.service.arn);
          const shift = shifts.find(({ arn }) => arn === deployment.started.serviceDeployment);
          const elsewhere = await deployment.started.look?.();
          await advance(ecs, deployment, { service, shift, elsewhere }, elapsed, onEvent);
        }
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        // The rollout goes on without us: a passing fault is waited out, another ends the watching.
        if (passing.has(error.code)) return;
        for (const deployment of own.filter(({ state }) => state === 'in-progress')) {
          deployment.state = 'not-followed';
          deployment.reason = error.message;
          onEvent({ kind: 'changed', deployment });
        }
      }
    }),
  );
}

async function advance(
  ecs: Ecs,
  deployment: FollowedDeployment,
  {
    service,
    shift,
    elsewhere,
  }: {
    service: Service | undefined;
    shift: ServiceDeployment | undefined;
    elsewhere: Rollout | undefined;
  },
  elapsed: number,
  onEvent: (event: FollowEvent) => void,
): Promise<void> {
  const { deploymentId, before } = deployment.started;
  const rollout =
    elsewhere ??
    (shift
      ? judgeServiceDeployment(deploymentId, shift)
      : judgeRollout(deploymentId, service ?? { status: 'missing', deployments: [] }, before));
  const primary = service?.deployments.find(({ status }) => status === 'PRIMARY');
  const stale =
    rollout.state === 'gone' &&
    deployment.rollout === undefined &&
    before.includes(primary?.id ?? '') &&
    elapsed < staleness;
  deployment.elapsed = elapsed;
  if (stale) return;

  const failedBefore = deployment.rollout?.deployment?.failedTasks ?? 0;
  const moved = describe(deployment.rollout) !== describe(rollout);
  deployment.rollout = rollout;
  const over = rollout.state !== 'in-progress';
  if (service && (over ? rollout.state !== 'completed' : failedTasks(rollout) > failedBefore)) {
    for (const reason of await stopReasons(ecs, service, deploymentId)) {
      if (deployment.stopReasons.some((known) => essence(known) === essence(reason))) continue;
      deployment.stopReasons.push(reason);
      onEvent({ kind: 'task-stopped', deployment, reason });
    }
  }
  const hopeless = over ? undefined : hopelessness(deployment, rollout);
  if (over) {
    deployment.state = rollout.state === 'completed' ? 'completed' : 'failed';
    deployment.reason = rollout.reason;
  } else if (hopeless !== undefined) {
    deployment.state = 'failed';
    deployment.reason = hopeless;
  }
  if (moved || hopeless !== undefined) onEvent({ kind: 'changed', deployment });
}

/** Why a deployment that ECS would go on trying can be given up. */
function hopelessness(
  { stopReasons, elapsed }: FollowedDeployment,
  { deployment }: Rollout,
): string | undefined {
  if (!deployment) return undefined;
  const { failedTasks: failed, desiredCount } = deployment;
  if (elapsed < rolePropagation && stopReasons.some(isRoleNotYetThere)) return undefined;
  const startFailure = stopReasons.find(isStartFailure);
  if (startFailure !== undefined && failed >= 2) return startFailure;
  return failed >= failureThreshold(desiredCount) ? `${failed} of its tasks failed` : undefined;
}

function failedTasks({ deployment }: Rollout): number {
  return deployment?.failedTasks ?? 0;
}

/** What is worth an event when it changes. */
function describe(rollout: Rollout | undefined): string {
  const { deployment } = rollout ?? {};
  return [
    rollout?.state,
    rollout?.reason,
    deployment?.runningCount,
    deployment?.failedTasks,
    rollout?.oldTasks,
  ].join();
}

/** Why tasks of the deployment stopped by themselves; nothing when the caller may not look. */
async function stopReasons(ecs: Ecs, service: Service, deploymentId: string): Promise<string[]> {
  const tasks = await orDenied(ecs.stoppedTasks(service.cluster, service.name));
  if (tasks === 'denied') return [];
  return tasks
    .filter((task) => task.startedBy === deploymentId && !wasToldTo(task))
    .map(stopReason);
}
