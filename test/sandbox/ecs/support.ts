import type { ECS } from '@aws-sdk/client-ecs';
import { vi } from 'vitest';
import { createEcs, type EcsService } from '../../../src/sandbox/ecs/index.ts';
import { owner, ServiceError, type Call, type Environment } from '../../../src/sandbox/service.ts';

/** The SDK's own types of the operations. */
export type Client = Omit<ECS, 'destroy' | 'send'>;

export const account = '111122223333';
export const region = 'eu-west-1';
export const roleArn = `arn:aws:iam::${account}:role/web-execution`;
export const parameterArn = (name: string) => `arn:aws:ssm:${region}:${account}:parameter/${name}`;
export const secretArn = (name: string) =>
  `arn:aws:secretsmanager:${region}:${account}:secret:${name}`;

/** The stores and roles that a fake environment answers from; tests change them as they go. */
export interface Stores {
  parameters: Map<string, string>;
  secrets: Map<string, string>;
  roles: Set<string>;
  denied: Set<string>;
  calls: { operation: string; input: Record<string, unknown>; call: Call }[];
}

function answer(stores: Stores, action: string, input: Record<string, unknown>): unknown {
  if (stores.denied.has(action)) {
    throw new ServiceError(
      'AccessDeniedException',
      `User: arn:aws:sts::${account}:assumed-role/web-execution/task is not authorized to perform: ${action}`,
    );
  }
  switch (action) {
    case 'sts:AssumeRoleForService':
      if (!stores.roles.has(input.RoleArn as string)) {
        throw new ServiceError('AccessDenied', 'no such role', 403);
      }
      return {};
    case 'ssm:GetParameters': {
      const names = input.Names as string[];
      if (names.length > 10) throw new ServiceError('ValidationException', 'too many names');
      const stored = (name: string) => name.replace(/^arn:.*:parameter/, '');
      return {
        Parameters: names
          .filter((name) => stores.parameters.has(stored(name)))
          .map((name) => ({
            Name: stored(name),
            ARN: parameterArn(stored(name).slice(1)),
            Value: stores.parameters.get(stored(name)),
          })),
        InvalidParameters: names.filter((name) => !stores.parameters.has(stored(name))),
      };
    }
    case 'secretsmanager:GetSecretValue': {
      const value = stores.secrets.get(input.SecretId as string);
      if (value === undefined) {
        throw new ServiceError(
          'ResourceNotFoundException',
          "Secrets Manager can't find the specified secret.",
        );
      }
      return { SecretString: value };
    }
    default:
      throw new ServiceError('InvalidAction', action);
  }
}

/** For `waitFor`, where the state to catch is over soon. */
export const often = { timeout: 3000, interval: 1 };

export const fast = {
  tickMs: 2,
  taskStartMs: 12,
  taskStopMs: 6,
  settleMs: 6,
  exitAfterMs: 1,
  retryMs: 4,
};

/** The operations of an ECS in the types of the AWS SDK, called without HTTP. */
export function clientOf(ecs: EcsService, regionName = region): Client {
  const handler: ProxyHandler<object> = {
    get: (_, method: string) => async (input: object) => {
      const name = method.charAt(0).toUpperCase() + method.slice(1);
      const operation = ecs.operations[name]!;
      const call: Call = { principal: owner, region: regionName };
      return await operation(input as never, call);
    },
  };
  return new Proxy({}, handler) as Client;
}

/** An ECS with one cluster, and what a test needs to use it. */
export async function sandbox(options: Parameters<typeof createEcs>[1] = {}) {
  const { environment, stores } = fakeEnvironment();
  const ecs = createEcs(environment, { ...fast, ...options });
  const client = clientOf(ecs);
  await client.createCluster({ clusterName: 'prod' });
  return { environment, stores, ecs, client };
}

