import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  paginateListClusters,
  paginateListServices,
  paginateListTaskDefinitionFamilies,
  paginateListTaskDefinitions,
  paginateListTasks,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  type ListTasksCommandInput,
  type RegisterTaskDefinitionCommandInput,
  type Task,
} from '@aws-sdk/client-ecs';
import { isAwsError } from '../errors.ts';
import type { Deployment, ServiceDeployment } from '../model/rollout.ts';
import { parseTaskDefinition, type TaskDefinition } from '../model/task-definition.ts';
import { clientSettings, supervised, type AwsConfig } from './client.ts';
import { toService, toServiceDeployment } from './ecs-answers.ts';
import { withRawAnswer, withRawBody } from './raw-json.ts';
import { unknownMembers } from './unknown-members.ts';

/** A service, in the members this tool looks at. */
export interface Service {
  /** ARN of its cluster. */
  cluster: string;
  name: string;
  arn: string;
  status: string;
  /** ARN of the revision it runs; undefined where it runs none yet. */
  taskDefinition: string | undefined;
  controller: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  /** The container behind its first load balancer; undefined without one. */
  loadBalancer: { container: string; port: number } | undefined;
  /** `ROLLING`, or a native strategy: `BLUE_GREEN`, `LINEAR`, `CANARY`. */
  strategy: string;
  desiredCount: number;
  deployments: Deployment[];
}

/** A revision of a task definition. */
export interface Revision {
  arn: string;
  status: string;
  definition: TaskDefinition;
}

/** A task that is starting or running. */
export interface RunningTask {
  arn: string;
  /** ARN of its cluster. */
  cluster: string;
  /** `service:NAME` for a service's task, `family:NAME` for one that was run by itself. */
  group: string;
  taskDefinition: string;
  createdAt: Date | undefined;
  startedAt: Date | undefined;
}

/** A task that stopped, and why. */
export interface StoppedTask {
  arn: string;
  /** The id of its deployment, for a service's task. */
  startedBy: string | undefined;
  stopCode: string | undefined;
  stoppedReason: string | undefined;
  containers: { name: string; reason: string | undefined; exitCode: number | undefined }[];
}

/** ECS, in the calls this tool makes. Clusters and services are names or ARNs. */
export interface Ecs {
  /** ARNs of all clusters of the region. */
  clusters(): Promise<string[]>;
  /** ARNs of all services of a cluster. */
  services(cluster: string): Promise<string[]>;
  /** Describes services, 10 a call; `missing` has those that do not exist. */
  describeServices(
    cluster: string,
    services: readonly string[],
  ): Promise<{ services: Service[]; missing: string[] }>;
  /** A revision by ARN, `family:revision`, or a family's latest active one; undefined: none. */
  taskDefinition(id: string): Promise<Revision | undefined>;
  registerTaskDefinition(definition: TaskDefinition): Promise<{ arn: string; revision: number }>;
  /** Takes a revision out of use: what runs goes on, nothing new starts from it. */
  deregister(arn: string): Promise<void>;
  /** Deletes revisions that are INACTIVE; answers those that could not be, with the reason. */
  deleteRevisions(arns: readonly string[]): Promise<{ arn: string; reason: string }[]>;
  /** Places of members that this release does not know; they are sent all the same. */
  unknownMembers(definition: TaskDefinition): string[];
  /**
   * Deploys a revision, or without one forces a new deployment of what runs; answers with the service,
   * whose PRIMARY deployment is the new one.
   */
  deploy(cluster: string, service: string, taskDefinition?: string): Promise<Service>;
  /** ARN of a service's newest service deployment; undefined for none. */
  newestServiceDeployment(cluster: string, service: string): Promise<string | undefined>;
  /** Describes service deployments, 20 a call. */
  serviceDeployments(arns: readonly string[]): Promise<ServiceDeployment[]>;
  /** The tasks of a cluster, or of one of its services, that are meant to run; 100 a call. */
  runningTasks(cluster: string, service?: string): Promise<RunningTask[]>;
  /** The stopped tasks of a service that ECS still shows (an hour's worth or more). */
  stoppedTasks(cluster: string, service: string): Promise<StoppedTask[]>;
  /** Names of all families that have an ACTIVE revision. */
  families(): Promise<string[]>;
  /** ARNs of the revisions of a family, or of all families. Deleted ones are in neither status. */
  revisions(status: 'ACTIVE' | 'INACTIVE', family?: string): Promise<string[]>;
}

