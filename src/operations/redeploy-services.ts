import pMap from 'p-map';
import type { Ecs } from '../aws/ecs.ts';
import type { Aws } from '../aws/index.ts';
import { CliError } from '../errors.ts';
import type { Clock } from '../world.ts';
import { codeDeployer } from './code-deploy.ts';
import type { Consumer } from './find-consumers.ts';
import {
  followDeployments,
  notYetFollowed,
  type FollowedDeployment,
  type FollowOptions,
  type StartedDeployment,
} from './follow-deployments.ts';

/** A consumer that a forced deployment cannot bring the new value to, and what to do instead. */
export interface Skipped {
  consumer: Consumer;
  why: string;
}

/** A consumer whose deployment could not be started. */
export interface Refused {
  consumer: Consumer;
  error: CliError;
}

/** What became of every consumer. */
export interface RedeployOutcome {
  deployments: FollowedDeployment[];
  skipped: Skipped[];
  refused: Refused[];
  /** Those whose turn did not come before the user interrupted. */
  notStarted: Consumer[];
}

/** An outcome in which nothing has happened yet. */
export const nothingRedeployed: RedeployOutcome = {
  deployments: [],
  skipped: [],
  refused: [],
  notStarted: [],
};

/** How deployments are started and followed. */
export interface RedeployOptions extends FollowOptions {
  /** Start the deployments and leave them to themselves. */
  wait: boolean;
  /** Deploy services under the CODE_DEPLOY controller through CodeDeploy. */
  codeDeploy?: boolean;
  /** Deploy this revision instead of the one that runs. */
  taskDefinition?: string;
  /** How many deployments are started at the same time. */
  maxParallel: number;
  onStarted: (deployment: StartedDeployment) => void;
}

/** Parts consumers into those a forced deployment reaches and those it does not. */
export function planRedeploy(
  consumers: readonly Consumer[],
  { codeDeploy = false }: Pick<RedeployOptions, 'codeDeploy'> = {},
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

/** Forces a new deployment of every consumer and follows each by its own id. */
export async function redeployServices(
  aws: Aws,
  consumers: readonly Consumer[],
  options: RedeployOptions,
): Promise<RedeployOutcome> {
  const ecs = await aws.ecs();
  const { redeploy, skipped } = planRedeploy(consumers, options);
  const deployThroughCodeDeploy = codeDeployer(aws);
  const started: StartedDeployment[] = [];
  const refused: Refused[] = [];
  const notStarted: Consumer[] = [];
  await pMap(
    redeploy,
    async (consumer) => {
      if (options.interrupted.aborted) {
        notStarted.push(consumer);
        return;
      }
      const { cluster, name, deployments } = consumer.service;
      try {
        if (consumer.service.controller === 'CODE_DEPLOY') {
          const deployment = await deployThroughCodeDeploy(consumer);
          started.push(deployment);
          options.onStarted(deployment);
          return;
        }
        const shift = await shiftOf(ecs, consumer);
        const service = await ecs.deploy(cluster, name, options.taskDefinition);
        const before = deployments.map(({ id }) => id);
        const id = service.deployments.find(({ status }) => status === 'PRIMARY')?.id ?? '';
        const serviceDeployment = await shift?.next(options.clock, options.interrupted);
        const deployment = { service, deploymentId: id, serviceDeployment, before };
        started.push(deployment);
        options.onStarted(deployment);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        refused.push({ consumer, error });
      }
    },
    { concurrency: options.maxParallel },
  );
  const deployments = options.wait
    ? await followDeployments(ecs, started, options)
    : started.map(notYetFollowed);
  return { deployments, skipped, refused, notStarted };
}

/**
 * How many consumers speak against the new value. A deployment that a newer one superseded does not:
 * the newer one's tasks read the current value too.
 */
export function failuresOf({ deployments, refused }: RedeployOutcome): number {
  const failed = deployments.filter(
    ({ state, rollout }) => state === 'failed' && rollout?.state !== 'superseded',
  );
  return failed.length + refused.length;
}

/** Two outcomes as one. */
export function mergeOutcomes(a: RedeployOutcome, b: RedeployOutcome): RedeployOutcome {
  return {
    deployments: [...a.deployments, ...b.deployments],
    skipped: [...a.skipped, ...b.skipped],
    refused: [...a.refused, ...b.refused],
    notStarted: [...a.notStarted, ...b.notStarted],
  };
}

// --- internal ---

/**
 * For a service with a native strategy: finds the service deployment that comes after the one that is
 * the newest now. It takes a moment to be listed.
 */
async function shiftOf(ecs: Ecs, { service }: Consumer) {
  if (service.strategy === 'ROLLING') return undefined;
  const { cluster, name } = service;
  const last = await ecs.newestServiceDeployment(cluster, name);
  return {
    next: async (clock: Clock, interrupted: AbortSignal): Promise<string | undefined> => {
      for (let attempt = 1; attempt <= 10; attempt += 1) {
        const newest = await ecs.newestServiceDeployment(cluster, name);
        if (newest !== last) return newest;
        await clock.sleep(500, interrupted);
      }
      return undefined;
    },
  };
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