/** Registers a task definition `web` with one container that takes PASSWORD from a parameter. */
export async function registerWeb(
  client: Client,
  container: { valueFrom?: string; dockerLabels?: Record<string, string> } = {},
): Promise<string> {
  const { valueFrom = '/prod/password', dockerLabels } = container;
  const { taskDefinition } = await client.registerTaskDefinition({
    family: 'web',
    executionRoleArn: roleArn,
    containerDefinitions: [
      {
        name: 'app',
        image: 'nginx',
        environment: [{ name: 'MODE', value: 'test' }],
        secrets: [{ name: 'PASSWORD', valueFrom }],
        dockerLabels,
      },
    ],
  });
  return taskDefinition!.taskDefinitionArn!;
}

export async function describe(client: Client, name = 'web') {
  const { services } = await client.describeServices({ cluster: 'prod', services: [name] });
  return services![0]!;
}

/** Waits until the service's newest deployment has reached the state; gives the service. */
export async function rolledOut(client: Client, state = 'COMPLETED', name = 'web') {
  return await vi.waitFor(
    async () => {
      const service = await describe(client, name);
      if (service.deployments?.[0]?.rolloutState !== state) throw new Error('not yet');
      return service;
    },
    { timeout: 4000, interval: 3 },
  );
}

export async function runningTasks(client: Client, name = 'web') {
  const { taskArns } = await client.listTasks({ cluster: 'prod', serviceName: name });
  if (!taskArns?.length) return [];
  const { tasks } = await client.describeTasks({ cluster: 'prod', tasks: taskArns });
  return tasks!;
}

export async function stoppedTasks(client: Client, name = 'web') {
  const input = { cluster: 'prod', serviceName: name, desiredStatus: 'STOPPED' } as const;
  const { taskArns } = await client.listTasks(input);
  if (!taskArns?.length) return [];
  const { tasks } = await client.describeTasks({ cluster: 'prod', tasks: taskArns });
  return tasks!;
}

export async function stoppedTask(client: Client, arn: string) {
  return await vi.waitFor(
    async () => {
      const { tasks } = await client.describeTasks({ cluster: 'prod', tasks: [arn] });
      if (tasks?.[0]?.lastStatus !== 'STOPPED') throw new Error('not yet');
      return tasks[0];
    },
    { timeout: 4000, interval: 3 },
  );
}

/** Creates the service `web` of two tasks. */
export async function createWeb(
  client: Client,
  more: Partial<Parameters<Client['createService']>[0]> = {},
): Promise<string> {
  const { service } = await client.createService({
    cluster: 'prod',
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 2,
    launchType: 'FARGATE',
    ...more,
  });
  return service!.deployments![0]!.id!;
}

/** Forces a new deployment of `web`; gives its id. */
export async function redeploy(
  client: Client,
  more: { taskDefinition?: string } = {},
): Promise<string> {
  const { service } = await client.updateService({
    cluster: 'prod',
    service: 'web',
    forceNewDeployment: true,
    ...more,
  });
  return service!.deployments![0]!.id!;
}

/** A sandbox with `web` running, whose PASSWORD has the given value. */
export async function webWithPassword(
  value: string,
  more: Parameters<typeof createWeb>[1] = {},
  options: Parameters<typeof sandbox>[0] = {},
) {
  const setting = await sandbox(options);
  setting.stores.parameters.set('/prod/password', value);
  await registerWeb(setting.client);
  const id = await createWeb(setting.client, more);
  await rolledOut(setting.client);
  return { ...setting, id };
}

// --- internal ---

function fakeEnvironment(): { environment: Environment; stores: Stores } {
  const stores: Stores = {
    parameters: new Map(),
    secrets: new Map(),
    roles: new Set([roleArn]),
    denied: new Set(),
    calls: [],
  };
  const environment: Environment = {
    account,
    partition: 'aws',
    now: () => Date.now(),
    emit: () => undefined,
    invoke: async (service, operation, input, call) => {
      stores.calls.push({ operation: `${service}:${operation}`, input, call });
      await Promise.resolve();
      return answer(stores, `${service}:${operation}`, input);
    },
  };
  return { environment, stores };
}
