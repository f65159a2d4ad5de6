import type { Aws } from '../../aws/index.ts';
import { readUse } from '../../model/definitions/secret-uses.ts';
import type { AutoRedeployOptions } from '../../model/auto-redeploy/options.ts';
import { watches } from '../../model/auto-redeploy/watched.ts';
import { usesIn } from '../usage/find-consumers.ts';
import { scan } from '../usage/scan.ts';
import { unknownWords } from '../usage/unknown.ts';
import type { OnProgress } from '../progress.ts';

/**
 * ARNs of the services that refer to a secret that a stack watches, sorted. `unchecked`: services whose
 * task definition cannot be read.
 */
export async function servicesUsing(
  aws: Aws,
  options: AutoRedeployOptions,
  onProgress: OnProgress,
): Promise<{ services: string[]; unchecked: string[] }> {
  const filter = { clusters: [...options.clusters], services: [] };
  const found = await scan(aws, filter, { onProgress });
  const services = usesIn(found)
    .filter(({ uses }) =>
      uses.some((use) => {
        const reference = readUse({ ...use, place: '' });
        return reference !== undefined && watches(options, reference);
      }),
    )
    .map(({ service }) => service.arn);
  return { services: [...new Set(services)].sort(), unchecked: unknownWords(found.unknown) };
}
