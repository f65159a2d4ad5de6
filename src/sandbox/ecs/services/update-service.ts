import { isDeepStrictEqual } from 'node:util';
import { ServiceError } from '../../service.ts';
import type { DeploymentConfiguration } from './configuration.ts';
import { startDeployment } from '../deployments/deployments.ts';
import { checkEarlySuccess } from '../deployments/early-success.ts';
import { clientError, invalidParameter } from '../errors.ts';
import { findService } from './find-service.ts';
import type { LaunchSettings, Service, World } from '../state.ts';
import { checkConfiguration, checkDesiredCount } from './strategy-checks.ts';
import { findActiveDefinition } from '../definitions/task-definitions.ts';

/** The members of UpdateService. */
export interface UpdateServiceInput extends LaunchSettings {
  cluster?: string;
  service: string;
  taskDefinition?: string;
  desiredCount?: number;
  forceNewDeployment?: boolean;
  deploymentConfiguration?: DeploymentConfiguration;
  deploymentController?: { type: string };
  [member: string]: unknown;
}

/** Changes a service, with a new deployment where its tasks must be replaced. */
export function updateService(world: World, input: UpdateServiceInput, region: string): Service {
  const {
    cluster,
    service: name,
    taskDefinition,
    desiredCount,
    forceNewDeployment = false,
    deploymentConfiguration,
    deploymentController,
    capacityProviderStrategy,
    platformVersion,
    networkConfiguration,
    serviceConnectConfiguration,
    ...members
  } = input;
  const service = findService(world, region, cluster, name);
  if (service.status !== 'ACTIVE') {
    throw new ServiceError('ServiceNotActiveException', 'Service was not ACTIVE.');
  }
  checkController(service, input);
  if (deploymentController && deploymentController.type !== service.controller) {
    throw clientError('Changing the deployment controller is not supported by the sandbox.');
  }
  checkConfiguration(service.controller, deploymentConfiguration ?? {});
  checkDesiredCount(desiredCount);
  const configuration = { ...service.configuration, ...deploymentConfiguration };
  checkEarlySuccess(configuration);

  const definition =
    taskDefinition === undefined
      ? service.definition
      : findActiveDefinition(world, region, taskDefinition);
  const settings = {
    ...service.settings,
    ...given({
      capacityProviderStrategy,
      platformVersion,
      networkConfiguration,
      serviceConnectConfiguration,
    }),
  };
  const changed =
    definition !== service.definition || !isDeepStrictEqual(settings, service.settings);

  if ((forceNewDeployment || changed) && definition?.status === 'DELETE_IN_PROGRESS') {
    throw clientError('TaskDefinition is inactive');
  }

  service.settings = settings;
  Object.assign(service.members, given(members));
  service.configuration = configuration;
  if (desiredCount !== undefined && desiredCount !== service.desiredCount) {
    service.desiredCount = desiredCount;
    service.steady = false;
  }
  if (definition && service.controller === 'ECS' && (forceNewDeployment || changed)) {
    startDeployment(world, service, definition);
  }
  return service;
}

function checkController({ controller }: Service, input: UpdateServiceInput): void {
  if (controller === 'ECS') return;
  const what = `on services with a ${controller} deployment controller.`;
  const instead =
    controller === 'CODE_DEPLOY' ? ' Use AWS CodeDeploy to trigger a new deployment.' : '';
  if (input.taskDefinition !== undefined) {
    throw invalidParameter(`Unable to update task definition ${what}${instead}`);
  }
  if (input.forceNewDeployment) {
    throw invalidParameter(`Cannot force a new deployment ${what}${instead}`);
  }
}

const given = (members: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
