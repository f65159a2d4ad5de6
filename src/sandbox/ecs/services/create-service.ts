import type { DeploymentConfiguration } from './configuration.ts';
import { findCluster } from '../clusters.ts';
import { startDeployment } from '../deployments/deployments.ts';
import { checkEarlySuccess } from '../deployments/early-success.ts';
import { clientError, invalidParameter } from '../errors.ts';
import { ecsArn } from '../ids.ts';
import type { LaunchSettings, Service, World } from '../state.ts';
import { checkConfiguration, checkDesiredCount } from './strategy-checks.ts';
import { checkTags } from '../tags.ts';
import { findActiveDefinition } from '../definitions/task-definitions.ts';
import type { Tag } from '../tag.ts';

const maxServices = 5000;

/** The members of CreateService. */
export interface CreateServiceInput extends LaunchSettings {
  cluster?: string;
  serviceName: string;
  taskDefinition?: string;
  desiredCount?: number;
  schedulingStrategy?: string;
  deploymentController?: { type: string };
  deploymentConfiguration?: DeploymentConfiguration;
  tags?: Tag[];
  [member: string]: unknown;
}

/** Makes a service with its first deployment; no task is started yet. */
export function createService(world: World, input: CreateServiceInput, region: string): Service {
  const {
    cluster: clusterName,
    serviceName: name,
    taskDefinition,
    desiredCount,
    schedulingStrategy = 'REPLICA',
    deploymentController,
    deploymentConfiguration = {},
    launchType,
    capacityProviderStrategy,
    platformVersion,
    networkConfiguration,
    serviceConnectConfiguration,
    tags = [],
    ...members
  } = input;
  delete members.clientToken;
  const cluster = findCluster(world, region, clusterName);
  checkName(name);
  checkTags(tags);
  const existing = cluster.services.get(name);
  if (existing?.status === 'ACTIVE') {
    throw invalidParameter('Creation of service was not idempotent.');
  }
  if (existing?.status === 'DRAINING') {
    throw invalidParameter('Unable to Start a service that is still Draining.');
  }
  if (cluster.services.size >= maxServices) {
    throw clientError('The maximum number of services for a cluster has been reached.');
  }

  const controller = deploymentController?.type ?? 'ECS';
  checkConfiguration(controller, deploymentConfiguration);
  checkDesiredCount(desiredCount);
  if (desiredCount === undefined && schedulingStrategy === 'REPLICA' && controller === 'ECS') {
    throw invalidParameter('The desired count of a REPLICA service is required.');
  }
  if (controller !== 'EXTERNAL' && taskDefinition === undefined) {
    throw invalidParameter('TaskDefinition can not be blank.');
  }

  const configuration = completeConfiguration(
    controller,
    schedulingStrategy,
    deploymentConfiguration,
  );
  checkEarlySuccess(configuration);
  const definition =
    taskDefinition === undefined ? undefined : findActiveDefinition(world, region, taskDefinition);
  const service: Service = {
    name,
    arn: ecsArn(world, region, `service/${cluster.name}/${name}`),
    region,
    cluster,
    status: 'ACTIVE',
    controller,
    schedulingStrategy,
    desiredCount: desiredCount ?? 0,
    configuration,
    settings: {
      launchType: launchType ?? (capacityProviderStrategy ? undefined : 'EC2'),
      capacityProviderStrategy,
      platformVersion,
      networkConfiguration,
      serviceConnectConfiguration,
    },
    members,
    deployments: [],
    history: [],
    records: [],
    tasks: new Set(),
    events: [],
    steady: false,
    createdAt: world.environment.now(),
    tags: [...tags],
  };
  cluster.services.set(name, service);
  if (definition && controller !== 'EXTERNAL') startDeployment(world, service, definition);
  return service;
}

function checkName(name: string | undefined): void {
  if (!name || !/^[a-zA-Z0-9_-]{1,255}$/.test(name)) {
    throw invalidParameter('Invalid service name: up to 255 letters, digits, - and _.');
  }
}

function completeConfiguration(
  controller: string,
  schedulingStrategy: string,
  configuration: DeploymentConfiguration,
): DeploymentConfiguration {
  const daemon = schedulingStrategy === 'DAEMON';
  return {
    ...(controller === 'ECS' && {
      deploymentCircuitBreaker: { enable: false, rollback: false },
      strategy: 'ROLLING',
    }),
    maximumPercent: daemon ? 100 : 200,
    minimumHealthyPercent: daemon ? 0 : 100,
    ...configuration,
  };
}
