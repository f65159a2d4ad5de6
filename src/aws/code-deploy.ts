import { randomUUID } from 'node:crypto';
import {
  BatchGetDeploymentGroupsCommand,
  CodeDeployClient,
  CreateDeploymentCommand,
  GetDeploymentCommand,
  paginateListApplications,
  paginateListDeploymentGroups,
} from '@aws-sdk/client-codedeploy';
import { isAwsError } from '../errors.ts';
import { withoutCharacters } from '../model/failures/without-characters.ts';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';

/** The deployment group that CodeDeploy deploys a service with. */
export interface DeploymentGroup {
  application: string;
  group: string;
  cluster: string;
  service: string;
}

/** What CodeDeploy is to deploy: a revision, and the container that takes the traffic. */
export interface CodeDeployTarget {
  taskDefinition: string;
  container: string;
  port: number;
}

/** CodeDeploy, in the calls this tool makes. */
export interface CodeDeploy {
  /** The deployment groups of all ECS services of the region. */
  groups(): Promise<DeploymentGroup[]>;
  /**
   * Starts a deployment; answers with its id. A deployment group has one at a time: where the answer to
   * our request was lost, its repetition is refused, and the one under way is ours by its description.
   */
  deploy(group: DeploymentGroup, target: CodeDeployTarget): Promise<string>;
  /** How far a deployment is: `InProgress`, `Succeeded`, `Failed`, …, and why it failed. */
  deployment(id: string): Promise<{ status: string; reason: string | undefined }>;
}

/** Makes the CodeDeploy gateway. */
export function createCodeDeploy(config: AwsConfig): CodeDeploy {
  const client = supervised(
    new CodeDeployClient(clientSettings(config, 'codedeploy')),
    'codedeploy',
    config,
  );
  return {
    async groups() {
      const groups: DeploymentGroup[] = [];
      for await (const page of paginateListApplications({ client }, {})) {
        for (const application of page.applications ?? []) {
          groups.push(...(await groupsOf(application)));
        }
      }
      return groups;
    },

    async deploy({ application, group }, { taskDefinition, container, port }) {
      const description = `ecs-secrets: tasks read their secrets again (${randomUUID()})`;
      const target = {
        Type: 'AWS::ECS::Service',
        Properties: {
          TaskDefinition: taskDefinition,
          LoadBalancerInfo: { ContainerName: container, ContainerPort: port },
        },
      };
      const create = client.send(
        new CreateDeploymentCommand({
          applicationName: application,
          deploymentGroupName: group,
          description,
          revision: {
            revisionType: 'AppSpecContent',
            appSpecContent: {
              content: JSON.stringify({ version: 1, Resources: [{ TargetService: target }] }),
            },
          },
        }),
      );
      try {
        return (await create).deploymentId ?? '';
      } catch (error) {
        if (!isAwsError(error, 'DeploymentLimitExceededException')) throw error;
        const [deploymentId] = /\bd-[A-Z0-9]+\b/.exec(error.message) ?? [];
        if (deploymentId === undefined) throw error;
        const answer = await client.send(new GetDeploymentCommand({ deploymentId }));
        if (answer.deploymentInfo?.description !== description) throw error;
        return deploymentId;
      }
    },

    async deployment(id) {
      const { deploymentInfo } = await client.send(new GetDeploymentCommand({ deploymentId: id }));
      const { status = '', errorInformation } = deploymentInfo ?? {};
      // It may pass on what the agent quotes of a secret.
      const reason = errorInformation?.message;
      return { status, reason: reason === undefined ? undefined : withoutCharacters(reason) };
    },
  };

  async function groupsOf(application: string): Promise<DeploymentGroup[]> {
    const names: string[] = [];
    const query = { applicationName: application };
    for await (const page of paginateListDeploymentGroups({ client }, query)) {
      names.push(...(page.deploymentGroups ?? []));
    }
    if (names.length === 0) return [];
    const { deploymentGroupsInfo = [] } = await client.send(
      // 100 groups are the most of an application, and of this call (CodeDeploy quotas).
      new BatchGetDeploymentGroupsCommand({ ...query, deploymentGroupNames: names.slice(0, 100) }),
    );
    return deploymentGroupsInfo.flatMap(({ deploymentGroupName: group = '', ecsServices = [] }) =>
      ecsServices.map(({ clusterName = '', serviceName = '' }) => ({
        application,
        group,
        cluster: clusterName,
        service: serviceName,
      })),
    );
  }
}
