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

/** The deployment group with which CodeDeploy deploys a service. */
export interface DeploymentGroup {
  application: string;
  group: string;
  cluster: string;
  service: string;
  /**
   * ARNs of the revisions in the AppSpec that it deployed last; none if the AppSpec is in S3, which
   * CodeDeploy does not return.
   */
  taskDefinitions: string[];
}

/** What CodeDeploy deploys: a revision, and the container that receives the traffic. */
export interface CodeDeployTarget {
  taskDefinition: string;
  container: string;
  port: number;
}

/** The CodeDeploy calls that this tool makes. */
export interface CodeDeploy {
  /** The deployment groups of all ECS services in the region. */
  groups(): Promise<DeploymentGroup[]>;
  /**
   * Starts a deployment and returns its ID. A deployment group has only one at a time: if the
   * answer to our request was lost, its retry is refused, and the deployment in progress is
   * identified as ours by its description.
   */
  deploy(group: DeploymentGroup, target: CodeDeployTarget): Promise<string>;
  /** The status of a deployment (`InProgress`, `Succeeded`, `Failed`, …), and why it failed. */
  deployment(id: string): Promise<{ status: string; reason: string | undefined }>;
}

/** Creates the CodeDeploy gateway. */
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
      // It may contain text of a secret quoted by the agent.
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
      // The maximum per application and per call is 100 groups (CodeDeploy quotas).
      new BatchGetDeploymentGroupsCommand({ ...query, deploymentGroupNames: names.slice(0, 100) }),
    );
    return deploymentGroupsInfo.flatMap(
      ({ deploymentGroupName: group = '', ecsServices = [], targetRevision }) =>
        ecsServices.map(({ clusterName = '', serviceName = '' }) => ({
          application,
          group,
          cluster: clusterName,
          service: serviceName,
          taskDefinitions: taskDefinitionsIn(targetRevision?.appSpecContent?.content),
        })),
    );
  }
}

// --- internal ---

/** The ARNs of revisions in an AppSpec, which is JSON or YAML. */
function taskDefinitionsIn(appSpec = ''): string[] {
  return (
    appSpec.match(/arn:[\w-]{1,20}:ecs:[\w-]{1,30}:\d{12}:task-definition\/[\w-]{1,255}:\d+/g) ?? []
  );
}
