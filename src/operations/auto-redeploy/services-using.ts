import type { Aws } from '../../aws/index.ts';
import { readUse } from '../../model/definitions/secret-uses.ts';
import type { AutoRedeployOptions, ServiceList } from '../../model/auto-redeploy/options.ts';
import { watches } from '../../model/auto-redeploy/watched.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import { usesIn } from '../usage/find-consumers.ts';
import { scan } from '../usage/scan.ts';
import { unknownWords } from '../usage/unknown.ts';
import type { OnProgress } from '../progress.ts';

/** The services that refer to a secret that a stack watches. */
export interface ServicesUsing {
  /** Sorted. */
  services: ServiceList;
  /** Services whose task definition cannot be read, for people. */
  unchecked: string[];
  /** Where they are. */
  here: Scope;
}

/** Finds the services that refer to a secret that a stack watches. */
export async function servicesUsing(
  aws: Aws,
  options: AutoRedeployOptions,
  onProgress: OnProgress,
): Promise<ServicesUsing> {
  const filter = { clusters: [...options.clusters], services: [] };
  const found = await scan(aws, filter, { onProgress });
  const using = usesIn(found).filter(({ uses }) =>
    uses.some((use) => {
      const reference = readUse({ ...use, place: '' });
      return reference !== undefined && watches(options, reference);
    }),
  );
  const list = new Map<string, Set<string>>();
  for (const { service } of using) {
    const cluster = service.cluster.split('/').at(-1) ?? '';
    list.set(cluster, (list.get(cluster) ?? new Set()).add(service.name));
  }
  return {
    services: Object.fromEntries(
      [...list.keys()].sort().map((cluster) => [cluster, [...(list.get(cluster) ?? [])].sort()]),
    ),
    unchecked: unknownWords(found.unknown),
    here: found.here,
  };
}
