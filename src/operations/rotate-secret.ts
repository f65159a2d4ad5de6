import type { Aws } from '../aws/index.ts';
import { CliError, Interrupted } from '../errors.ts';
import { formatReference, type Reference } from '../model/reference.ts';
import type { SecretValue } from '../model/secret-value.ts';
import {
  consumersIn,
  standaloneConsumersIn,
  type Consumer,
  type StandaloneConsumer,
} from './find-consumers.ts';
import type { Clock } from '../world.ts';
import { invokeRotation } from './invoke-rotation.ts';
import { preflight } from './preflight.ts';
import { putSecret, type PutOutcome } from './put-secret.ts';
import {
  failuresOf,
  mergeOutcomes,
  nothingRedeployed,
  planRedeploy,
  redeployServices,
  type RedeployOptions,
  type RedeployOutcome,
} from './redeploy-services.ts';
import { resolveReference, type ResolvedSecret } from './resolve-references.ts';
import { restoreEarlier, type EarlierVersion } from './restore-earlier.ts';
import { currentVersion, restoreValue, type RestoreOutcome } from './restore-value.ts';
import { scan, type ServiceFilter, type ServiceName } from './scan.ts';
import { serviceName } from './service-name.ts';
import { untilInterrupted } from './until-interrupted.ts';
import { findScheduled, type ScheduledConsumer } from './where-used.ts';

/** How the services come to the new value. */
export interface RotateRedeploy extends RedeployOptions {
  /** Services to redeploy first; the others follow when these are completed. */
  first: readonly ServiceName[];
  /** How many services may fail before the old value is put back. */
  maxFailures: number;
  /** Put the old value back on failure, and redeploy what took the new one. */
  rollback: boolean;
  /** Go on though the preflight found something in the way. */
  force: boolean;
}

/** What is rotated. */
export interface RotateRequest {
  reference: Reference;
  /**
   * Reads the new value; called when everything else is known to be ready. `invoke`: the secret's
   * rotation function makes it, within so many milliseconds. `earlier`: one that was current before.
   */
  value:
    | (() => Promise<SecretValue>)
    | { invoke: { timeout: number; clock: Clock } }
    | { earlier: EarlierVersion };
  /** Replace a JSON object by a text that is none. */
  replaceJson: boolean;
  /** Find out what would be done, without reading a value or writing one. */
  dryRun: boolean;
  filter: ServiceFilter;
  /** Undefined: the services are only listed. */
  redeploy: RotateRedeploy | undefined;
  interrupted: AbortSignal;
  onProgress: (text: string) => void;
  /** Called when the consumers are known, before anything is written. */
  onConsumers: (consumers: readonly Consumer[], mutableImages: readonly string[]) => void;
  /** Called when the value is stored. */
  onStored: (outcome: PutOutcome) => void;
  /** Called when the old value is about to be put back. */
  onRollback: () => void;
}

/** What was put back after a failure. */
export interface RollbackOutcome {
  value: RestoreOutcome;
  /** The services that had begun to take the new value; undefined when that was not put back. */
  redeploy: RedeployOutcome | undefined;
}

export interface RotateOutcome {
  secret: ResolvedSecret;
  /** Undefined with `dryRun`. */
  put: PutOutcome | undefined;
  consumers: Consumer[];
  standalone: StandaloneConsumer[];
  /** Rules and schedules whose next run reads the new value by itself. */
  scheduled: ScheduledConsumer[];
  /** Undefined when no redeployment was asked for. */
  redeploy: RedeployOutcome | undefined;
  rollback: RollbackOutcome | undefined;
  /** The version that somebody else stored while we redeployed. */
  overtakenBy: number | string | undefined;
}

/**
 * Stores a new value of an existing secret and, if asked, redeploys every service that refers to
 * it, as one transaction: all that can fail without a write comes first; when a deployment fails
 * the old value becomes current again and the services that took the new one are redeployed.
 */
