import type { Aws } from '../../aws/index.ts';
import { covers } from '../../model/auto-redeploy/covers.ts';
import type { AutoRedeployOptions } from '../../model/auto-redeploy/options.ts';
import { readUse } from '../../model/definitions/secret-uses.ts';
import type { OnProgress } from '../progress.ts';
import { usesIn } from '../usage/find-consumers.ts';
import { scan } from '../usage/scan.ts';
import { unknownWords } from '../usage/unknown.ts';

/** The services that use the secrets of a stack today. */
export interface ListedServices {
  /** ARNs, sorted. */
  services: string[];
  /** What could not be looked at, for people. */
  unchecked: string[];
}

/**
 * Finds the services that refer to one of the secrets that a stack watches, for
 * `--services-from where-used`.
 */
export async function listServices(
  aws: Aws,
  options: AutoRedeployOptions,
  onProgress: OnProgress,
): Promise<ListedServices> {
  const found = await scan(aws, { clusters: options.clusters, services: [] }, { onProgress });
  const services = usesIn(found)
    .filter(({ uses }) =>
      uses.some((use) => {
        const reference = readUse({ ...use, place: '' });
        return !use.pinned && reference !== undefined && covers(options, reference);
      }),
    )
    .map(({ service }) => service.arn);
  return { services: [...new Set(services)].sort(), unchecked: unknownWords(found.unknown) };
}
