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
import { noProgress, type OnProgress } from '../progress.ts';
import { scan, type Scan, type ServiceFilter } from '../usage/scan.ts';
import { unknownWords } from '../usage/unknown.ts';
import {
  findScheduled,
  lookingAhead,
  type Scheduled,
  type ScheduledConsumer,
} from '../usage/where-used.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/** A secret and the services that hold a value of it. */
export interface Holders {
  secret: ResolvedSecret;
  /** The services that refer to it and that the filter selects. */
  consumers: Consumer[];
  /** Services excluded by the filter: they keep the old value. */
  unselected: Consumer[];
  /** Services that the filter names and that do not refer to the secret. */
  strangers: Service[];
  standalone: StandaloneConsumer[];
  /** Rules and schedules whose next run reads the current value by itself. */
  scheduled: ScheduledConsumer[];
  /** What runs and could not be described, for people: it may refer to the secret. */
  unknown: string[];
  /** False if the caller may only search within the filter. */
  searchedEverywhere: boolean;
  /** Regions with a replica of the secret, whose services were not searched. */
  otherRegions: string[];
}

/**
 * Finds a secret and all its consumers, including those excluded by the filter. Only reads. Throws
 * CliError for a secret, service or cluster that does not exist.
 */
export async function findHolders(
  aws: Aws,
  reference: Reference,
  filter: ServiceFilter,
  onProgress: OnProgress,
): Promise<Holders> {
  const narrowed = isNarrowed(filter);
  const scheduling = lookingAhead(aws, everywhere, noProgress);
  const [secret, chosen, all] = await Promise.all([
    resolveReference(aws, reference),
    narrowed ? scan(aws, filter, { tasks: 'if-allowed', onProgress }) : undefined,
    everything(aws, narrowed, onProgress, scheduling.start),
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
    scheduled: await scheduledIn(aws, all ?? found, secret, all && scheduling.result()),
    unknown: unknownWords((all ?? found).unknown),
    searchedEverywhere: all !== undefined,
    otherRegions: regionsNotSearched(secret, [found.here.region]),
  };
}

/**
 * The current consumers: services may have been created or changed since the search, especially
 * while the user typed the value. Undefined if they cannot be listed.
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

const everywhere: ServiceFilter = { clusters: [], services: [] };

function isNarrowed({ clusters, services }: ServiceFilter): boolean {
  return clusters.length > 0 || services.length > 0;
}

/** Undefined if the caller may not search everywhere and did not request it. */
async function everything(
  aws: Aws,
  narrowed: boolean,
  onProgress: OnProgress,
  onClusters: (clusters: readonly string[]) => void,
): Promise<Scan | undefined> {
  try {
    return await scan(aws, everywhere, { tasks: 'if-allowed', onProgress, onClusters });
  } catch (error) {
    if (narrowed && isAccessDenied(error)) return undefined;
    throw error;
  }
}

/** A region without EventBridge, or a missing permission, must not fail the rotation. */
async function scheduledIn(
  aws: Aws,
  found: Scan,
  secret: ResolvedSecret,
  reading: Promise<Scheduled> | undefined,
): Promise<ScheduledConsumer[]> {
  try {
    return (await findScheduled(aws, found, secret, noProgress, reading)).scheduled;
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}
