/** A machine on which tasks of the launch types EC2 and EXTERNAL run, as ECS knows it. */
export interface ContainerInstance {
  arn: string;
  /** Undefined for one that is not in EC2. */
  ec2InstanceId: string | undefined;
  /** `ACTIVE`, `DRAINING`, … */
  status: string;
  /** Whether ECS can reach its agent; nothing new starts on it otherwise. */
  connected: boolean;
  /** e.g. `1.90.0`; undefined where it is not told. */
  agentVersion: string | undefined;
  /** `linux` or `windows`; undefined where it is not told. */
  os: string | undefined;
  /** Names of what its agent can do, among others. */
  attributes: ReadonlySet<string>;
}

/** Where tasks of a task definition will run, as far as it is known. */
export interface Placement {
  /** `EC2`, `EXTERNAL`, `FARGATE`, `MANAGED_INSTANCES`; empty where nobody has said. */
  launchTypes: readonly string[];
  /** Fargate's; absent or `LATEST` is the newest. */
  platformVersion?: string | undefined;
  /** The service's platform family, where it says more than the task definition: `Linux`, `WINDOWS_…`. */
  platformFamily?: string | undefined;
  /** Those of the cluster; undefined where nobody has looked. */
  instances?: readonly ContainerInstance[] | undefined;
  /** Why nobody could look, as the end of "the agents were not looked at: …". */
  instancesUnknown?: string | undefined;
  /** For the commands that fix things. */
  region?: string | undefined;
  /** Name or ARN. */
  cluster?: string | undefined;
  service?: string | undefined;
}

/**
 * The launch types of a service or, without one, those that the task definition is made for. A
 * capacity provider of one's own is one of EC2 instances: its name does not tell whether AWS manages
 * them.
 */
export function launchTypesOf(
  service: { launchType: string | undefined; capacityProviders: readonly string[] } | undefined,
  definition: Readonly<Record<string, unknown>>,
): string[] {
  if (service?.launchType !== undefined) return [service.launchType];
  if (service && service.capacityProviders.length > 0) {
    const types = service.capacityProviders.map((name) =>
      name === 'FARGATE' || name === 'FARGATE_SPOT' ? 'FARGATE' : 'EC2',
    );
    return [...new Set(types)];
  }
  const { requiresCompatibilities: given } = definition;
  return Array.isArray(given) ? given.filter((one) => typeof one === 'string') : [];
}
