import type { Service } from '../../aws/ecs-answers.ts';

/** `CLUSTER/SERVICE`, as `--service` takes it. */
export function serviceName({ cluster, name }: Pick<Service, 'cluster' | 'name'>): string {
  return `${cluster.replace(/^.*\//, '')}/${name}`;
}
