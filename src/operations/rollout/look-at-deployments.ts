import pMap from 'p-map';
import type { Ecs } from '../../aws/ecs.ts';
import { CliError, isAwsError, isPassing } from '../../errors.ts';
import { batches } from '../../model/batches.ts';
import { failureKey } from '../../model/failures/classify-failure.ts';
import { primaryOf } from '../../model/usage/deployment.ts';
import {
  judgeRollout,
  judgeServiceDeployment,
  type Rollout,
  type ServiceDeployment,
} from '../../model/rollout/rollout.ts';
import { stoppedFromOutside } from '../../model/failures/stopped-from-outside.ts';
import { stopReason } from '../failures/stop-reason.ts';
import type { Consumer } from '../usage/find-consumers.ts';
import type { FollowedDeployment } from './redeploy-outcome.ts';
import { shouldGiveUp } from './should-give-up.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/** An event of a deployment that is being followed. */
export type FollowEvent =
  /** It was started, or ECS shows that it has started. */
  | { kind: 'started'; deployment: FollowedDeployment }
  | { kind: 'changed'; deployment: FollowedDeployment }
  | { kind: 'task-stopped'; deployment: FollowedDeployment; reason: string }
  /** It failed for transient reasons, and will be started again. */
  | { kind: 'starting-again'; deployment: FollowedDeployment; reason: string }
  | { kind: 'polled'; deployments: readonly FollowedDeployment[]; waiting: readonly Consumer[] };

/**
 * Reads the state of deployments in progress once, 10 services per call, and records their
 * progress. A transient error leaves a deployment unchanged. Any other error ends the following
 * only of the deployment that it concerns.
 */
export async function lookAtDeployments(
  ecs: Ecs,
  deployments: readonly FollowedDeployment[],
  now: number,
  onEvent: (event: FollowEvent) => void,
): Promise<void> {
  const clusters = [...new Set(deployments.map(({ service }) => service.cluster))];
  const parts = clusters.flatMap((cluster) =>
    batches(
      deployments.filter(({ service }) => service.cluster === cluster),
      10,
    ),
  );
  await pMap(parts, (batch) => lookAtBatch(ecs, batch, now, onEvent), { concurrency: 8 });
}

// --- internal ---

/** How long a description may lag behind the update, in milliseconds. */
const lag = 30_000;

async function lookAtBatch(
  ecs: Ecs,
  batch: readonly FollowedDeployment[],
  now: number,
  onEvent: (event: FollowEvent) => void,
): Promise<void> {
  const [first] = batch;
  if (!first) return;
  for (const deployment of batch) deployment.elapsed = now - deployment.startedAt;
  let services: Service[];
  try {
    services = await servicesOf(ecs, first.service.cluster, batch);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (isPassing(error)) return;
    // One service without permission fails the call for all 10.
    if (batch.length > 1) {
      for (const one of batch) await lookAtBatch(ecs, [one], now, onEvent);
    } else notFollowed(first, error, onEvent);
    return;
  }
  for (const deployment of batch.filter(isOpen)) learnIds(deployment, services, onEvent);
  const shifts = await serviceDeploymentsOf(ecs, batch);
  for (const deployment of batch.filter(isOpen)) {
    try {
      const service = services.find(({ arn }) => arn === deployment.service.arn);
      await advance(ecs, deployment, { service, shifts, onEvent });
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      if (!isPassing(error)) notFollowed(deployment, error, onEvent);
    }
  }
}

/** False for a deployment that was given up during a call. */
function isOpen({ state }: FollowedDeployment): boolean {
  return state === 'in-progress';
}

function notFollowed(
  deployment: FollowedDeployment,
  error: CliError,
  onEvent: (event: FollowEvent) => void,
): void {
  deployment.state = 'not-followed';
  deployment.reason = error.message;
  onEvent({ kind: 'changed', deployment });
}

