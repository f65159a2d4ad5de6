import { CliError } from '../../errors.ts';
import type { Rollout } from '../../model/rollout/rollout.ts';
import type { Consumer } from '../usage/find-consumers.ts';
import { serviceName } from '../usage/service-name.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/** A deployment that was started and is followed by its ID. */
export interface FollowedDeployment {
  consumer: Consumer;
  /** The service as ECS last described it. */
  service: Service;
  /** Undefined while it is unknown whether ECS has accepted the deployment. */
  deploymentId: string | undefined;
  /** ARN of the service deployment, if ECS returns one. */
  serviceDeployment: string | undefined;
  /** Reads the state of a deployment that ECS does not describe: one of CodeDeploy. */
  look?: (() => Promise<Rollout>) | undefined;
  /** IDs of the deployments that existed before. */
  before: readonly string[];
  state:
    | 'in-progress'
    | 'completed'
    | 'failed'
    | 'timed-out'
    | 'interrupted'
    | 'not-followed'
    | 'service-deleted';
  /** The reason for its state, or what it waits for; in AWS's words if possible. */
  reason: string | undefined;
  /** Another deployment replaced ours and is followed instead. */
  superseded: boolean;
  /** The last state returned. */
  rollout: Rollout | undefined;
  /** Distinct reasons of tasks of this deployment that stopped by themselves, in order. */
  stopReasons: string[];
  /** The number of failed tasks at which ECS's circuit breaker fails it; undefined until read. */
  failureThreshold: number | undefined;
  /** When the deployment was requested, in milliseconds since the epoch. */
  startedAt: number;
  /** Milliseconds from the request to the last read. */
  elapsed: number;
  /** How many times it was started: more than once after transient failures. */
  attempts: number;
}

/** A consumer that gets no new value from a forced deployment, and what to do instead. */
export interface Skipped {
  consumer: Consumer;
  why: string;
}

/** A consumer whose deployment could not be started. */
export interface Refused {
  consumer: Consumer;
  error: CliError;
  /** There was no answer, and ECS showed no deployment: it may still start later. */
  uncertain: boolean;
}

/** The result for every consumer. */
export interface RedeployOutcome {
  deployments: FollowedDeployment[];
  skipped: Skipped[];
  refused: Refused[];
  /** Consumers whose deployment was not attempted. */
  notStarted: Consumer[];
  /** The user interrupted before all were done. */
  interrupted: boolean;
}

/** The outcome before anything has happened. */
export const nothingRedeployed: RedeployOutcome = {
  deployments: [],
  skipped: [],
  refused: [],
  notStarted: [],
  interrupted: false,
};

/**
 * How many consumers count against the new value. A deployment that superseded ours does not count:
 * it belongs to someone else and may fail for other reasons.
 */
export function failuresOf({
  deployments,
  refused,
}: Pick<RedeployOutcome, 'deployments' | 'refused'>): number {
  const failed = deployments.filter(({ state, superseded }) => state === 'failed' && !superseded);
  return failed.length + refused.length;
}

/** Combines two outcomes. */
export function mergeOutcomes(a: RedeployOutcome, b: RedeployOutcome): RedeployOutcome {
  return {
    deployments: [...a.deployments, ...b.deployments],
    skipped: [...a.skipped, ...b.skipped],
    refused: [...a.refused, ...b.refused],
    notStarted: [...a.notStarted, ...b.notStarted],
    interrupted: a.interrupted || b.interrupted,
  };
}

/** Services that hold the old value after a followed redeployment, and why. */
export function oldValueHolders({
  skipped,
  refused,
  notStarted,
  deployments,
}: RedeployOutcome): { service: Service; why: string }[] {
  const notNew = deployments.filter(
    ({ state }) => state !== 'completed' && state !== 'service-deleted',
  );
  const all = [
    ...skipped.map(({ consumer: { service }, why }) => ({ service, why })),
    ...refused.map(({ consumer: { service }, error }) => ({ service, why: error.message })),
    ...notStarted.map(({ service }) => ({ service, why: 'its deployment was not started' })),
    ...notNew.map(({ service, state }) => ({ service, why: `its deployment is ${state}` })),
  ];
  return all.filter(({ service }) => runsTasks(service));
}

/** Splits consumers into those that a forced deployment reaches and those that it does not. */
export function planRedeploy(
  consumers: readonly Consumer[],
  { codeDeploy = false }: { codeDeploy?: boolean | undefined } = {},
): {
  redeploy: Consumer[];
  skipped: Skipped[];
} {
  const skipped = consumers.flatMap((consumer) => {
    const why = whyNot(consumer, codeDeploy);
    return why === undefined ? [] : [{ consumer, why }];
  });
  const left = new Set(skipped.map(({ consumer }) => consumer));
  return { redeploy: consumers.filter((consumer) => !left.has(consumer)), skipped };
}

/**
 * The error for named services that our deployments cannot reach; `nothing` states what was not
 * done.
 */
export function notDeployable(skipped: readonly Skipped[], nothing: string): CliError {
  return new CliError(
    'not-deployable',
    skipped.map(({ consumer, why }) => `${serviceName(consumer.service)}: ${why}`).join('\n'),
    { hint: nothing },
  );
}

// --- internal ---

/** A service with a desired count of 0 holds no value: its next task reads the current one. */
function runsTasks({ desiredCount, deployments }: Service): boolean {
  return desiredCount > 0 || deployments.some(({ runningCount }) => runningCount > 0);
}

function whyNot({ service, uses }: Consumer, codeDeploy: boolean): string | undefined {
  if (service.status !== 'ACTIVE') return `the service is ${service.status}`;
  if (uses.length > 0 && uses.every(({ pinned }) => pinned)) {
    return 'its reference is pinned to a version: register a revision without the pin';
  }
  if (service.controller === 'CODE_DEPLOY' && !codeDeploy) {
    return 'its deployment controller is CODE_DEPLOY: --codedeploy starts a deployment with AWS CodeDeploy';
  }
  if (service.controller === 'EXTERNAL') {
    return 'its deployment controller is EXTERNAL: create a new task set';
  }
  return undefined;
}
