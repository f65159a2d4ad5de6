import { randomUUID } from 'node:crypto';
import {
  list,
  oneOf,
  operation,
  optional,
  structure,
  text,
  type Field,
} from '../protocol/input.ts';
import { sortBy } from '../protocol/page.ts';
import { owner, ServiceError, type Operation } from '../service.ts';
import {
  cut,
  getApplication,
  getGroup,
  type CodeDeployWorld,
  type DeploymentGroup,
  type EcsTarget,
} from './store.ts';

/** Name of an application or a deployment group. */
export const name = text(1, 100);
const token = optional(text(1));
const asGiven: Field<unknown> = (value) => structuredClone(value);

/** Members that are stored and returned. */
const kept = {
  deploymentConfigName: optional(name),
  triggerConfigurations: asGiven,
  alarmConfiguration: asGiven,
  autoRollbackConfiguration: asGiven,
  deploymentStyle: asGiven,
  blueGreenDeploymentConfiguration: asGiven,
  loadBalancerInfo: asGiven,
};

/** The operations on applications and deployment groups. */
export function groupOperations(world: CodeDeployWorld): Record<string, Operation> {
  async function checkService(target: EcsTarget, region: string): Promise<void> {
    const { clusterName: cluster, serviceName } = target;
    const request = { cluster, services: [serviceName] };
    // CodeDeploy uses its service role, not the caller.
    const call = { principal: owner, region };
    const answer = await world.environment.invoke('ecs', 'DescribeServices', request, call);
    const [service] = (answer as { services: { deploymentController?: { type: string } }[] })
      .services;
    if (service?.deploymentController?.type === 'CODE_DEPLOY') return;
    throw new ServiceError(
      'InvalidECSServiceException',
      service
        ? "Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller."
        : `The ECS service ${serviceName} was not found in the cluster ${cluster}.`,
    );
  }

  const keyOf = (one: string): string => one;
  return {
    CreateApplication: operation(
      { applicationName: name, computePlatform: optional(oneOf(['Server', 'Lambda', 'ECS'])) },
      ({ applicationName, computePlatform = 'Server' }, { region }) => {
        const { applications } = world.region(region);
        if (applications.has(applicationName)) {
          throw new ServiceError(
            'ApplicationAlreadyExistsException',
            `Application already exists: ${applicationName}`,
          );
        }
        const id = randomUUID();
        applications.set(applicationName, {
          id,
          name: applicationName,
          platform: computePlatform,
          groups: new Map(),
        });
        return { applicationId: id };
      },
    ),

    ListApplications: operation({ nextToken: token }, ({ nextToken }, { region }) => {
      const names = sortBy(world.region(region).applications.keys(), keyOf);
      const { items, next } = cut(names, nextToken);
      return { applications: items, nextToken: next };
    }),

    CreateDeploymentGroup: operation(
      {
        applicationName: name,
        deploymentGroupName: name,
        serviceRoleArn: text(1),
        ecsServices: optional(
          list(structure({ clusterName: text(1), serviceName: text(1) }), 0, 1),
        ),
        ...kept,
      },
      async (input, call) => {
        const { applicationName, deploymentGroupName, ecsServices = [], ...members } = input;
        const application = getApplication(world, call.region, applicationName);
        if (application.groups.has(deploymentGroupName)) {
          throw new ServiceError(
            'DeploymentGroupAlreadyExistsException',
            `Deployment group already exists: ${deploymentGroupName}`,
          );
        }
        for (const target of ecsServices) await checkService(target, call.region);
        const group: DeploymentGroup = {
          id: randomUUID(),
          name: deploymentGroupName,
          ecsServices,
          waitMinutes: waitOf(members.blueGreenDeploymentConfiguration),
          members,
        };
        application.groups.set(deploymentGroupName, group);
        return { deploymentGroupId: group.id };
      },
    ),

    ListDeploymentGroups: operation(
      { applicationName: name, nextToken: token },
      ({ applicationName, nextToken }, { region }) => {
        const { groups } = getApplication(world, region, applicationName);
        const { items, next } = cut(sortBy(groups.keys(), keyOf), nextToken);
        return { applicationName, deploymentGroups: items, nextToken: next };
      },
    ),

    GetDeploymentGroup: operation(
      { applicationName: name, deploymentGroupName: name },
      ({ applicationName, deploymentGroupName }, { region }) => {
        const application = getApplication(world, region, applicationName);
        const group = getGroup(application, deploymentGroupName);
        return { deploymentGroupInfo: view(applicationName, application.platform, group) };
      },
    ),

    BatchGetDeploymentGroups: operation(
      { applicationName: name, deploymentGroupNames: list(name, 1, 100) },
      ({ applicationName, deploymentGroupNames }, { region }) => {
        const application = getApplication(world, region, applicationName);
        const found = deploymentGroupNames.flatMap((one) => application.groups.get(one) ?? []);
        const complete = found.length === deploymentGroupNames.length;
        return {
          deploymentGroupsInfo: found.map((group) =>
            view(applicationName, application.platform, group),
          ),
          ...(!complete && { errorMessage: 'Some deployment groups were not found.' }),
        };
      },
    ),
  };
}

// --- internal ---

function view(applicationName: string, computePlatform: string, group: DeploymentGroup): object {
  return {
    applicationName,
    deploymentGroupId: group.id,
    deploymentGroupName: group.name,
    computePlatform,
    ...group.members,
    deploymentConfigName: group.members.deploymentConfigName ?? 'CodeDeployDefault.ECSAllAtOnce',
    ecsServices: group.ecsServices,
    targetRevision: group.targetRevision,
  };
}

interface BlueGreen {
  terminateBlueInstancesOnDeploymentSuccess?: { terminationWaitTimeInMinutes?: number };
}

function waitOf(blueGreen: unknown): number {
  const { terminateBlueInstancesOnDeploymentSuccess: end } = (blueGreen ?? {}) as BlueGreen;
  return end?.terminationWaitTimeInMinutes ?? 0;
}
