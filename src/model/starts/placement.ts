/** A container instance for tasks of the launch types EC2 and EXTERNAL, as ECS describes it. */
export interface ContainerInstance {
  arn: string;
  /** Undefined for an instance outside EC2. */
  ec2InstanceId: string | undefined;
  /** `ACTIVE`, `DRAINING`, … */
  status: string;
  /** Whether ECS can reach its agent; otherwise nothing new starts on it. */
  connected: boolean;
  /** For example `1.90.0`; undefined if unknown. */
  agentVersion: string | undefined;
  /** `linux` or `windows`; undefined if unknown. */
  os: string | undefined;
  /** Names of its attributes, including the capabilities of its agent. */
  attributes: ReadonlySet<string>;
}

/** Where tasks of a task definition will run, as far as known. */
export interface Placement {
  /** `EC2`, `EXTERNAL`, `FARGATE`, `MANAGED_INSTANCES`; empty if unspecified. */
  launchTypes: readonly string[];
  /** Platform version of Fargate; undefined or `LATEST` is the newest. */
  platformVersion?: string | undefined;
  /**
   * Platform family of the service, if more specific than the task definition: `Linux`,
   * `WINDOWS_…`.
   */
  platformFamily?: string | undefined;
  /** Container instances of the cluster; undefined if not looked up. */
  instances?: readonly ContainerInstance[] | undefined;
  /** Why they could not be looked up, as the end of "the agents were not looked at: …". */
  instancesUnknown?: string | undefined;
  /** Used in the commands that fix problems. */
  region?: string | undefined;
  /** Name or ARN. */
  cluster?: string | undefined;
  service?: string | undefined;
}

/**
 * The launch types of a service or, without one, those that the task definition is compatible with.
 * A custom capacity provider consists of EC2 instances; its name does not show whether AWS manages
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
