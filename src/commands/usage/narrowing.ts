import type { Context } from '../../cli.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import type { ServiceFilter } from '../../operations/usage/scan.ts';
import { serviceName } from '../../operations/usage/service-name.ts';
import { lastPart } from '../../model/last-part.ts';
import type { SearchedDocument } from './documents.ts';

/** How `--cluster` or `--service` narrowed a search, in words. */
export interface Narrowing {
  /** What was searched: ` in cluster shop`, ` of services shop/web, shop/api`. */
  where: string;
  /** What was not, and why: `other clusters were not searched (--cluster comes from …)`. */
  rest: string;
  /** The options or variables that did it. */
  by: string[];
  /** Set when the user did not ask for it in this command; to be printed as a note. */
  unasked: string | undefined;
}

/** How a filter narrows a search; undefined when it does not. */
export function narrowingOf(
  { clusters, services }: ServiceFilter,
  { fromEnvironment }: Pick<Context, 'fromEnvironment'>,
): Narrowing | undefined {
  if (services.length > 0) {
    const names = services.map(({ cluster, service: name }) => serviceName({ cluster, name }));
    const where = ` of ${counted('service', names)}`;
    return {
      where,
      rest: 'other services were not searched',
      by: ['--service'],
      unasked: undefined,
    };
  }
  if (clusters.length === 0) return undefined;
  const searched = counted('cluster', clusters.map(lastPart));
  const where = ` in ${searched}`;
  const rest = 'other clusters were not searched';
  const variable = fromEnvironment.get('cluster');
  if (variable === undefined) return { where, rest, by: ['--cluster'], unasked: undefined };
  const why = `(--cluster comes from ${variable})`;
  const unasked = `only ${searched} was searched ${why}`;
  return { where, rest: `${rest} ${why}`, by: [variable], unasked };
}

/** Where a search looked, as `--json` shows it. `otherRegions` have the secret and were not searched. */
export function searchedData(
  { regions, clusters }: { regions: string[]; clusters: string[] },
  otherRegions: readonly string[],
  narrowing: Narrowing | undefined,
): SearchedDocument {
  const narrowed = { narrowed: narrowing !== undefined, narrowedBy: narrowing?.by ?? [] };
  return { regions, clusters, otherRegions, ...narrowed };
}

/**
 * What to say of regions that have a secret and were not searched; undefined when there are none. `how`
 * says what searches them.
 */
export function otherRegionsNote(regions: readonly string[], how: string): string | undefined {
  if (regions.length === 0) return undefined;
  return `services in ${regions.join(', ')} may use the secret too and were not searched: ${how}`;
}

/** The region of a cluster behind a name, where several regions were searched: ` (eu-west-1)`. */
export function regionMark(cluster: string, regions: readonly string[]): string {
  return regions.length > 1 ? ` (${parseArn(cluster)?.region ?? ''})` : '';
}

// --- internal ---

/** `cluster a`, `clusters a, b`. */
function counted(noun: string, names: readonly string[]): string {
  const distinct = [...new Set(names)];
  return `${noun}${distinct.length === 1 ? '' : 's'} ${distinct.join(', ')}`;
}
