import pMap from 'p-map';
import type { Aws } from '../aws/index.ts';
import { CliError } from '../errors.ts';
import type { Consumer } from './find-consumers.ts';
import {
  followDeployments,
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
}

export interface RedeployOptions extends FollowOptions {
  /** Start the deployments and leave them to themselves. */
  wait: boolean;
  /** How many deployments are started at the same time. */
  maxParallel: number;
  onStarted: (deployment: StartedDeployment) => void;
}

/** Parts consumers into those a forced deployment reaches and those it does not. */
export function planRedeploy(consumers: readonly Consumer[]): {
  redeploy: Consumer[];
  skipped: Skipped[];
} {
  const skipped = consumers.flatMap((consumer) => {
    const why = whyNot(consumer);
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
  const { redeploy, skipped } = planRedeploy(consumers);
  const started: StartedDeployment[] = [];
  const refused: Refused[] = [];
  await pMap(
    redeploy,
    async (consumer) => {
      if (options.interrupted.aborted) return;
      const { cluster, name, deployments } = consumer.service;
      try {
        const service = await ecs.forceNewDeployment(cluster, name);
        const before = deployments.map(({ id }) => id);
        const id = service.deployments.find(({ status }) => status === 'PRIMARY')?.id ?? '';
        const deployment = { service, deploymentId: id, before };
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
    : started.map(notFollowed);
  return { deployments, skipped, refused };
}

// --- internal ---

function whyNot({ service, uses }: Consumer): string | undefined {
  if (uses.every(({ pinned }) => pinned)) {
    return 'its reference is pinned to a version: register a revision without the pin';
  }
  if (service.controller === 'CODE_DEPLOY') {
    return 'its deployment controller is CODE_DEPLOY: start a deployment with AWS CodeDeploy';
  }
  if (service.controller === 'EXTERNAL') {
    return 'its deployment controller is EXTERNAL: create a new task set';
  }
  return undefined;
}

function notFollowed(started: StartedDeployment): FollowedDeployment {
  return {
    started,
    state: 'in-progress',
    reason: undefined,
    rollout: undefined,
    stopReasons: [],
    elapsed: 0,
  };
}
