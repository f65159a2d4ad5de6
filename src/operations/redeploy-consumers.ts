import type { RunningTask } from '../aws/ecs.ts';
import type { Aws } from '../aws/index.ts';
import type { Reference } from '../model/reference.ts';
import {
  consumersIn,
  standaloneConsumersIn,
  usesIn,
  type Consumer,
  type StandaloneConsumer,
} from './find-consumers.ts';
import { findStale } from './find-stale.ts';
import {
  redeployServices,
  type RedeployOptions,
  type RedeployOutcome,
} from './redeploy-services.ts';
import { resolveReference } from './resolve-references.ts';
import { scan, type Scan, type ServiceFilter } from './scan.ts';
import { untilInterrupted } from './until-interrupted.ts';

/** Which services are redeployed, and how. */
export interface RedeployRequest {
  /** Only services that refer to it. */
  reference: Reference | undefined;
  filter: ServiceFilter;
  /** Only services with a running task that may hold an old value. */
  stale: boolean;
  redeploy: RedeployOptions;
  onProgress: (text: string) => void;
  onConsumers: (count: number) => void;
}

/** Redeploys services and follows them. Needs no state but AWS's own, so it can take up any rotation. */
export async function redeployConsumers(
  aws: Aws,
  { reference, filter, stale, redeploy, onProgress, onConsumers }: RedeployRequest,
): Promise<RedeployOutcome & { standalone: StandaloneConsumer[] }> {
  const { consumers, standalone } = await untilInterrupted(
    wantedConsumers(aws, { reference, filter, stale, onProgress }),
    redeploy.interrupted,
    'interrupted; nothing was redeployed',
  );
  onConsumers(consumers.length);
  return { ...(await redeployServices(aws, consumers, redeploy)), standalone };
}

// --- internal ---

async function wantedConsumers(
  aws: Aws,
  {
    reference,
    filter,
    stale,
    onProgress,
  }: Pick<RedeployRequest, 'reference' | 'filter' | 'stale' | 'onProgress'>,
): Promise<{ consumers: Consumer[]; standalone: StandaloneConsumer[] }> {
  const secret = reference && (await resolveReference(aws, reference));
  const wanted = (
    found: Scan,
    keep: (holder: Pick<RunningTask, 'cluster' | 'group'>) => boolean,
  ) => ({
    consumers: (secret ? consumersIn(found, secret) : usesIn(found)).filter(({ service }) =>
      keep({ cluster: service.cluster, group: `service:${service.name}` }),
    ),
    standalone: secret ? standaloneConsumersIn(found, secret).filter(({ task }) => keep(task)) : [],
  });
  if (!stale) {
    return wanted(await scan(aws, filter, { tasks: 'if-allowed', onProgress }), () => true);
  }
  const { scan: found, tasks } = await findStale(aws, secret, filter, onProgress);
  const old = new Set(
    tasks
      .filter(({ holding }) => holding !== 'current')
      .map(({ task }) => `${task.cluster} ${task.group}`),
  );
  return wanted(found, ({ cluster, group }) => old.has(`${cluster} ${group}`));
}
