import type { Problems } from '../problems.ts';
import type { TaskDefinition } from '../definitions/task-definition.ts';

/** Where a task runs: members of RunTask. */
export interface Launch {
  launchType?: string;
  capacityProviderStrategy?: CapacityProvider[];
  platformVersion?: string;
  networkConfiguration?: { awsvpcConfiguration: AwsvpcConfiguration };
  placementConstraints?: Placing[];
  placementStrategy?: Placing[];
  enableExecuteCommand?: true;
}

/** A capacity provider with its share of the tasks. */
export interface CapacityProvider {
  capacityProvider: string;
  weight?: number | undefined;
  base?: number | undefined;
}

/** A placement constraint or strategy; it is passed on as it is. */
export interface Placing {
  type?: string | undefined;
  expression?: string | undefined;
  field?: string | undefined;
}

/** The network of a task in the mode awsvpc. */
export interface AwsvpcConfiguration {
  subnets: string[];
  securityGroups?: string[];
  assignPublicIp: 'ENABLED' | 'DISABLED';
}

/** What the user asked for. */
export interface LaunchOptions {
  subnets?: readonly string[] | undefined;
  securityGroups?: readonly string[] | undefined;
  assignPublicIp?: boolean | undefined;
  launchType?: string | undefined;
  capacityProviders?: readonly string[] | undefined;
  platformVersion?: string | undefined;
  enableExecuteCommand?: boolean | undefined;
}

/** What a service says of where its tasks run. */
export interface ServiceLaunch {
  launchType: string | undefined;
  capacityProviderStrategy?: readonly CapacityProvider[] | undefined;
  platformVersion: string | undefined;
  network: { subnets: string[]; securityGroups: string[]; publicIp: boolean } | undefined;
  placementConstraints?: readonly Placing[] | undefined;
  placementStrategy?: readonly Placing[] | undefined;
}

/**
 * Where a task runs: as the options say, otherwise as the tasks of the service. Without either, a task
 * definition for Fargate alone runs there, without a look at the default strategy of the cluster:
 * RunTask would use that, or EC2. Adds a problem for each
 * contradiction, and if a network is needed and none is given.
 */
export function launchOf(
  definition: TaskDefinition,
  service: ServiceLaunch | undefined,
  options: LaunchOptions,
  problems: Problems,
): Launch {
  const capacity = capacityOf(definition, service, options, problems);
  const network = networkOf(definition, service, options, problems);
  const isOwn = capacity.from === 'options';
  const version = options.platformVersion ?? (isOwn ? undefined : service?.platformVersion);
  return {
    ...capacity.launch,
    ...(version !== undefined && { platformVersion: version }),
    ...(network && { networkConfiguration: { awsvpcConfiguration: network } }),
    ...(!isOwn && placingOf(service)),
    ...(options.enableExecuteCommand === true && { enableExecuteCommand: true }),
  };
}

// --- internal ---

function capacityOf(
  definition: TaskDefinition,
  service: ServiceLaunch | undefined,
  { launchType, capacityProviders = [] }: LaunchOptions,
  problems: Problems,
): { from: 'options' | 'service'; launch: Launch } {
  if (launchType !== undefined && capacityProviders.length > 0) {
    problems.add('--launch-type and --capacity-provider cannot be combined');
  }
  if (launchType !== undefined) return { from: 'options', launch: { launchType } };
  if (capacityProviders.length > 0) {
    const strategy = capacityProviders.map((name) => ({ capacityProvider: name, weight: 1 }));
    return { from: 'options', launch: { capacityProviderStrategy: strategy } };
  }
  if (service?.launchType !== undefined) {
    return { from: 'service', launch: { launchType: service.launchType } };
  }
  const strategy = service?.capacityProviderStrategy ?? [];
  if (strategy.length > 0) {
    return { from: 'service', launch: { capacityProviderStrategy: [...strategy] } };
  }
  const { requiresCompatibilities: kinds } = definition;
  const isFargate = Array.isArray(kinds) && kinds.length === 1 && kinds[0] === 'FARGATE';
  return { from: 'service', launch: isFargate && !service ? { launchType: 'FARGATE' } : {} };
}

function networkOf(
  { networkMode }: TaskDefinition,
  service: ServiceLaunch | undefined,
  { subnets = [], securityGroups = [], assignPublicIp }: LaunchOptions,
  problems: Problems,
): AwsvpcConfiguration | undefined {
  const isGiven = subnets.length + securityGroups.length > 0 || assignPublicIp !== undefined;
  if (networkMode !== 'awsvpc') {
    if (isGiven) {
      const mode = typeof networkMode === 'string' ? networkMode : 'the default one';
      problems.add(
        `--subnets, --security-groups and --assign-public-ip need the network mode awsvpc; the task definition has ${mode}`,
      );
    }
    return undefined;
  }
  const own = service?.network;
  if (subnets.length === 0 && !own) {
    problems.add(
      service
        ? 'the task definition has the network mode awsvpc, and the service has no network: give --subnets and --security-groups'
        : 'the task definition has the network mode awsvpc, and no network is given: give --service to use the network of a service, or --subnets and --security-groups',
    );
    return undefined;
  }
  // Security groups belong to a VPC: those of the service are of no use in other subnets.
  const groups =
    securityGroups.length > 0 || subnets.length > 0 ? securityGroups : (own?.securityGroups ?? []);
  const publicIp = assignPublicIp ?? (subnets.length > 0 ? false : (own?.publicIp ?? false));
  return {
    subnets: subnets.length > 0 ? [...subnets] : [...(own?.subnets ?? [])],
    ...(groups.length > 0 && { securityGroups: [...groups] }),
    assignPublicIp: publicIp ? 'ENABLED' : 'DISABLED',
  };
}

function placingOf(service: ServiceLaunch | undefined): Launch {
  const { placementConstraints: constraints = [], placementStrategy: strategy = [] } =
    service ?? {};
  return {
    ...(constraints.length > 0 && { placementConstraints: [...constraints] }),
    ...(strategy.length > 0 && { placementStrategy: [...strategy] }),
  };
}
