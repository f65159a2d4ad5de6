import type { Service } from '../../aws/ecs-answers.ts';
import type { RunningTask } from '../../aws/ecs.ts';
import { daemonOfTask } from '../../model/usage/daemon.ts';
import { serviceOfGroup } from '../../model/usage/service-group.ts';
import { lastPart } from '../../model/last-part.ts';

/** `CLUSTER/SERVICE`, as `--service` takes it. */
export function serviceName({ cluster, name }: Pick<Service, 'cluster' | 'name'>): string {
  return `${lastPart(cluster)}/${name}`;
}

/** A managed daemon, for people: `daemon shop/agent`. */
export function daemonName(daemon: Pick<Service, 'cluster' | 'name'>): string {
  return `daemon ${serviceName(daemon)}`;
}

/** What a task belongs to, for people: `service shop/web`, `daemon shop/agent`, `task ARN`. */
export function runnerName(
  task: Pick<RunningTask, 'arn' | 'cluster' | 'group' | 'taskDefinition'>,
): string {
  const { arn, cluster, group } = task;
  const service = serviceOfGroup(group);
  if (service !== undefined) return `service ${serviceName({ cluster, name: service })}`;
  const daemon = daemonOfTask(task);
  return daemon === undefined ? `task ${arn}` : daemonName({ cluster, name: daemon });
}
