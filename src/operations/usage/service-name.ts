import type { Service } from '../../aws/ecs-answers.ts';
import { lastPart } from '../../model/last-part.ts';

/** `CLUSTER/SERVICE`, as `--service` takes it. */
export function serviceName({ cluster, name }: Pick<Service, 'cluster' | 'name'>): string {
  return `${lastPart(cluster)}/${name}`;
}
