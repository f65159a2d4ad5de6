import type {
  Deployment as SdkDeployment,
  NetworkConfiguration,
  Service as SdkService,
  ServiceDeployment as SdkServiceDeployment,
  ServiceRevision,
  TaskSet,
} from '@aws-sdk/client-ecs';
import type { ServiceDeployment, Threshold } from '../model/rollout/rollout.ts';
import type { Deployment } from '../model/usage/deployment.ts';
import type { SecretEntry } from '../model/definitions/task-definition.ts';
import type { CapacityProvider, Placing } from '../model/run/launch.ts';
import { distinctBy } from '../model/distinct-by.ts';
import { withoutCharacters } from '../model/failures/without-characters.ts';

/**
 * Converts a service from DescribeServices or UpdateService. Its reasons and events may contain
 * text of a secret quoted by the agent, which is removed.
 */
export function toService(service: SdkService): Service {
  // With the EXTERNAL controller, the primary task set has the remaining settings of the service.
  const primary = service.taskSets?.find(({ status }) => status === 'PRIMARY');
  // For an Express service, DescribeServices lists the settings only in its deployments.
  const deployed = service.deployments?.find(({ status }) => status === 'PRIMARY');
  return {
    cluster: service.clusterArn ?? '',
    name: service.serviceName ?? '',
    arn: service.serviceArn ?? '',
    status: service.status ?? '',
    taskDefinition: service.taskDefinition ?? primary?.taskDefinition ?? deployed?.taskDefinition,
    controller: service.deploymentController?.type ?? 'ECS',
    isExpress: service.resourceManagementType === 'ECS',
    loadBalancer: toLoadBalancers(service)[0],
    loadBalancers: toLoadBalancers(service),
    strategy: service.deploymentConfiguration?.strategy ?? 'ROLLING',
    desiredCount: service.desiredCount ?? 0,
    launchType: service.launchType ?? primary?.launchType,
    capacityProviders: providersOf(service.capacityProviderStrategy?.length ? service : primary),
    capacityProviderStrategy: (service.capacityProviderStrategy ?? []).map(
      ({ capacityProvider = '', weight, base }) => ({ capacityProvider, weight, base }),
    ),
    placementConstraints: service.placementConstraints,
    placementStrategy: service.placementStrategy,
    platformVersion: service.platformVersion ?? primary?.platformVersion,
    platformFamily: service.platformFamily ?? primary?.platformFamily,
    network: toNetwork(service.networkConfiguration ?? primary?.networkConfiguration),
    circuitBreaker: toCircuitBreaker(service),
    currentServiceDeployment: service.currentServiceDeployment,
    events: (service.events ?? []).map(({ createdAt, message = '' }) => ({
      createdAt,
      message: withoutCharacters(message),
    })),
    serviceConnect: distinctBy(
      (service.deployments ?? []).flatMap(connectSecrets),
      ({ name, valueFrom }) => `${name} ${valueFrom}`,
    ),
    serviceConnectOptions: Object.assign(
      {},
      ...(service.deployments ?? []).map(connectOptions).reverse(),
    ) as Record<string, string>,
    deployments: (service.deployments ?? []).map((deployment) => ({
      id: deployment.id ?? '',
      status: deployment.status ?? '',
      taskDefinition: deployment.taskDefinition ?? '',
      rolloutState: deployment.rolloutState,
      rolloutStateReason: masked(deployment.rolloutStateReason),
      desiredCount: deployment.desiredCount ?? 0,
      runningCount: deployment.runningCount ?? 0,
      pendingCount: deployment.pendingCount ?? 0,
      failedTasks: deployment.failedTasks ?? 0,
      createdAt: deployment.createdAt,
    })),
    taskSets: (service.taskSets ?? []).flatMap(({ taskDefinition }) => taskDefinition ?? []),
  };
}

/**
 * Adds the task definition of its newest revision to a service that DescribeServices returns
 * without one.
 */
export function withRevisions(service: Service, revisions: readonly ServiceRevision[]): Service {
  const age = ({ createdAt }: ServiceRevision): number => createdAt?.getTime() ?? 0;
  const [newest] = [...revisions].sort((a, b) => age(b) - age(a));
  const taskDefinition = newest?.taskDefinition;
  if (taskDefinition === undefined) return service;
  const connect = connectSecrets(newest ?? {});
  return {
    ...service,
    taskDefinition,
    serviceConnect: service.serviceConnect?.length ? service.serviceConnect : connect,
    serviceConnectOptions: { ...connectOptions(newest ?? {}), ...service.serviceConnectOptions },
    deployments: service.deployments.map((one) =>
      one.status === 'PRIMARY' && one.taskDefinition === '' ? { ...one, taskDefinition } : one,
    ),
  };
}

/** Converts a service deployment from DescribeServiceDeployments; its reason likewise. */
export function toServiceDeployment(deployment: SdkServiceDeployment): ServiceDeployment {
  const { targetServiceRevision: target, sourceServiceRevisions = [] } = deployment;
  return {
    arn: deployment.serviceDeploymentArn ?? '',
    status: deployment.status ?? '',
    statusReason: masked(deployment.statusReason),
    lifecycleStage: deployment.lifecycleStage,
    pause: toPause(deployment),
    failureThreshold: deployment.deploymentCircuitBreaker?.threshold,
    requestedTasks: target?.requestedTaskCount ?? 0,
    runningTasks: target?.runningTaskCount ?? 0,
    oldTasks: sourceServiceRevisions.reduce(
      (sum, { runningTaskCount = 0 }) => sum + runningTaskCount,
      0,
    ),
  };
}

