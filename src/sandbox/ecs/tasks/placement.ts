import { invalidParameter } from '../errors.ts';
import { requiredAttributes } from '../definitions/required-attributes.ts';
import type { ContainerInstance } from './instance-state.ts';
import type { Cluster, LaunchSettings, Task, TaskDefinition } from '../state.ts';

/** Where a task goes: to an instance or, without one, where there is always room. */
export type Place =
  | { ok: true; instance: ContainerInstance | undefined }
  | {
      ok: false;
      /** What RunTask says, for each instance. */
      failures: { arn: string; reason: 'ATTRIBUTE' | 'AGENT' }[];
      /** What the service event says after "no container instance met all of its requirements. ". */
      event: string;
    };

/** An attribute that marks an instance whose agent is not connected; a convention of the sandbox. */
const connectedAttribute = 'ecs-secrets.sandbox/agent-connected';
const externalAttribute = 'ecs.capability.external';

/** Finds the instance for a task; a cluster in which none is registered has room for everything. */
export function findPlace(
  cluster: Cluster,
  definition: TaskDefinition,
  { launchType }: LaunchSettings,
): Place {
  const registered = registeredIn(cluster);
  if (registered.length === 0 || (launchType !== 'EC2' && launchType !== 'EXTERNAL')) {
    return { ok: true, instance: undefined };
  }
  const external = launchType === 'EXTERNAL';
  const candidates = registered.filter((one) => one.attributes.has(externalAttribute) === external);
  if (candidates.length === 0) {
    return { ok: false, failures: [], event: `Reason: ${noInstances}` };
  }
  const needed = requiredAttributes(definition.registration);
  const lacks = (one: ContainerInstance): number =>
    needed.filter((name) => !one.attributes.has(name)).length;
  const suitable = candidates.filter((one) => isConnected(one) && lacks(one) === 0);
  const [best] = suitable.toSorted(
    (a, b) => tasksOn(cluster, a).length - tasksOn(cluster, b).length,
  );
  if (best) return { ok: true, instance: best };

  const [closest] = candidates.toSorted((a, b) => lacks(a) - lacks(b));
  const id = `(container-instance ${closest?.id ?? ''})`;
  return {
    ok: false,
    failures: candidates.map((one) => ({
      arn: one.arn,
      reason: lacks(one) > 0 ? 'ATTRIBUTE' : 'AGENT',
    })),
    event:
      closest && lacks(closest) > 0
        ? `The closest matching ${id} is missing an attribute required by your task.`
        : `The closest matching ${id} encountered error "AGENT".`,
  };
}

/** The same for RunTask, which refuses to look where there is no instance of the kind. */
export function findPlaceOrRefuse(...request: Parameters<typeof findPlace>): Place {
  const place = findPlace(...request);
  if (!place.ok && place.failures.length === 0) throw invalidParameter(noInstances);
  return place;
}

/** The instances of a cluster that are not deregistered. */
export function registeredIn(cluster: Cluster): ContainerInstance[] {
  return [...cluster.instances.values()].filter(({ status }) => status === 'ACTIVE');
}

/** Whether the agent of an instance has a connection to ECS. */
export function isConnected({ status, attributes }: ContainerInstance): boolean {
  return status === 'ACTIVE' && attributes.get(connectedAttribute) !== 'false';
}

/** The tasks on an instance that are not STOPPED. */
export function tasksOn(cluster: Cluster, instance: ContainerInstance): Task[] {
  return [...cluster.tasks.values()].filter(
    (task) => task.instance === instance && task.lastStatus !== 'STOPPED',
  );
}

// --- internal ---

const noInstances = 'No Container Instances were found in your cluster.';
