import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServiceDeploymentsCommand,
  DescribeDaemonTaskDefinitionCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  paginateListClusters,
  paginateListServices,
  paginateListTaskDefinitionFamilies,
  paginateListTaskDefinitions,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  type RegisterTaskDefinitionCommandInput,
  type Service as SdkService,
} from '@aws-sdk/client-ecs';
import { CliError, Interrupted, isAwsError } from '../errors.ts';
import { batches } from '../model/batches.ts';
import type { ServiceDeployment } from '../model/rollout/rollout.ts';
import { InvalidInput } from '../model/problems.ts';
import type { DefinitionForm } from '../model/definitions/task-definition-checks.ts';
import { parseTaskDefinition, type TaskDefinition } from '../model/definitions/task-definition.ts';
import { isDaemonDefinition } from '../model/usage/daemon.ts';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';
import { toService, toServiceDeployment, withRevisions, type Service } from './ecs-answers.ts';
import { createDaemonCalls, type DaemonCalls } from './ecs-daemons.ts';
import { createRunCalls, type RunCalls } from './ecs-runs.ts';
import { createTaskCalls, type TaskCalls } from './ecs-tasks.ts';
import { withRawAnswer, withRawBody } from './calls/raw-json.ts';
import { formOf, withTypes } from './definition-form.ts';
import { unreadable } from './calls/unreadable-answer.ts';

export type { DescribedTask, RunningTask, StoppedTask } from './ecs-tasks.ts';

/** A revision of a task definition. */
export interface Revision {
  arn: string;
  status: string;
  /** Undefined for a managed daemon, and where AWS does not return it. */
  registeredAt?: Date | undefined;
  definition: TaskDefinition;
}

/** The ECS calls that this tool makes. Clusters and services are names or ARNs. */
export interface Ecs extends TaskCalls, RunCalls, DaemonCalls {
  /** ARNs of all clusters in the region. */
  clusters(): Promise<string[]>;
  /** ARNs of all services of a cluster. */
  services(cluster: string): Promise<string[]>;
  /** Describes services, 10 a call; `missing` has those that do not exist. */
  describeServices(
    cluster: string,
    services: readonly string[],
  ): Promise<{ services: Service[]; missing: string[] }>;
  /** A revision by ARN (also of a managed daemon), `family:revision`, or a family's latest active one; undefined: none. */
  taskDefinition(id: string): Promise<Revision | undefined>;
  registerTaskDefinition(definition: TaskDefinition): Promise<{ arn: string; revision: number }>;
  /**
   * Deregisters a revision: running tasks continue, but it starts no new ones. Does nothing if it
   * is INACTIVE.
   */
  deregister(arn: string): Promise<void>;
  /** Deletes INACTIVE revisions; returns those that could not be deleted, with the reason. */
  deleteRevisions(arns: readonly string[]): Promise<{ arn: string; reason: string }[]>;
  /** Compares a task definition with the schema that this release knows; makes no call. */
  formOf(definition: object): DefinitionForm;
  /** Makes numbers and booleans of texts at these places where the schema has such; makes no call. */
  withTypes(definition: object, places: ReadonlySet<string>): object;
  /**
   * Deploys a revision, or without one forces a new deployment of the running one. Returns the
   * service, whose PRIMARY deployment is the new one.
   */
  deploy(cluster: string, service: string, taskDefinition?: string): Promise<Service>;
  /** Describes service deployments, 20 per call. */
  serviceDeployments(arns: readonly string[]): Promise<ServiceDeployment[]>;
  /** Names of all families with an ACTIVE revision. */
  families(): Promise<string[]>;
  /** ARNs of the revisions of a family, or of all families. Deleted ones have neither status. */
  revisions(status: 'ACTIVE' | 'INACTIVE', family?: string): Promise<string[]>;
}

