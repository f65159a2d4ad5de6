import { ECS } from '@aws-sdk/client-ecs';
import { IAM } from '@aws-sdk/client-iam';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SSM } from '@aws-sdk/client-ssm';
import { afterEach, expect, test } from 'vitest';
import { startSandbox, type RunningSandbox } from '../../../src/sandbox/index.ts';
import { createWeb, fast, redeploy, rolledOut, runningTasks, stoppedTasks } from './support.ts';

let running: RunningSandbox | undefined;
afterEach(async () => {
  await running?.close();
});

const trust = (service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });

const allow = (Action: string, Resource: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] });

/** A sandbox over HTTP with a parameter, a JSON secret and a task definition that takes both. */
async function start() {
  running = await startSandbox({ region: 'eu-west-1', ecs: fast });
  const config = {
    endpoint: running.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  const ecs = new ECS(config);
  const iam = new IAM(config);
  const ssm = new SSM(config);
  const secrets = new SecretsManager(config);

  await ssm.putParameter({ Name: '/prod/password', Value: 'old', Type: 'SecureString' });
  const secret = await secrets.createSecret({ Name: 'prod/db', SecretString: '{"user":"bob"}' });
  const role = await iam.createRole({
    RoleName: 'web-execution',
    AssumeRolePolicyDocument: trust('ecs-tasks.amazonaws.com'),
  });
  const grant = (PolicyName: string, PolicyDocument: string) =>
    iam.putRolePolicy({ RoleName: 'web-execution', PolicyName, PolicyDocument });
  const parameters = 'arn:aws:ssm:eu-west-1:123456789012:parameter/prod/*';
  await grant('parameters', allow('ssm:GetParameters', parameters));
  await grant('secrets', allow('secretsmanager:GetSecretValue', secret.ARN!));

  await ecs.createCluster({ clusterName: 'prod' });
  await ecs.registerTaskDefinition({
    family: 'web',
    executionRoleArn: role.Role!.Arn!,
    containerDefinitions: [
      {
        name: 'app',
        image: 'nginx',
        secrets: [
          { name: 'PASSWORD', valueFrom: '/prod/password' },
          { name: 'USER', valueFrom: `${secret.ARN!}:user::` },
        ],
      },
    ],
  });
  return { ecs, iam, ssm, url: running.url };
}

test('a redeployed service gets the new value, under the policies of its role', async () => {
  const { ecs, ssm, url } = await start();
  await createWeb(ecs);
  await rolledOut(ecs);
  await ssm.putParameter({ Name: '/prod/password', Value: 'new', Overwrite: true });
  const id = await redeploy(ecs);
  const service = await rolledOut(ecs);
  expect(service).toMatchObject({
    currentServiceDeployment: expect.stringContaining(':service-deployment/prod/web/') as string,
    deployments: [{ id, createdAt: expect.any(Date) as Date, updatedAt: expect.any(Date) as Date }],
  });
  for (const { taskArn } of await runningTasks(ecs)) {
    const task = taskArn!.split('/').at(-1)!;
    const answer = await fetch(`${url}/_sandbox/tasks/${task}/environment`);
    expect(await answer.json()).toMatchObject({
      containers: [{ name: 'app', environment: { PASSWORD: 'new', USER: 'bob' } }],
    });
  }
});

test('a role that may not read stops the rollout with the reason', async () => {
  const { ecs, iam } = await start();
  await iam.deleteRolePolicy({ RoleName: 'web-execution', PolicyName: 'secrets' });
  await createWeb(ecs, {
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
  });
  await rolledOut(ecs, 'FAILED');
  const [task] = await stoppedTasks(ecs);
  expect(task?.stoppedReason).toMatch(
    /^ResourceInitializationError: .* from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: [\w-]+, api error AccessDeniedException: User: \S+:assumed-role\/web-execution\/\w{32} is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:/,
  );
});

test('a role that does not trust ECS cannot be assumed', async () => {
  const { ecs, iam } = await start();
  await iam.updateAssumeRolePolicy({
    RoleName: 'web-execution',
    PolicyDocument: trust('ec2.amazonaws.com'),
  });
  await createWeb(ecs, {
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
  });
  await rolledOut(ecs, 'FAILED');
  const [task] = await stoppedTasks(ecs);
  expect(task?.stoppedReason).toMatch(/^ECS was unable to assume the role/);
});