// --- internal ---

function connectSecrets({
  serviceConnectConfiguration: connect,
}: Pick<SdkDeployment, 'serviceConnectConfiguration'>): SecretEntry[] {
  return (connect?.logConfiguration?.secretOptions ?? []).map(({ name = '', valueFrom = '' }) => ({
    name,
    valueFrom,
  }));
}

function connectOptions({
  serviceConnectConfiguration: connect,
}: Pick<SdkDeployment, 'serviceConnectConfiguration'>): Record<string, string> {
  return connect?.logConfiguration?.options ?? {};
}

function masked(reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : withoutCharacters(reason);
}

function toPause({ lifecycleHookDetails = [] }: SdkServiceDeployment): ServiceDeployment['pause'] {
  const hook = lifecycleHookDetails.find(({ status }) => status === 'AWAITING_ACTION');
  if (!hook) return undefined;
  const { hookId = '', expiresAt, timeoutAction } = hook;
  return { hookId, expiresAt, timeoutAction };
}

function toCircuitBreaker({ deploymentConfiguration }: SdkService): Service['circuitBreaker'] {
  const { enable, thresholdConfiguration } =
    deploymentConfiguration?.deploymentCircuitBreaker ?? {};
  const { type, value } = thresholdConfiguration ?? {};
  if (!enable || type === undefined || value === undefined) return undefined;
  return { type, value };
}

function providersOf(of: SdkService | TaskSet | undefined): string[] {
  return (of?.capacityProviderStrategy ?? []).flatMap(
    ({ capacityProvider }) => capacityProvider ?? [],
  );
}

function toNetwork(configuration: NetworkConfiguration | undefined): Service['network'] {
  const vpc = configuration?.awsvpcConfiguration;
  if (!vpc) return undefined;
  return {
    subnets: vpc.subnets ?? [],
    securityGroups: vpc.securityGroups ?? [],
    publicIp: vpc.assignPublicIp === 'ENABLED',
  };
}

function toLoadBalancers({ loadBalancers, taskSets }: SdkService): ServiceLoadBalancer[] {
  // With CODE_DEPLOY, the load balancers are those of the task set.
  const all = [
    ...(loadBalancers ?? []),
    ...(taskSets ?? []).flatMap((set) => set.loadBalancers ?? []),
  ];
  const found = all.flatMap((one): ServiceLoadBalancer[] => {
    const { containerName: container, containerPort: port } = one;
    if (container === undefined || port === undefined) return [];
    const groups = [one.targetGroupArn, one.advancedConfiguration?.alternateTargetGroupArn];
    return [{ container, port, targetGroups: groups.flatMap((arn) => arn ?? []) }];
  });
  return distinctBy(found, (one) => JSON.stringify(one));
}

/** What a service registers its tasks with. */
export interface ServiceLoadBalancer {
  container: string;
  port: number;
  /** ARNs: none for a classic load balancer, two for blue/green deployments. */
  targetGroups: string[];
}

/** A service, with the members that this tool uses. */
export interface Service {
  /** ARN of its cluster. */
  cluster: string;
  name: string;
  arn: string;
  status: string;
  /** ARN of the revision that it runs; undefined if it runs none yet. */
  taskDefinition: string | undefined;
  /** Why the task definition of an Express service is unknown. */
  unseen?: string;
  controller: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  /** Whether ECS manages it (Express). */
  isExpress?: boolean;
  /** The container behind its first load balancer; undefined without one. */
  loadBalancer: { container: string; port: number } | undefined;
  loadBalancers?: readonly ServiceLoadBalancer[];
  /** `ROLLING`, or a native strategy: `BLUE_GREEN`, `LINEAR`, `CANARY`. */
  strategy: string;
  desiredCount: number;
  /** Undefined if capacity providers decide. */
  launchType: string | undefined;
  /** Names of its capacity providers. */
  capacityProviders: string[];
  /** The same with their shares; empty with a launch type. */
  capacityProviderStrategy?: CapacityProvider[];
  /** Where its tasks are placed on container instances. */
  placementConstraints?: Placing[] | undefined;
  placementStrategy?: Placing[] | undefined;
  /** Requested platform version of Fargate: `LATEST`, `1.4.0`, … */
  platformVersion: string | undefined;
  /** Operating system of Fargate: `Linux`, `WINDOWS_…`. */
  platformFamily: string | undefined;
  /** Undefined if its tasks use the network of their instances. */
  network: { subnets: string[]; securityGroups: string[]; publicIp: boolean } | undefined;
  /**
   * The threshold of its deployment circuit breaker; undefined for ECS's default, or without one.
   */
  circuitBreaker: Threshold | undefined;
  /** ARN of the current or last service deployment; undefined if ECS returns none. */
  currentServiceDeployment: string | undefined;
  deployments: Deployment[];
  /** ARNs of the revisions of its task sets; with the ECS controller there are none. */
  taskSets?: readonly string[];
  /** The secrets of the Service Connect logs in all deployments, those of the PRIMARY one first. */
  serviceConnect?: readonly SecretEntry[];
  /** The plain options of these logs by name; those of the PRIMARY deployment have precedence. */
  serviceConnectOptions?: Readonly<Record<string, string>>;
  /** Service events of ECS, newest first. */
  events: { createdAt: Date | undefined; message: string }[];
}
