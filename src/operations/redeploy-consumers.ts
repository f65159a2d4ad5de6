import type { Aws } from '../aws/index.ts';
import type { Reference } from '../model/reference.ts';
import { consumersIn, usesIn, type Consumer } from './find-consumers.ts';
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
): Promise<RedeployOutcome> {
  const consumers = await untilInterrupted(
    wantedConsumers(aws, { reference, filter, stale, onProgress }),
    redeploy.interrupted,
    'interrupted; nothing was redeployed',
  );
  onConsumers(consumers.length);
  return redeployServices(aws, consumers, redeploy);
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
): Promise<Consumer[]> {
  const secret = reference && (await resolveReference(aws, reference));
  const all = (found: Scan): Consumer[] => (secret ? consumersIn(found, secret) : usesIn(found));
  if (!stale) return all(await scan(aws, filter, { onProgress }));
  const { scan: found, tasks } = await findStale(aws, secret, filter, onProgress);
  const old = new Set(
    tasks
      .filter(({ holding }) => holding !== 'current')
      .map(({ task }) => `${task.cluster} ${task.group}`),
  );
  return all(found).filter(({ service }) => old.has(`${service.cluster} service:${service.name}`));
}
