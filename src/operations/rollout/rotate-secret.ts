import type { Aws } from '../../aws/index.ts';
import type { OnProgress } from '../progress.ts';
import type { Reference } from '../../model/secrets/reference.ts';
import type { ServiceFilter } from '../usage/scan.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import {
  checkRotation,
  stagesOf,
  type RotationDemands,
  type RotationPlan,
} from './check-rotation.ts';
import { deployStages } from './deploy-stages.ts';
import { consumersNow, findHolders, type Holders } from './find-holders.ts';
import { overtaking } from './overtaking.ts';
import { putBack, type RollbackOutcome } from './put-back.ts';
import { failuresOf, type RedeployOutcome } from './redeploy-outcome.ts';
import type { RedeployOptions } from './redeploy-services.ts';
import { storeValue, type NewValue, type StoredValue } from './store-value.ts';
import type { PutOutcome } from '../secrets/put-request.ts';

/** How the services get the new value. */
export interface RotateRedeploy extends RedeployOptions, NonNullable<RotationDemands['redeploy']> {
  codeDeploy?: boolean;
  /** How many services may fail before the old value is restored. */
  maxFailures: number;
}

/** What to rotate. */
export interface RotateRequest {
  reference: Reference;
  value: NewValue;
  /** Replace a JSON object by other text. */
  replaceJson: boolean;
  /** Report what would be done, without reading or writing a value. */
  dryRun: boolean;
  filter: ServiceFilter;
  /** Undefined: the services are only listed. */
  redeploy: RotateRedeploy | undefined;
  interrupted: AbortSignal;
  onProgress: OnProgress;
  /** Called after all checks, before anything is written. */
  onReady: (holders: Holders, plan: RotationPlan) => void;
  /** Called when the value is stored. */
  onStored: (outcome: PutOutcome) => void;
  /** Called before the old value is restored. */
  onRollback: () => void;
}

/** The result of a rotation. */
export interface RotateOutcome {
  holders: Holders;
  /** Undefined with `dryRun`. */
  put: StoredValue | undefined;
  /** Undefined if no redeployment was requested. */
  redeploy: RedeployOutcome | undefined;
  rollback: RollbackOutcome | undefined;
  /** The version that someone else stored during the redeployment. */
  overtakenBy: number | string | undefined;
}

/**
 * Stores a new value of an existing secret and, if requested, redeploys every service that refers
 * to it, as one transaction: find, check, store, deploy, and finish or roll back. Everything that
 * can fail without a write comes first. If too many deployments fail, the old value is made current
 * again, and the services that got the new value are redeployed.
 */
export async function rotateSecret(aws: Aws, request: RotateRequest): Promise<RotateOutcome> {
  const { filter, redeploy: options, interrupted } = request;
  const holders = await untilInterrupted(
    findHolders(aws, request.reference, filter, request.onProgress),
    interrupted,
  );
  const demands = {
    redeploy: options,
    isNamed: filter.services.length > 0,
    isInvoked: 'invoke' in request.value,
  };
  const plan = await untilInterrupted(checkRotation(aws, holders, demands), interrupted);
  request.onReady(holders, plan);
  const outcome = {
    holders,
    put: undefined,
    redeploy: undefined,
    rollback: undefined,
    overtakenBy: undefined,
  };
  if (request.dryRun) return outcome;

  const put = await storeValue(aws, holders.secret, { ...request, changes: options !== undefined });
  request.onStored(put);
  if (!options) return { ...outcome, put };

  const redeploy = await deploy(aws, holders, options, filter);
  const { reference } = request;
  const jsonKey = reference.store === 'secrets-manager' ? reference.jsonKey : undefined;
  const { secret, unselected } = holders;
  const overtakenBy = options.wait
    ? await overtaking(aws, secret, put.version, jsonKey)
    : undefined;
  const mustGoBack =
    options.rollback && failuresOf(redeploy) > options.maxFailures && !interrupted.aborted;
  if (!mustGoBack) return { ...outcome, put, redeploy, overtakenBy };

  request.onRollback();
  const bystanders = [...unselected, ...redeploy.skipped.map(({ consumer }) => consumer)].map(
    ({ service }) => service,
  );
  const rollback = await putBack(
    aws,
    { secret, put, jsonKey, outcome: redeploy, bystanders },
    options,
  );
  return { ...outcome, put, redeploy, rollback, overtakenBy };
}

// --- internal ---

async function deploy(
  aws: Aws,
  { secret, consumers }: Holders,
  options: RotateRedeploy,
  filter: ServiceFilter,
): Promise<RedeployOutcome> {
  const now = (await consumersNow(aws, secret, filter)) ?? consumers;
  return deployStages(aws, stagesOf(now, options.first), {
    ...options,
    gate: { maxFailures: options.maxFailures, abandon: options.rollback },
  });
}
