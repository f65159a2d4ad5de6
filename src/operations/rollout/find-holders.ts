import type { Aws } from '../../aws/index.ts';
import { CliError, isAccessDenied } from '../../errors.ts';
import type { Reference } from '../../model/secrets/reference.ts';
import {
  consumersIn,
  standaloneConsumersIn,
  type Consumer,
  type StandaloneConsumer,
} from '../usage/find-consumers.ts';
import { resolveReference, type ResolvedSecret } from '../secrets/resolve-references.ts';
import { regionsNotSearched } from '../secrets/secret-regions.ts';
import type { OnProgress } from '../progress.ts';
import { scan, type Scan, type ServiceFilter } from '../usage/scan.ts';
import { findScheduled, type ScheduledConsumer } from '../usage/where-used.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/** A secret, and who holds a value of it. */
export interface Holders {
  secret: ResolvedSecret;
  /** The services that refer to it, as far as the filter selects them. */
  consumers: Consumer[];
  /** Those that the filter leaves out: they keep the old value. */
  unselected: Consumer[];
  /** Services that the filter names and that do not refer to it. */
  strangers: Service[];
  standalone: StandaloneConsumer[];
  /** Rules and schedules whose next run reads the current value by itself. */
  scheduled: ScheduledConsumer[];
  /** False when the caller may not look beyond the filter. */
  searchedEverywhere: boolean;
  /** Regions with a replica of the secret, whose services were not searched. */
  otherRegions: string[];
}

/**
 * Finds a secret and its consumers, the ones that a filter leaves out included. Only reads. Throws
 * CliError for a secret, service or cluster that does not exist.
 */
export async function findHolders(
  aws: Aws,
  reference: Reference,
  filter: ServiceFilter,
  onProgress: OnProgress,
): Promise<Holders> {
  const narrowed = isNarrowed(filter);
  const [secret, chosen, all] = await Promise.all([
    resolveReference(aws, reference),
    narrowed ? scan(aws, filter, { tasks: 'if-allowed', onProgress }) : undefined,
    everything(aws, narrowed, onProgress),
  ]);
  const found = chosen ?? all;
  if (!found) throw new Error('without a filter everything is searched');
  const consumers = consumersIn(found, secret);
  const selected = new Set(consumers.map(({ service }) => service.arn));
  const others = chosen && all ? consumersIn(all, secret) : [];
  return {
    secret,
    consumers,
    unselected: others.filter(({ service }) => !selected.has(service.arn)),
    strangers:
      filter.services.length > 0 ? found.services.filter(({ arn }) => !selected.has(arn)) : [],
    standalone: standaloneConsumersIn(all ?? found, secret),
    scheduled: await scheduledIn(aws, all ?? found, secret),
    searchedEverywhere: all !== undefined,
    otherRegions: regionsNotSearched(secret, [found.here.region]),
  };
}

/**
 * The consumers as they are now: services may have been created or changed since they were searched
 * for, above all while somebody typed the value. Undefined when they cannot be listed.
 */
export async function consumersNow(
  aws: Aws,
  secret: ResolvedSecret,
  filter: ServiceFilter,
): Promise<Consumer[] | undefined> {
  try {
    return consumersIn(await scan(aws, filter), secret);
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

// --- internal ---

function isNarrowed({ clusters, services }: ServiceFilter): boolean {
  return clusters.length > 0 || services.length > 0;
}

/** Undefined when the caller may not look everywhere and did not ask for it. */
async function everything(
  aws: Aws,
  narrowed: boolean,
  onProgress: OnProgress,
): Promise<Scan | undefined> {
  try {
    return await scan(aws, { clusters: [], services: [] }, { tasks: 'if-allowed', onProgress });
  } catch (error) {
    if (narrowed && isAccessDenied(error)) return undefined;
    throw error;
  }
}

/** A region without EventBridge, or a caller who may not look, must not cost the rotation. */
async function scheduledIn(
  aws: Aws,
  found: Scan,
  secret: ResolvedSecret,
): Promise<ScheduledConsumer[]> {
  try {
    return (await findScheduled(aws, found, secret)).scheduled;
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}