/** Creates the ECS gateway. */
export function createEcs(config: AwsConfig): Ecs {
  const client = supervised(new ECSClient(clientSettings(config, 'ecs')), 'ecs', config);
  return {
    ...createTaskCalls(client),
    ...createRunCalls(client),
    ...createDaemonCalls(client, config.access.settings.endpoint('ecs') !== undefined),

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
        services.push(...(await Promise.all((answer.services ?? []).map(described))));
        missing.push(...(answer.failures ?? []).map(({ arn = '' }) => arn));
      }
      return { services, missing };
    },

    taskDefinition,

    async registerTaskDefinition(definition) {
      const { taskDefinition } = await client.send(
        withRawBody(
          // The schema check covers the members that matter; AWS checks the rest.
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
      try {
        await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn }));
      } catch (error) {
        // The SDK retries a call whose answer was lost.
        if (!isAwsError(error, 'ClientException') || !/inactive/i.test(error.message)) throw error;
      }
    },

    async deleteRevisions(arns) {
      const failed: { arn: string; reason: string }[] = [];
      for (const batch of batches(arns, 10)) {
        const { failures = [] } = await client.send(
          new DeleteTaskDefinitionsCommand({ taskDefinitions: batch }),
        );
        failed.push(...failures.map(({ arn = '', reason = '' }) => ({ arn, reason })));
      }
      const kept = await Promise.all(failed.map(async ({ arn }) => !(await isDeleted(arn))));
      return failed.filter((_, index) => kept[index]);
    },

    formOf,
    withTypes,

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
      // The "prefix" is the full name of a family (API reference, ListTaskDefinitions).
      const query = { status, familyPrefix: family, maxResults: 100 };
      for await (const page of paginateListTaskDefinitions({ client }, query)) {
        arns.push(...(page.taskDefinitionArns ?? []));
      }
      return arns;
    },
  };

  /**
   * ECS may describe an Express service without a task definition, which is then only in its
   * revision.
   */
  async function described(service: SdkService): Promise<Service> {
    const read = toService(service);
    const arns = (service.currentServiceRevisions ?? []).flatMap(({ arn }) => arn ?? []);
    if (read.taskDefinition !== undefined || arns.length === 0) return read;
    try {
      const { serviceRevisions = [] } = await client.send(
        new DescribeServiceRevisionsCommand({ serviceRevisionArns: arns.slice(0, 20) }),
      );
      return withRevisions(read, serviceRevisions);
    } catch (error) {
      if (!(error instanceof CliError) || error instanceof Interrupted) throw error;
      return { ...read, unseen: error.message };
    }
  }

  /** Of a managed daemon; the ARN is that of its task definition. */
  async function daemonRevision(arn: string): Promise<Revision | undefined> {
    const { command, answer } = withRawAnswer(
      new DescribeDaemonTaskDefinitionCommand({ daemonTaskDefinition: arn }),
    );
    const { daemonTaskDefinition } = await client.send(command);
    const raw = answer() as { daemonTaskDefinition?: unknown } | undefined;
    return {
      arn: daemonTaskDefinition?.daemonTaskDefinitionArn ?? arn,
      status: daemonTaskDefinition?.status ?? '',
      definition: definitionIn(raw?.daemonTaskDefinition, 'ecs:DescribeDaemonTaskDefinition'),
    };
  }

  async function taskDefinition(id: string): Promise<Revision | undefined> {
    if (isDaemonDefinition(id)) return daemonRevision(id);
    try {
      const { command, answer } = withRawAnswer(
        new DescribeTaskDefinitionCommand({ taskDefinition: id, include: ['TAGS'] }),
      );
      const { taskDefinition } = await client.send(command);
      return {
        arn: taskDefinition?.taskDefinitionArn ?? '',
        status: taskDefinition?.status ?? '',
        registeredAt: taskDefinition?.registeredAt,
        definition: definitionIn(answer(), 'ecs:DescribeTaskDefinition'),
      };
    } catch (error) {
      // ECS has no separate error for a revision that does not exist.
      if (isAwsError(error, 'ClientException') && /unable to describe/i.test(error.message)) {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * Whether a revision that could not be deleted is already deleted: the SDK retries a call whose
   * answer was lost.
   */
  async function isDeleted(arn: string): Promise<boolean> {
    try {
      const found = await taskDefinition(arn);
      return !found || found.status === 'DELETE_IN_PROGRESS';
    } catch (error) {
      if (error instanceof CliError) return false;
      throw error;
    }
  }
}

// --- internal ---

function definitionIn(answer: unknown, action: string): TaskDefinition {
  try {
    return parseTaskDefinition(answer);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const fault = 'there is no task definition in it that this release can read';
    throw unreadable(action, { status: undefined, fault });
  }
}