async function servicesOf(
  ecs: Ecs,
  cluster: string,
  batch: readonly FollowedDeployment[],
): Promise<Service[]> {
  try {
    const arns = batch.map(({ service }) => service.arn);
    return (await ecs.describeServices(cluster, arns)).services;
  } catch (error) {
    // A cluster that was deleted had no services left.
    if (isAwsError(error, 'ClusterNotFoundException')) return [];
    throw error;
  }
}

/**
 * Adds IDs that the answer to our request did not contain, or that were lost with the answer. The
 * newest deployment of a service is ours if it did not exist before.
 */
function learnIds(
  deployment: FollowedDeployment,
  services: readonly Service[],
  onEvent: (event: FollowEvent) => void,
): void {
  const service = services.find(({ arn }) => arn === deployment.service.arn);
  const isNew = (id: string | undefined): boolean =>
    id !== undefined && !deployment.before.includes(id);
  const primary = service && primaryOf(service);
  if (deployment.deploymentId === undefined && isNew(primary?.id)) {
    deployment.deploymentId = primary?.id;
    // It said that ECS had not confirmed the deployment.
    deployment.reason = undefined;
    onEvent({ kind: 'started', deployment });
  }
  if (deployment.deploymentId !== undefined && isNew(service?.currentServiceDeployment)) {
    deployment.serviceDeployment ??= service?.currentServiceDeployment;
  }
}

/**
 * The service deployments to read: those of native strategies, and the others only until the
 * failure threshold of the circuit breaker is known, once a task has failed.
 */
