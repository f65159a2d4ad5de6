import { randomInt } from 'node:crypto';
import { operation, optional, structure, text, type Field } from '../protocol/input.ts';
import type { ReplacementState } from '../replacement.ts';
import { ServiceError, type Call, type Operation } from '../service.ts';
import { taskDefinitionOf, type Revision } from './app-spec.ts';
import { name } from './groups.ts';
import { getApplication, getGroup, type CodeDeployWorld, type Deployment } from './store.ts';

const asGiven: Field<unknown> = (value) => structuredClone(value);
const revision: Field<Revision> = structure({
  revisionType: text(1),
  appSpecContent: optional(structure({ content: optional(text()), sha256: optional(text()) })),
  s3Location: asGiven,
});
const deploymentId = { deploymentId: text(1) };

/** The operations on deployments. */
export function deploymentOperations(world: CodeDeployWorld): Record<string, Operation> {
  const { environment } = world;
  const now = (): Date => new Date(environment.now());

  function ecs(deployment: Deployment, call: Call, name: string, more: object): Promise<unknown> {
    const { clusterName: cluster, serviceName: service } = deployment.target;
    return environment.invoke('ecs', name, { cluster, service, ...more }, call);
  }

  function end(deployment: Deployment, status: 'Succeeded' | 'Failed', message = ''): void {
    deployment.status = status;
    deployment.completed = now();
    if (status === 'Failed') deployment.error = { code: 'ECS_UPDATE_ERROR', message };
  }

  /** Updates the progress of the tasks. */
  async function refresh(deployment: Deployment, call: Call): Promise<void> {
    const { replacement: id, status } = deployment;
    if (id === undefined || (status !== 'Created' && status !== 'InProgress')) return;
    let progress: ReplacementState;
    try {
      progress = (await ecs(deployment, call, 'DescribeReplacement', { id })) as ReplacementState;
    } catch (error) {
      end(deployment, 'Failed', messageOf(error));
      return;
    }
    if (progress.state === 'PENDING') return;
    deployment.status = 'InProgress';
    deployment.started ??= now();
    if (progress.state === 'COMPLETED') end(deployment, 'Succeeded');
    if (progress.state === 'FAILED') end(deployment, 'Failed', progress.reason);
  }

  function get(region: string, id: string): Deployment {
    const deployment = world.region(region).deployments.get(id);
    if (!deployment) {
      throw new ServiceError(
        'DeploymentDoesNotExistException',
        `The deployment ${id} could not be found`,
      );
    }
    return deployment;
  }

  async function checkNoneUnderWay(call: Call, group: Deployment['group']): Promise<void> {
    for (const other of world.region(call.region).deployments.values()) {
      if (other.group !== group) continue;
      await refresh(other, call);
      if (other.status !== 'Created' && other.status !== 'InProgress') continue;
      throw new ServiceError(
        'DeploymentLimitExceededException',
        `The Deployment Group '${group.name}' already has an active Deployment '${other.id}'`,
      );
    }
  }

  return {
    CreateDeployment: operation(
      {
        applicationName: name,
        deploymentGroupName: optional(name),
        revision: optional(revision),
        description: optional(text(0)),
      },
      async (input, call) => {
        const application = getApplication(world, call.region, input.applicationName);
        if (input.deploymentGroupName === undefined) {
          throw new ServiceError(
            'DeploymentGroupNameRequiredException',
            'The deployment group name was not specified.',
          );
        }
        const group = getGroup(application, input.deploymentGroupName);
        if (!input.revision) {
          throw new ServiceError('RevisionRequiredException', 'The revision was not specified.');
        }
        const taskDefinition = taskDefinitionOf(input.revision);
        const [target] = group.ecsServices;
        if (!target) {
          throw new ServiceError('NotInSandbox', 'Only deployments to ECS are in the sandbox');
        }
        await checkNoneUnderWay(call, group);
        const deployment: Deployment = {
          id: newId(),
          application: application.name,
          group,
          target,
          revision: input.revision,
          description: input.description,
          created: now(),
          started: undefined,
          completed: undefined,
          status: 'Created',
          error: undefined,
          replacement: undefined,
        };
        world.region(call.region).deployments.set(deployment.id, deployment);
        group.targetRevision = input.revision;
        const { waitMinutes } = group;
        try {
          const request = { taskDefinition, waitMinutes };
          const answer = await ecs(deployment, call, 'ReplaceTaskSet', request);
          deployment.replacement = (answer as { id: string }).id;
        } catch (error) {
          end(deployment, 'Failed', messageOf(error));
        }
        return { deploymentId: deployment.id };
      },
    ),

    GetDeployment: operation(deploymentId, async ({ deploymentId: id }, call) => {
      const deployment = get(call.region, id);
      await refresh(deployment, call);
      return { deploymentInfo: view(deployment) };
    }),

    StopDeployment: operation(deploymentId, async ({ deploymentId: id }, call) => {
      const deployment = get(call.region, id);
      await refresh(deployment, call);
      if (deployment.status !== 'Created' && deployment.status !== 'InProgress') {
        throw new ServiceError(
          'DeploymentAlreadyCompletedException',
          `Deployment ${id} is already completed.`,
        );
      }
      const reason = 'The deployment was stopped.';
      await ecs(deployment, call, 'StopReplacement', { id: deployment.replacement, reason });
      deployment.status = 'Stopped';
      deployment.completed = now();
      return { status: 'Succeeded', statusMessage: 'No more commands will be scheduled.' };
    }),
  };
}

// --- internal ---

function view(deployment: Deployment): object {
  const { group, status } = deployment;
  const { members } = group;
  return {
    applicationName: deployment.application,
    deploymentGroupName: group.name,
    deploymentConfigName: members.deploymentConfigName ?? 'CodeDeployDefault.ECSAllAtOnce',
    deploymentId: deployment.id,
    revision: deployment.revision,
    status,
    errorInformation: deployment.error,
    createTime: deployment.created,
    startTime: deployment.started,
    completeTime: deployment.completed,
    deploymentOverview: Object.fromEntries(
      ['Pending', 'InProgress', 'Succeeded', 'Failed', 'Skipped', 'Ready'].map((state) => [
        state,
        state === status || (state === 'Pending' && status === 'Created') ? 1 : 0,
      ]),
    ),
    description: deployment.description,
    creator: 'user',
    ignoreApplicationStopFailures: false,
    updateOutdatedInstancesOnly: false,
    deploymentStyle: members.deploymentStyle,
    blueGreenDeploymentConfiguration: members.blueGreenDeploymentConfiguration,
    loadBalancerInfo: members.loadBalancerInfo,
    computePlatform: 'ECS',
  };
}

/** `d-` and 9 characters, as in AWS. */
function newId(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  return `d-${Array.from({ length: 9 }, () => alphabet.charAt(randomInt(36))).join('')}`;
}

function messageOf(error: unknown): string {
  const message = error instanceof ServiceError ? error.message : 'unknown';
  return `The ECS service cannot be updated due to an unexpected error: ${message}`;
}
