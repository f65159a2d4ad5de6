import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTasksCommand,
  type CreateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import { openScene, type Scene } from '../sandbox/clients.ts';
import type { SandboxOptions } from '../../src/sandbox/index.ts';
import { run, runBin, type Seen, type Setting } from './run.ts';

/** A sandbox with clients that call it, and a way to run our commands against it. */
export interface Shop extends Scene {
  ecs: ECSClient;
  run(argv: readonly string[], setting?: Setting): Promise<Seen>;
  /** The same through the built program, as a child process. */
  bin(argv: readonly string[], stdin?: string): Promise<Seen>;
  /** The JSON result of a command that must succeed. */
  json(argv: readonly string[], setting?: Setting): Promise<Record<string, unknown>>;
  /** A cluster with a service whose first deployment is completed. */
  service(
    input: { cluster: string; name: string } & Partial<CreateServiceCommandInput>,
  ): Promise<void>;
  /** The value of a variable in every running task of a service. */
  injected(cluster: string, service: string, variable: string): Promise<(string | undefined)[]>;
}

/** Starts a sandbox whose tasks start at once. */
export async function openShop(options: SandboxOptions = {}): Promise<Shop> {
  const ecsTiming = { tickMs: 5, taskStartMs: 10, taskStopMs: 10, settleMs: 20, retryMs: 10 };
  const scene = await openScene({ ecs: ecsTiming, ...options });
  const ecs = new ECSClient({
    endpoint: scene.sandbox.url,
    region: options.region ?? 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const shop: Shop = {
    ...scene,
    ecs,
    run: (argv, setting) => run(argv, withEndpoint(scene.sandbox.url, setting)),
    bin: (argv, stdin) => runBin(argv, { env: scene.sandbox.environment, stdin: stdin ?? '' }),
    async json(argv, setting) {
      const seen = await shop.run([...argv, '--json'], setting);
      if (seen.code !== 0) throw new Error(`exit ${seen.code}: ${seen.stderr}`);
      return JSON.parse(seen.stdout) as Record<string, unknown>;
    },
    async service({ cluster, name, ...more }) {
      const external = ['CODE_DEPLOY', 'EXTERNAL'].includes(more.deploymentController?.type ?? '');
      await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
      await ecs.send(
        new CreateServiceCommand({
          cluster,
          serviceName: name,
          desiredCount: 1,
          launchType: 'FARGATE',
          ...(!external && {
            deploymentConfiguration: {
              deploymentCircuitBreaker: { enable: true, rollback: false },
            },
          }),
          ...more,
        }),
      );
      if (external) return;
      for (let attempt = 0; attempt < 400; attempt += 1) {
        const described = new DescribeServicesCommand({ cluster, services: [name] });
        const { services } = await ecs.send(described);
        if (services?.[0]?.deployments?.[0]?.rolloutState === 'COMPLETED') return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`service ${name} did not become stable`);
    },
    async injected(cluster, service, variable) {
      const { taskArns = [] } = await ecs.send(
        new ListTasksCommand({ cluster, serviceName: service }),
      );
      return Promise.all(
        taskArns.map(async (arn) => {
          const id = arn.split('/').at(-1) ?? '';
          const answer = await fetch(`${scene.sandbox.url}/_sandbox/tasks/${id}/environment`);
          const { containers } = (await answer.json()) as {
            containers: { environment: Record<string, string> }[];
          };
          return containers[0]?.environment[variable];
        }),
      );
    },
  };
  return shop;
}

/** The revision that a family's latest name stands for. */
export async function latestRevision(ecs: ECSClient, family: string) {
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: family }),
  );
  return taskDefinition;
}

/** A task definition for one container that reads its secrets from what is asked for. */
export const webDefinition = JSON.stringify({
  family: 'web',
  requiresCompatibilities: ['FARGATE'],
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
  containerDefinitions: [
    {
      name: 'web',
      image: 'httpd:2.4',
      essential: true,
      environment: [{ name: 'HOST', value: 'db' }],
      logConfiguration: {
        logDriver: 'splunk',
        options: { 'splunk-url': 'https://splunk.example' },
      },
    },
  ],
});

function withEndpoint(url: string, setting: Setting = {}): Setting {
  return {
    ...setting,
    files: Object.assign(setting.files ?? {}, { 'web.json': webDefinition }),
    env: { ECS_SECRETS_ENDPOINT_URL: url, ...setting.env },
  };
}