export async function rotateSecret(aws: Aws, request: RotateRequest): Promise<RotateOutcome> {
  const { reference, redeploy: plan } = request;
  const [secret, found] = await untilInterrupted(
    Promise.all([
      resolveReference(aws, reference),
      scan(aws, request.filter, { tasks: 'if-allowed', onProgress: request.onProgress }),
    ]),
    request.interrupted,
  );
  const consumers = consumersIn(found, secret);
  const standalone = standaloneConsumersIn(found, secret);
  const { scheduled } =
    request.filter.services.length > 0
      ? { scheduled: [] }
      : await untilInterrupted(
          told(findScheduled(aws, found, secret), { scheduled: [], unchecked: [] }),
          request.interrupted,
        );
  const stages = plan ? stagesOf(consumers, plan) : [];
  request.onConsumers(consumers, plan ? preflight(consumers, plan.force) : []);
  const none = { redeploy: undefined, rollback: undefined, overtakenBy: undefined };
  if (request.dryRun) return { secret, put: undefined, consumers, standalone, scheduled, ...none };

  const put = await storeNew(aws, secret, request);
  if (plan && put.action === 'unchanged') throw sameValue(reference);
  request.onStored(put);
  const outcome = { secret, put, consumers, standalone, scheduled };
  if (!plan) return { ...outcome, ...none };

  let redeploy: RedeployOutcome = {
    ...nothingRedeployed,
    skipped: planRedeploy(consumers, plan).skipped,
  };
  for (const stage of stages) {
    if (failuresOf(redeploy) > plan.maxFailures) break;
    redeploy = mergeOutcomes(redeploy, await redeployServices(aws, stage, plan));
  }
  const now = plan.wait ? await told(currentVersion(aws, secret), put.version) : put.version;
  const overtakenBy = now === put.version ? undefined : now;
  const failed = failuresOf(redeploy) > plan.maxFailures && !plan.interrupted.aborted;
  if (!failed || !plan.rollback || overtakenBy !== undefined) {
    return { ...outcome, redeploy, rollback: undefined, overtakenBy };
  }
  request.onRollback();
  return {
    ...outcome,
    redeploy,
    rollback: await rollBack(aws, outcome, redeploy, plan),
    overtakenBy,
  };
}

// --- internal ---

/**
 * What a call tells that is good to know and no more, or else `otherwise`: a region without the
 * service, or credentials that ran out while we followed, must not cost the rotation or its report.
 */
async function told<T>(call: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CliError) return otherwise;
    throw error;
  }
}

async function storeNew(
  aws: Aws,
  secret: ResolvedSecret,
  { reference, value, replaceJson, interrupted }: RotateRequest,
): Promise<PutOutcome> {
  if ('invoke' in value) return invokeRotation(aws, secret, { ...value.invoke, interrupted });
  if ('earlier' in value) return restoreEarlier(aws, secret, value.earlier);
  const read = await value();
  if (interrupted.aborted) throw new Interrupted('interrupted; nothing was stored');
  return putSecret(aws, reference, { value: read, only: 'update', exclusive: true, replaceJson });
}

/** The consumers in the order of their redeployment. Throws CliError for a first one that is none. */
function stagesOf(consumers: readonly Consumer[], plan: RotateRedeploy): Consumer[][] {
  const { redeploy } = planRedeploy(consumers, plan);
  const names = new Set(plan.first.map(({ cluster, service }) => `${cluster}/${service}`));
  const early = redeploy.filter(({ service }) => names.has(serviceName(service)));
  const unknown = [...names].filter(
    (name) => !early.some(({ service }) => serviceName(service) === name),
  );
  if (unknown.length > 0) {
    throw new CliError(
      'not-a-consumer',
      unknown
        .map((name) => `--first: ${name} is no service to redeploy for this secret`)
        .join('\n'),
    );
  }
  const late = redeploy.filter((consumer) => !early.includes(consumer));
  return [early, late].filter((stage) => stage.length > 0);
}

async function rollBack(
  aws: Aws,
  { secret, put, consumers }: { secret: ResolvedSecret; put: PutOutcome; consumers: Consumer[] },
  { deployments }: RedeployOutcome,
  plan: RotateRedeploy,
): Promise<RollbackOutcome> {
  const { version, previousVersion } = put;
  if (version === undefined || previousVersion === undefined) {
    return {
      value: { restored: false, why: 'the version before is not known' },
      redeploy: undefined,
    };
  }
  const value = await restoreValue(aws, secret, version, previousVersion).catch(
    (error: unknown): RestoreOutcome => {
      if (!(error instanceof CliError)) throw error;
      return { restored: false, why: error.message };
    },
  );
  if (!value.restored) return { value, redeploy: undefined };
  const started = new Set(deployments.map(({ started: { service } }) => service.arn));
  const touched = consumers.filter(({ service }) => started.has(service.arn));
  return { value, redeploy: await redeployServices(aws, touched, plan) };
}

function sameValue(reference: Reference): CliError {
  const written = formatReference(reference);
  return new CliError('same-value', `the new value of ${written} is the one that is current`, {
    hint: `ecs-secrets redeploy ${written} --stale brings the services to it that hold an older one`,
  });
}
