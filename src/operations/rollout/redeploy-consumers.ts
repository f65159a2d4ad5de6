import type { RunningTask } from '../../aws/ecs.ts';
import type { Aws } from '../../aws/index.ts';
import type { OnProgress } from '../progress.ts';
import { CliError } from '../../errors.ts';
import type { Reference } from '../../model/secrets/reference.ts';
import {
  consumersIn,
  standaloneConsumersIn,
  usesIn,
  type Consumer,
  type StandaloneConsumer,
} from '../usage/find-consumers.ts';
import { findStale, type TaskHolding } from '../usage/find-stale.ts';
import { resolveReference } from '../secrets/resolve-references.ts';
import { scan, type Scan, type ServiceFilter } from '../usage/scan.ts';
import { serviceName } from '../usage/service-name.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { checkCodeDeploy } from './code-deploy.ts';
import { notDeployable, planRedeploy, type RedeployOutcome } from './redeploy-outcome.ts';
import { redeployServices, type RedeployOptions } from './redeploy-services.ts';
import { lastPart } from '../../model/last-part.ts';
import { serviceOfGroup } from '../../model/usage/service-group.ts';

/** Which services to redeploy, and how. */
export interface RedeployRequest {
  /** Only services that refer to it. */
  reference: Reference | undefined;
  filter: ServiceFilter;
  /** Only services with a running task that may hold an old value, as far as AWS returns dates. */
  stale: boolean;
  redeploy: RedeployOptions;
  onProgress: OnProgress;
  onConsumers: (count: number) => void;
  /**
   * Called for each secret that is the only reason for excluding services: its change date is
   * unknown.
   */
  onUnchecked: (secret: Unchecked) => void;
}

/** A secret with unknown dates, and the services (`CLUSTER/SERVICE`) excluded because of it. */
export interface Unchecked {
  reference: string;
  why: string;
  services: string[];
}

/**
 * Redeploys services and follows them. All state is in AWS, so it can resume any rotation. Throws
 * CliError `not-deployable` before anything is deployed if a named service cannot be deployed.
 */
export async function redeployConsumers(
  aws: Aws,
  request: RedeployRequest,
): Promise<RedeployOutcome & { standalone: StandaloneConsumer[] }> {
  const { redeploy, onConsumers } = request;
  const { consumers, standalone } = await untilInterrupted(
    readyConsumers(aws, request),
    redeploy.interrupted,
    'interrupted; nothing was redeployed',
  );
  onConsumers(consumers.length);
  return { ...(await redeployServices(aws, consumers, redeploy)), standalone };
}

// --- internal ---

interface Wanted {
  consumers: Consumer[];
  standalone: StandaloneConsumer[];
}

async function readyConsumers(aws: Aws, request: RedeployRequest): Promise<Wanted> {
  const wanted = await wantedConsumers(aws, request);
  const { redeploy, skipped } = planRedeploy(wanted.consumers, request.redeploy);
  if (request.filter.services.length > 0 && skipped.length > 0) {
    throw notDeployable(skipped, 'nothing was redeployed');
  }
  await checkCodeDeploy(aws, redeploy);
  return wanted;
}

async function wantedConsumers(
  aws: Aws,
  { reference, filter, stale, onProgress, onUnchecked }: RedeployRequest,
): Promise<Wanted> {
  const secret = reference && (await resolveReference(aws, reference));
  const wanted = (
    found: Scan,
    keep: (holder: Pick<RunningTask, 'cluster' | 'group'>) => boolean,
  ): Wanted => {
    const all = secret ? consumersIn(found, secret) : usesIn(found);
    checkNamed(found, all, filter);
    return {
      consumers: all.filter(({ service }) =>
        keep({ cluster: service.cluster, group: `service:${service.name}` }),
      ),
      standalone: secret
        ? standaloneConsumersIn(found, secret).filter(({ task }) => keep(task))
        : [],
    };
  };
  if (!stale) {
    const options = { tasks: 'if-allowed', daemons: false, onProgress } as const;
    return wanted(await scan(aws, filter, options), () => true);
  }
  const { scan: found, tasks, underWay } = await findStale(aws, secret, filter, onProgress);
  const old = new Set(
    tasks
      .filter(({ known }) => known !== 'current')
      .map(({ task }) => `${task.cluster} ${task.group}`),
  );
  const isOld = ({ cluster, group }: Pick<RunningTask, 'cluster' | 'group'>): boolean =>
    old.has(`${cluster} ${group}`);
  const { consumers, standalone } = wanted(found, isOld);
  for (const secret of uncheckedOf(tasks.filter(({ task }) => !isOld(task)))) onUnchecked(secret);
  const follow = ({ service }: Consumer): string | undefined => underWay.get(service.arn);
  return {
    consumers: consumers.map((consumer) => ({ ...consumer, follow: follow(consumer) })),
    standalone,
  };
}

/** The secrets of these tasks that are not known to be current; none is known to be old. */
function uncheckedOf(tasks: readonly TaskHolding[]): Unchecked[] {
  const found = new Map<string, Unchecked>();
  for (const { task, secrets } of tasks) {
    const service = `${lastPart(task.cluster)}/${serviceOfGroup(task.group) ?? task.group}`;
    for (const { reference, holding, why = '' } of secrets) {
      if (holding === 'current') continue;
      const { services } = found.get(reference) ?? { services: [] };
      found.set(reference, { reference, why, services: [...new Set([...services, service])] });
    }
  }
  return [...found.values()];
}

function checkNamed(found: Scan, consumers: readonly Consumer[], filter: ServiceFilter): void {
  if (filter.services.length === 0) return;
  const known = new Set(consumers.map(({ service }) => service.arn));
  const strangers = found.services.filter(({ arn }) => !known.has(arn));
  if (strangers.length === 0) return;
  throw new CliError(
    'not-deployable',
    strangers
      .map((service) => `${serviceName(service)} has no task definition that refers to it`)
      .join('\n'),
    { hint: 'nothing was redeployed; ecs-secrets where-used lists the services that do' },
  );
}
