import type { TaskDefinition } from '../definitions/task-definition.ts';
import { lastPart } from '../last-part.ts';

/** What a service registers its tasks with. */
export interface LoadBalancerFact {
  container: string;
  port: number;
  /** One, or two for blue/green deployments. */
  targetGroups: readonly TargetGroupFact[];
}

/** A target group that a service names. `why` it is unseen: e.g. the missing permission. */
export type TargetGroupFact = { arn: string } & (
  { state: 'unseen'; why: string } | { state: 'missing' } | ({ state: 'found' } & TargetGroup)
);

/** A target group of a load balancer. */
export interface TargetGroup {
  /** `ip`, `instance`, `lambda`, `alb`. */
  targetType: string;
  /** `HTTP`, `HTTPS`, `TCP`, `TLS`, `UDP`, `TCP_UDP`, … */
  protocol: string;
  /** A number, or `traffic-port`; undefined without health checks. */
  healthCheckPort: string | undefined;
}

/** Whether a task definition fits one load balancer. */
export interface Fit {
  /** `problem`: ECS refuses the deployment. */
  status: 'ok' | 'warning' | 'problem' | 'not-checked';
  /** `CONTAINER:PORT`, or the target group. */
  subject: string;
  message: string;
}

/**
 * Whether a task definition fits the load balancers of its service: ECS refuses a deployment whose
 * container, port or network mode does not (UpdateService).
 */
export function fitLoadBalancers(
  definition: TaskDefinition,
  loadBalancers: readonly LoadBalancerFact[],
): Fit[] {
  return loadBalancers.flatMap((one) => {
    const { container, port, targetGroups } = one;
    const subject = `${container}:${port}`;
    const mappings = mappingsOf(definition, container);
    if (!mappings) {
      const missing = `the load balancer needs the container ${container}, which the task definition does not have`;
      return [problem(subject, missing)];
    }
    const own = mappings.find((mapping) => covers(mapping, port));
    const unmapped = `the load balancer needs port ${port} of ${container}, which is not in its portMappings`;
    return [
      own
        ? ok(subject, `${container} maps the port of the load balancer`)
        : problem(subject, unmapped),
      ...targetGroups.flatMap((group) => ofTargetGroup(definition, group, own)),
    ];
  });
}

// --- internal ---

interface Mapping {
  containerPort?: number;
  /** `8000-8010`. */
  containerPortRange?: string;
  hostPort?: number;
  protocol?: string;
}

const as =
  (status: Fit['status']) =>
  (subject: string, message: string): Fit => ({ status, subject, message });
const [ok, warning] = [as('ok'), as('warning')];
const [problem, open] = [as('problem'), as('not-checked')];

/** Undefined if there is no such container. */
function mappingsOf(
  { containerDefinitions }: TaskDefinition,
  container: string,
): readonly Mapping[] | undefined {
  const found = containerDefinitions.find(({ name }) => name === container);
  // The form of the members is checked with the rest of the task definition.
  return found && ((Array.isArray(found.portMappings) ? found.portMappings : []) as Mapping[]);
}

function covers({ containerPort, containerPortRange }: Mapping, port: number): boolean {
  const [from, to] = (containerPortRange ?? '').split('-').map(Number);
  return (
    containerPort === port || (from !== undefined && to !== undefined && from <= port && port <= to)
  );
}

function ofTargetGroup(
  definition: TaskDefinition,
  group: TargetGroupFact,
  mapping: Mapping | undefined,
): Fit[] {
  const { arn } = group;
  const name = `target group ${nameOf(arn)}`;
  if (group.state === 'unseen') {
    return [open(name, `it cannot be seen: ${group.why}`)];
  }
  if (group.state === 'missing') return [problem(name, `there is no ${arn}`)];
  const mode = modeOf(definition);
  const wanted = mode === 'awsvpc' ? 'ip' : 'instance';
  const { targetType: type, protocol, healthCheckPort: health } = group;
  const warnings: Fit[] = [];
  const carried = mapping?.protocol ?? 'tcp';
  if (mapping && (protocol === 'UDP') !== (carried === 'udp') && !both.has(protocol)) {
    warnings.push(
      warning(name, `its protocol is ${protocol}, that of the port mapping ${carried}`),
    );
  }
  if (mode === 'bridge' && /^\d+$/.test(health ?? '') && !answers(definition, Number(health))) {
    warnings.push(warning(name, `it checks the health at port ${health}, which is no host port`));
  }
  // The form of the task definition has its own check. Whether `ip` fits `host` is not documented.
  if (mode === undefined || (mode === 'host' && type === 'ip')) return warnings;
  if (type !== wanted) {
    const message = `its target type is ${type}; tasks in network mode ${mode} need ${wanted}`;
    return [problem(name, message), ...warnings];
  }
  return [ok(name, `its target type ${type} fits the network mode ${mode}`), ...warnings];
}

/** Protocols of target groups that carry UDP and TCP, or QUIC, which is UDP. */
const both: ReadonlySet<string> = new Set(['TCP_UDP', 'QUIC', 'TCP_QUIC']);

/** `arn:…:targetgroup/NAME/ID`. */
function nameOf(arn: string): string {
  return lastPart(arn.replace(/\/[^/]*$/, ''));
}

/** Without one, `bridge` on Linux instances and `default` on Windows (RegisterTaskDefinition). */
function modeOf({ networkMode, requiresCompatibilities }: TaskDefinition): string | undefined {
  if (typeof networkMode === 'string') return networkMode;
  const types: unknown = requiresCompatibilities;
  return Array.isArray(types) && types.includes('FARGATE') ? undefined : 'bridge';
}

/** Whether a port is reached from outside the task, as far as port mappings say. */
function answers(definition: TaskDefinition, port: number): boolean {
  return definition.containerDefinitions
    .flatMap(({ name }) => mappingsOf(definition, name) ?? [])
    .some(({ hostPort }) => hostPort === port);
}
