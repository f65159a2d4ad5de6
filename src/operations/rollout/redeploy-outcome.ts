import { CliError } from '../../errors.ts';
import type { Rollout } from '../../model/rollout/rollout.ts';
import type { Consumer } from '../usage/find-consumers.ts';
import { serviceName } from '../usage/service-name.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/** A deployment that was started and is followed by its id. */
export interface FollowedDeployment {
  consumer: Consumer;
  /** The service as ECS last described it. */
  service: Service;
  /** Undefined while it is not known whether ECS has accepted the deployment. */
  deploymentId: string | undefined;
  /** ARN of the service deployment, where ECS returns one. */
  serviceDeployment: string | undefined;
  /** Looks at a deployment that ECS does not describe: one of CodeDeploy. */
  look?: (() => Promise<Rollout>) | undefined;
  /** Ids of the deployments that existed before. */
  before: readonly string[];
  state:
    | 'in-progress'
    | 'completed'
    | 'failed'
    | 'timed-out'
    | 'interrupted'
    | 'not-followed'
    | 'service-deleted';
  /** Why it ended so, or what it waits for; in AWS's words where there are any. */
  reason: string | undefined;
  /** Another deployment took the place of ours and is followed instead. */
  superseded: boolean;
  /** The last state seen. */
  rollout: Rollout | undefined;
  /** Distinct reasons of tasks of this deployment that stopped by themselves, in order. */
  stopReasons: string[];
  /** How many failed tasks make ECS's circuit breaker fail it; undefined until asked. */
  failureThreshold: number | undefined;
  /** When the deployment was requested, in milliseconds since the epoch. */
  startedAt: number;
  /** Milliseconds from then to the last look. */
  elapsed: number;
  /** How many times it was started: more than once after failures that pass by themselves. */
  attempts: number;
}

/** A consumer that a forced deployment cannot bring the new value to, and what to do instead. */
export interface Skipped {
  consumer: Consumer;
  why: string;
}

/** A consumer whose deployment could not be started. */
export interface Refused {
  consumer: Consumer;
  error: CliError;
  /** No answer came, and no deployment was seen: it may start later all the same. */
  uncertain: boolean;
}

/** What became of every consumer. */
export interface RedeployOutcome {
  deployments: FollowedDeployment[];
  skipped: Skipped[];
  refused: Refused[];
  /** Those whose turn did not come. */
  notStarted: Consumer[];
  /** The user interrupted before all were done. */
  interrupted: boolean;
}

/** An outcome in which nothing has happened yet. */
export const nothingRedeployed: RedeployOutcome = {
  deployments: [],
  skipped: [],
  refused: [],
  notStarted: [],
  interrupted: false,
};

/**
 * How many consumers speak against the new value. A deployment that superseded ours does not: it is
 * someone else's and may fail for its own reasons.
 */
export function failuresOf({
  deployments,
  refused,
}: Pick<RedeployOutcome, 'deployments' | 'refused'>): number {
  const failed = deployments.filter(({ state, superseded }) => state === 'failed' && !superseded);
  return failed.length + refused.length;
}

/** Two outcomes as one. */
export function mergeOutcomes(a: RedeployOutcome, b: RedeployOutcome): RedeployOutcome {
  return {
    deployments: [...a.deployments, ...b.deployments],
    skipped: [...a.skipped, ...b.skipped],
    refused: [...a.refused, ...b.refused],
    notStarted: [...a.notStarted, ...b.notStarted],
    interrupted: a.interrupted || b.interrupted,
  };
}

/** Services that hold the old value after a redeployment that was followed, and why. */
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

/** Parts consumers into those a forced deployment reaches and those it does not. */
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
 * The error for services that were named and that no deployment of ours reaches; `nothing` says what
 * was not done.
 */
export function notDeployable(skipped: readonly Skipped[], nothing: string): CliError {
  return new CliError(
    'not-deployable',
    skipped.map(({ consumer, why }) => `${serviceName(consumer.service)}: ${why}`).join('\n'),
    { hint: nothing },
  );
}

// --- internal ---

/** A service that wants no tasks holds nothing: its next task reads the current value. */
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
