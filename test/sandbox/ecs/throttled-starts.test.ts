import {
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { expect, test, vi } from 'vitest';
import { openScene, type Scene } from '../clients.ts';
import { fast } from './support.ts';

/** So slow that none is free again during a test. */
const rate = { perSecond: 0.001, burst: 2 };
const throttle = [
  { service: 'ssm', operations: ['GetParameters'], ...rate },
  { service: 'secretsmanager', operations: ['GetSecretValue'], ...rate },
];

const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement });

/** Registers the task definition `f`, whose container takes DB from there. */
async function register({ ecs, iam, ssm, secrets }: Scene, store: 'ssm' | 'asm') {
  await ssm.send(new PutParameterCommand({ Name: '/p', Value: 'x', Type: 'String' }));
  const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'x' }));
  const Principal = { Service: 'ecs-tasks.amazonaws.com' };
  const trust = document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
  const RoleName = 'execution';
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }),
  );
  const PolicyDocument = document({ Effect: 'Allow', Action: '*', Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
  await ecs.send(new CreateClusterCommand({ clusterName: 'c' }));
  const valueFrom = store === 'ssm' ? '/p' : ARN!;
  const container = { name: 'app', image: 'nginx', secrets: [{ name: 'DB', valueFrom }] };
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'f',
      executionRoleArn: Role!.Arn!,
      containerDefinitions: [container],
    }),
  );
  return valueFrom;
}

const prefix =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ';
const retried = 'service call has been retried 1 time(s): ';
const rateExceeded = (call: string) =>
  `operation error ${call}, exceeded maximum number of attempts, 3, https response error StatusCode: 400, RequestID: ID, api error ThrottlingException: Rate exceeded`;
const fromSsm = rateExceeded('SSM: GetParameters');
const fromAsm = rateExceeded('Secrets Manager: GetSecretValue');

test.each<['ssm' | 'asm', 'FARGATE' | 'EC2', (secret: string) => string]>([
  ['ssm', 'FARGATE', () => `${prefix}unable to retrieve secrets from ssm: ${retried}${fromSsm}`],
  ['ssm', 'EC2', () => `fetching secret data from SSM Parameter Store in us-east-1: ${fromSsm}`],
  [
    'asm',
    'FARGATE',
    (secret) =>
      `${prefix}unable to retrieve secret from asm: ${retried}failed to fetch secret ${secret} from secrets manager: ${fromAsm}`,
  ],
  ['asm', 'EC2', (secret) => `secret ${secret}: ${fromAsm}: ${fromAsm}`],
])('starts of tasks count against the rate of %s, on %s', async (store, launchType, reason) => {
  await using scene = await openScene({ ecs: fast, throttle });
  const secret = await register(scene, store);
  const { tasks } = await scene.ecs.send(
    new RunTaskCommand({ cluster: 'c', taskDefinition: 'f', launchType, count: 5 }),
  );
  const arns = tasks!.map(({ taskArn }) => taskArn!);
  const seen = await vi.waitFor(async () => {
    const answer = await scene.ecs.send(new DescribeTasksCommand({ cluster: 'c', tasks: arns }));
    const all = answer.tasks!.map(({ lastStatus }) => lastStatus).sort();
    expect(all).toEqual(['RUNNING', 'RUNNING', 'STOPPED', 'STOPPED', 'STOPPED']);
    return answer.tasks!;
  });
  for (const { stopCode, stoppedReason } of seen.filter((task) => task.stopCode)) {
    expect(stopCode).toBe('TaskFailedToStart');
    expect(stoppedReason?.replaceAll(/RequestID: [\w-]+/g, 'RequestID: ID')).toBe(reason(secret));
  }
});
