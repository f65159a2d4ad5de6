import type { Service } from '../../aws/ecs-answers.ts';
import type { Ecs } from '../../aws/ecs.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { lastPart } from '../../model/last-part.ts';
import { stableRevision } from '../../model/rollout/stable-revision.ts';
import { primaryOf } from '../../model/usage/deployment.ts';
import type { Consumer } from '../usage/find-consumers.ts';
import type { RedeployOutcome } from './redeploy-outcome.ts';
import { redeployServices, type RedeployOptions } from './redeploy-services.ts';

/** What became of a service whose deployment of a new revision failed. */
export interface PutBack {
  service: Service;
  /** ARN of the revision that it ran before; undefined if it ran none. */
  revision: string | undefined;
  /** Who went back to it; undefined if it does not run it again. */
  by: 'ECS' | 'ecs-secrets' | undefined;
  /** Why it does not run it again. */
  why: string | undefined;
}

/** The services that were put back after a failure, and whether the user interrupted. */
export interface PutBackOutcome {
  services: PutBack[];
  interrupted: boolean;
}

/**
 * Puts each service whose deployment of `taskDefinition` failed back to the revision that it ran
 * before, and follows that. If ECS rolls back by itself, its deployment is followed. A service that
 * someone else has deployed meanwhile is left alone.
 */
export async function putRevisionsBack(
  aws: Aws,
  { outcome, taskDefinition }: { outcome: RedeployOutcome; taskDefinition: string },
  options: RedeployOptions,
): Promise<PutBackOutcome> {
  const ecs = await aws.ecs();
  const failed = [
    ...outcome.deployments
      .filter(({ state, superseded }) => state === 'failed' && !superseded)
      .map(({ consumer }) => consumer),
    ...outcome.refused.filter(({ uncertain }) => uncertain).map(({ consumer }) => consumer),
  ];
  const plans = await Promise.all(failed.map((one) => planOf(ecs, one, taskDefinition)));
  const consumers = plans.flatMap(({ deploy }) => deploy ?? []);
  const revisions = new Map(plans.map(({ service, revision }) => [service.arn, revision]));
  const again = await redeployServices(aws, consumers, {
    ...options,
    taskDefinition: ({ service }) => revisions.get(service.arn) ?? '',
    wait: true,
    gate: undefined,
  });
  return {
    services: plans.map(({ deploy, ...plan }) => (deploy ? settled(plan, deploy, again) : plan)),
    interrupted: again.interrupted,
  };
}

// --- internal ---

interface Plan extends PutBack {
  /** What to deploy or to follow. */
  deploy?: Consumer;
}

async function planOf(ecs: Ecs, consumer: Consumer, failed: string): Promise<Plan> {
  const { service: before } = consumer;
  const revision = stableRevision(before);
  const left = (why: string): Plan => ({ service: before, revision, by: undefined, why });
  if (revision === undefined || revision === failed) {
    return left('no deployment of an earlier revision has completed');
  }
  let now: Service | undefined;
  try {
    [now] = (await ecs.describeServices(before.cluster, [before.arn])).services;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return left(error.message);
  }
  if (now?.status !== 'ACTIVE') return left('the service is deleted');
  const primary = primaryOf(now);
  const runs = primary?.taskDefinition ?? now.taskDefinition;
  const plan = { service: now, revision, why: undefined };
  if (runs === revision) {
    const isGoing = primary?.rolloutState === 'IN_PROGRESS';
    const follow = { ...consumer, service: now, follow: primary?.id };
    return { ...plan, by: 'ECS', ...(isGoing ? { deploy: follow } : {}) };
  }
  if (runs !== failed) return left(`it was deployed with ${lastPart(runs ?? '')} meanwhile`);
  const deploy = { ...consumer, service: now, follow: undefined };
  return { ...plan, by: 'ecs-secrets', deploy };
}

function settled(plan: PutBack, { service }: Consumer, again: RedeployOutcome): PutBack {
  const deployment = again.deployments.find((one) => one.consumer.service.arn === service.arn);
  if (deployment?.superseded) {
    return { ...plan, by: undefined, why: 'another deployment was started meanwhile' };
  }
  if (deployment?.state === 'completed') return plan;
  const refused = again.refused.find(({ consumer }) => consumer.service.arn === service.arn);
  const skipped = again.skipped.find(({ consumer }) => consumer.service.arn === service.arn);
  const { state = 'not started', reason } = deployment ?? {};
  const outcome = reason === undefined ? state : `${state}: ${reason}`;
  const why = refused?.error.message ?? skipped?.why ?? `its deployment is ${outcome}`;
  return { ...plan, by: undefined, why };
}