/** Makes the ECS gateway. */
export function createEcs(config: AwsConfig): Ecs {
  const client = supervised(new ECSClient(clientSettings(config)), 'ecs', config);
  return {
    async clusters() {
      const arns: string[] = [];
      for await (const page of paginateListClusters({ client }, { maxResults: 100 })) {
        arns.push(...(page.clusterArns ?? []));
      }
      return arns;
    },

    async services(cluster) {
      const arns: string[] = [];
      for await (const page of paginateListServices({ client }, { cluster, maxResults: 100 })) {
        arns.push(...(page.serviceArns ?? []));
      }
      return arns;
    },

    async describeServices(cluster, names) {
      const services: Service[] = [];
      const missing: string[] = [];
      for (const batch of batches(names, 10)) {
        const answer = await client.send(new DescribeServicesCommand({ cluster, services: batch }));
        services.push(...(answer.services ?? []).map(toService));
        missing.push(...(answer.failures ?? []).map(({ arn = '' }) => arn));
      }
      return { services, missing };
    },

    async taskDefinition(id) {
      try {
        const { command, answer } = withRawAnswer(
          new DescribeTaskDefinitionCommand({ taskDefinition: id, include: ['TAGS'] }),
        );
        const { taskDefinition } = await client.send(command);
        return {
          arn: taskDefinition?.taskDefinitionArn ?? '',
          status: taskDefinition?.status ?? '',
          definition: parseTaskDefinition(answer()),
        };
      } catch (error) {
        // ECS has no error of its own for a revision that is not there.
        if (isAwsError(error, 'ClientException') && /unable to describe/i.test(error.message)) {
          return undefined;
        }
        throw error;
      }
    },

    async registerTaskDefinition(definition) {
      const { taskDefinition } = await client.send(
        withRawBody(
          // The schema has checked the members that matter; AWS checks the rest.
          new RegisterTaskDefinitionCommand(definition as RegisterTaskDefinitionCommandInput),
          definition,
        ),
      );
      return {
        arn: taskDefinition?.taskDefinitionArn ?? '',
        revision: taskDefinition?.revision ?? 0,
      };
    },

    async deregister(arn) {
      await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn }));
    },

    async deleteRevisions(arns) {
      const failed: { arn: string; reason: string }[] = [];
      for (const batch of batches(arns, 10)) {
        const { failures = [] } = await client.send(
          new DeleteTaskDefinitionsCommand({ taskDefinitions: batch }),
        );
        failed.push(...failures.map(({ arn = '', reason = '' }) => ({ arn, reason })));
      }
      return failed;
    },

    unknownMembers,

    async deploy(cluster, service, taskDefinition) {
      const answer = await client.send(
        new UpdateServiceCommand({
          cluster,
          service,
          ...(taskDefinition === undefined ? { forceNewDeployment: true } : { taskDefinition }),
        }),
      );
      return toService(answer.service ?? {});
    },

    async newestServiceDeployment(cluster, service) {
      const { serviceDeployments = [] } = await client.send(
        new ListServiceDeploymentsCommand({ cluster, service, maxResults: 20 }),
      );
      const time = (at: Date | undefined): number => at?.getTime() ?? 0;
      return serviceDeployments.toSorted((a, b) => time(b.createdAt) - time(a.createdAt))[0]
        ?.serviceDeploymentArn;
    },

    async serviceDeployments(arns) {
      const found: ServiceDeployment[] = [];
      for (const batch of batches(arns, 20)) {
        const answer = await client.send(
          new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: batch }),
        );
        found.push(...(answer.serviceDeployments ?? []).map(toServiceDeployment));
      }
      return found;
    },

    async runningTasks(cluster, service) {
      const tasks = await describedTasks({ cluster, serviceName: service, maxResults: 100 });
      return tasks.map((task) => ({
        arn: task.taskArn ?? '',
        cluster: task.clusterArn ?? '',
        group: task.group ?? '',
        taskDefinition: task.taskDefinitionArn ?? '',
        createdAt: task.createdAt,
        startedAt: task.startedAt,
      }));
    },

    async stoppedTasks(cluster, service) {
      const query = { cluster, serviceName: service, desiredStatus: 'STOPPED' as const };
      return (await describedTasks(query)).map((task) => ({
        arn: task.taskArn ?? '',
        startedBy: task.startedBy,
        stopCode: task.stopCode,
        stoppedReason: task.stoppedReason,
        containers: (task.containers ?? []).map(({ name = '', reason, exitCode }) => ({
          name,
          reason,
          exitCode,
        })),
      }));
    },

    async families() {
      const names: string[] = [];
      const query = { status: 'ACTIVE' as const, maxResults: 100 };
      for await (const page of paginateListTaskDefinitionFamilies({ client }, query)) {
        names.push(...(page.families ?? []));
      }
      return names;
    },

    async revisions(status, family) {
      const arns: string[] = [];
      // The "prefix" is the whole name of a family (API reference of ListTaskDefinitions).
      const query = { status, familyPrefix: family, maxResults: 100 };
      for await (const page of paginateListTaskDefinitions({ client }, query)) {
        arns.push(...(page.taskDefinitionArns ?? []));
      }
      return arns;
    },
  };

  async function describedTasks(query: ListTasksCommandInput): Promise<Task[]> {
    const arns: string[] = [];
    for await (const page of paginateListTasks({ client }, query)) {
      arns.push(...(page.taskArns ?? []));
    }
    const tasks: Task[] = [];
    for (const batch of batches(arns, 100)) {
      const answer = await client.send(
        new DescribeTasksCommand({ cluster: query.cluster, tasks: batch }),
      );
      tasks.push(...(answer.tasks ?? []));
    }
    return tasks;
  }
}

// --- internal ---

function batches<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