async function serviceDeploymentsOf(
  ecs: Ecs,
  batch: readonly FollowedDeployment[],
): Promise<Map<string, ServiceDeployment> | CliError> {
  const arns = batch.flatMap((one) =>
    isNative(one) || (failedTasks(one.rollout) > 0 && one.failureThreshold === undefined)
      ? (one.serviceDeployment ?? [])
      : [],
  );
  if (arns.length === 0) return new Map();
  try {
    return new Map((await ecs.serviceDeployments(arns)).map((found) => [found.arn, found]));
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

function isNative({ service }: FollowedDeployment): boolean {
  return service.strategy !== 'ROLLING';
}

async function advance(
  ecs: Ecs,
  deployment: FollowedDeployment,
  {
    service,
    shifts,
    onEvent,
  }: {
    service: Service | undefined;
    shifts: Map<string, ServiceDeployment> | CliError;
    onEvent: (event: FollowEvent) => void;
  },
): Promise<void> {
  const rollout = await judge(deployment, service, shifts);
  if (!(shifts instanceof CliError)) {
    deployment.failureThreshold ??= shifts.get(
      deployment.serviceDeployment ?? '',
    )?.failureThreshold;
  }
  if (!isOpen(deployment)) return;
  if (service) deployment.service = service;
  if (!rollout || isLagging(deployment, rollout, service)) return;
  if (rollout.state === 'superseded' && service && rollout.supersededBy !== undefined) {
    followTheOther(deployment, service, rollout, rollout.supersededBy);
    onEvent({ kind: 'changed', deployment });
    return;
  }
  const failedBefore = failedTasks(deployment.rollout);
  const moved = summary(deployment.rollout) !== summary(rollout);
  deployment.rollout = rollout;
  const over = rollout.state !== 'in-progress';
  if (service && (over ? rollout.state !== 'completed' : failedTasks(rollout) > failedBefore)) {
    await noteStopReasons(ecs, deployment, service, onEvent);
  }
  if (!isOpen(deployment)) return;
  const hopeless = over ? undefined : shouldGiveUp(deployment, rollout);
  if (hopeless !== undefined) {
    deployment.state = 'failed';
    deployment.reason = hopeless;
  } else if (over) {
    deployment.state =
      rollout.state === 'completed' || rollout.state === 'service-deleted'
        ? rollout.state
        : 'failed';
    deployment.reason = rollout.reason ?? deployment.reason;
  }
  if (moved || hopeless !== undefined) onEvent({ kind: 'changed', deployment });
}

/** Undefined if this read shows nothing conclusive. */
async function judge(
  { deploymentId, serviceDeployment, look, before }: FollowedDeployment,
  service: Service | undefined,
  shifts: Map<string, ServiceDeployment> | CliError,
): Promise<Rollout | undefined> {
  if (look) return look();
  if (deploymentId === undefined) return undefined;
  if (!service) {
    const reason = 'ECS no longer lists the service';
    return { state: 'service-deleted', reason, deployment: undefined, oldTasks: 0 };
  }
  const judged = judgeRollout(deploymentId, service, before);
  // ECS rolls back within the same service deployment; any other one was started by someone else.
  const isRollback =
    judged.state === 'superseded' &&
    serviceDeployment !== undefined &&
    service.currentServiceDeployment === serviceDeployment;
  const rolling: Rollout = isRollback
    ? { ...judged, state: 'rolled-back', reason: `ECS rolled back: ${judged.reason ?? ''}` }
    : judged;
  if (rolling.state === 'service-deleted' || service.strategy === 'ROLLING') return rolling;
  if (shifts instanceof CliError) throw shifts;
  const shift = shifts.get(serviceDeployment ?? '');
  if (!shift) return rolling;
  // A newer deployment stops ours.
  const isStopped = shift.status === 'STOPPED' && rolling.state === 'superseded';
  return isStopped ? rolling : judgeServiceDeployment(deploymentId, shift);
}

/** Whether ECS still describes the service as it was before our deployment. */
function isLagging(
  { before, rollout: seen, elapsed }: FollowedDeployment,
  rollout: Rollout,
  service: Service | undefined,
): boolean {
  if (seen !== undefined || elapsed >= lag) return false;
  if (!service) return rollout.state === 'service-deleted';
  return rollout.state === 'rolled-back' && before.includes(primaryOf(service)?.id ?? '');
}

/** Someone else's deployment reads the current value too, so its result replaces that of ours. */
function followTheOther(
  deployment: FollowedDeployment,
  service: Service,
  rollout: Rollout,
  id: string,
): void {
  const { deploymentId = '', serviceDeployment = '' } = deployment;
  deployment.superseded = true;
  deployment.before = [...deployment.before, deploymentId, serviceDeployment];
  deployment.deploymentId = id;
  deployment.serviceDeployment = undefined;
  learnIds(deployment, [service], () => undefined);
  deployment.reason = rollout.reason;
  deployment.rollout = undefined;
  deployment.failureThreshold = undefined;
}

function failedTasks(rollout: Rollout | undefined): number {
  return rollout?.deployment?.failedTasks ?? 0;
}

/** The parts that cause an event if they change. */
function summary(rollout: Rollout | undefined): string {
  const { deployment } = rollout ?? {};
  return [
    rollout?.state,
    rollout?.reason,
    deployment?.runningCount,
    deployment?.failedTasks,
    rollout?.oldTasks,
  ].join();
}

/** Records why tasks of the deployment stopped by themselves, if the caller may read them. */
async function noteStopReasons(
  ecs: Ecs,
  deployment: FollowedDeployment,
  service: Service,
  onEvent: (event: FollowEvent) => void,
): Promise<void> {
  const tasks = await ecs.stoppedTasks(service.cluster, service.name).catch((error: unknown) => {
    if (error instanceof CliError) return [];
    throw error;
  });
  const own = tasks.filter(
    (task) => task.startedBy === deployment.deploymentId && !stoppedFromOutside(task),
  );
  for (const reason of own.map(stopReason)) {
    if (deployment.stopReasons.some((known) => failureKey(known) === failureKey(reason))) continue;
    deployment.stopReasons.push(reason);
    onEvent({ kind: 'task-stopped', deployment, reason });
  }
}
