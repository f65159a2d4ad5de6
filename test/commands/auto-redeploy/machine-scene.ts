import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
  type ContainerDefinition,
  type CreateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import type { AutoRedeployOptions } from '../../../src/model/auto-redeploy/options.ts';
import { stateMachine, type RunDocument } from '../../../src/model/auto-redeploy/state-machine.ts';
import pMap from 'p-map';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { startStepFunctions, type StepFunctions } from '../../helpers/step-functions.ts';

/** The options of a stack that says nothing. */
export const defaults: AutoRedeployOptions = {
  name: 'auto',
  prefixes: [],
  secrets: [],
  clusters: [],
  window: 60,
  rollback: true,
  maxFailures: 0,
  distributed: false,
  reconcile: 3600,
};

/** Services in the sandbox, and an interpreter that runs the machine against them. */
export interface MachineScene {
  shop: Shop;
  machines: StepFunctions;
  /** Sets the clock of the sandbox, in milliseconds behind; at first it is 2 hours behind. */
  setClock: (behind: number) => void;
  /** Stores a value; ARN and version of the secret. */
  put: (ref: string, value: string) => Promise<{ arn: string; version: string }>;
  /** A service with one container, and one task unless `desiredCount` says otherwise. */
  service: (
    cluster: string,
    name: string,
    container: Partial<ContainerDefinition>,
    more?: Partial<CreateServiceCommandInput>,
  ) => Promise<void>;
  /** Id and time of the PRIMARY deployment of each service. */
  primaries(cluster: string, names: readonly string[]): Promise<Record<string, string>>;
  close(): Promise<void>;
}

/** Opens the scene. */
export async function openMachineScene(): Promise<MachineScene> {
  let behind = 2 * 3_600_000;
  const shop = await openShop({ now: () => Date.now() - behind });
  const machines = await startStepFunctions(shop.sandbox.url);
  await fetch(machines.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sns/aws4_request, SignedHeaders=host, Signature=x',
    },
    body: 'Action=CreateTopic&Version=2010-03-31&Name=auto-reports',
  });
  return {
    shop,
    machines,
    setClock(milliseconds) {
      behind = milliseconds;
    },
    async put(ref, value) {
      const { arn, version } = await shop.json(['put', ref], { stdin: value });
      return { arn: String(arn), version: String(version) };
    },
    async service(cluster, name, container, more = {}) {
      const role = 'arn:aws:iam::123456789012:role/r';
      await shop.ecs.send(
        new RegisterTaskDefinitionCommand({
          family: name,
          cpu: '256',
          memory: '512',
          networkMode: 'awsvpc',
          requiresCompatibilities: ['FARGATE'],
          executionRoleArn: role,
          containerDefinitions: [{ name: 'app', image: 'nginx', essential: true, ...container }],
        }),
      );
      if (more.desiredCount === 0) {
        await shop.ecs.send(
          new CreateServiceCommand({ cluster, serviceName: name, taskDefinition: name, ...more }),
        );
        return;
      }
      await shop.service({ cluster, name, taskDefinition: name, ...more });
    },
    async primaries(cluster, names) {
      const { services = [] } = await shop.ecs.send(
        new DescribeServicesCommand({ cluster, services: [...names] }),
      );
      return Object.fromEntries(
        services.map(({ serviceName, deployments = [] }) => [
          serviceName ?? '',
          deployments.find(({ status }) => status === 'PRIMARY')?.id ?? '',
        ]),
      );
    },
    async close() {
      await machines[Symbol.asyncDispose]();
      await shop.sandbox.close();
    },
  };
}

/** Adds services without tasks; some refer to a secret. Their deployments are 2 hours old. */
export async function addServices(
  { shop, service, setClock }: MachineScene,
  cluster: string,
  count: number,
  secretOf: (index: number) => string | undefined,
): Promise<void> {
  await shop.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  setClock(2 * 3_600_000);
  await pMap(
    Array.from({ length: count }, (_, index) => index),
    (index) => {
      const valueFrom = secretOf(index);
      const container = valueFrom === undefined ? {} : { secrets: [{ name: 'KEY', valueFrom }] };
      return service(cluster, `${cluster}-${index}`, container, { desiredCount: 0 });
    },
    { concurrency: 20 },
  );
  setClock(0);
}

/** Makes the execution role of the services, which may read everything. */
export async function openRole({ shop }: MachineScene): Promise<void> {
  await shop.run(['role', 'create', 'r', '--secret', 'sm:shop/db']);
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: ['ssm:GetParameters', 'secretsmanager:GetSecretValue', 'kms:Decrypt'],
      Resource: '*',
    },
  });
  await shop.iam.send(
    new PutRolePolicyCommand({ RoleName: 'r', PolicyName: 'all', PolicyDocument }),
  );
}

/** The event that Secrets Manager sends when AWSCURRENT is on another version. */
export function secretEvent(
  { arn, version }: { arn: string; version: string },
  time = new Date(),
): object {
  return {
    ...common(time),
    'detail-type': 'Secret Label Updated',
    source: 'aws.secretsmanager',
    resources: [arn],
    detail: {
      name: arn.replace(/^.*:secret:|-\w{6}$/g, ''),
      labelUpdated: 'AWSCURRENT',
      versionId: version,
    },
  };
}

/** The event of Parameter Store. */
export function parameterEvent(name: string, time = new Date()): object {
  return {
    ...common(time),
    'detail-type': 'Parameter Store Change',
    source: 'aws.ssm',
    resources: [`arn:aws:ssm:us-east-1:123456789012:parameter${name}`],
    detail: { name, type: 'SecureString', operation: 'Update' },
  };
}

/** What became of each service of a run, by its name. */
export function byService(run: RunDocument): Record<string, string> {
  const name = (arn: string): string => arn.split('/').at(-1) ?? '';
  return Object.fromEntries([
    ...run.redeployed.map(({ service }) => [name(service), 'redeployed']),
    ...run.skipped.map(({ service, reason }) => [name(service), `skipped: ${reason ?? ''}`]),
    ...run.failed.map(({ service, reason }) => [name(service), `failed: ${reason ?? ''}`]),
  ]) as Record<string, string>;
}

/** Creates a machine with these options. */
export function createMachine(
  { machines }: MachineScene,
  options: Partial<AutoRedeployOptions> = {},
): Promise<string> {
  const all = { ...defaults, ...options };
  return machines.create(all.name, stateMachine(all));
}

// --- internal ---

function common(time: Date): object {
  return { version: '0', account: '123456789012', region: 'us-east-1', time: time.toISOString() };
}
