import {
  RegisterContainerInstanceCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { awsAt } from '../helpers/aws-at.ts';
import type { Ecs } from '../../src/aws/ecs.ts';
import { openShop, type Shop } from '../helpers/scene.ts';

let shop: Shop;
let ecs: Ecs;
beforeEach(async () => {
  shop = await openShop();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  ecs = await awsAt(shop.sandbox.url).ecs();
  await define('web');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await shop.sandbox.close();
});

const define = (family: string, dockerLabels?: Record<string, string>) =>
  shop.ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      containerDefinitions: [{ name: 'app', image: 'nginx', dockerLabels }],
    }),
  );

test('a service tells where its tasks run and what happened', async () => {
  await shop.service({
    cluster: 'prod',
    name: 'web',
    taskDefinition: 'web',
    platformVersion: '1.3.0',
    networkConfiguration: {
      awsvpcConfiguration: { subnets: ['a'], securityGroups: ['b'], assignPublicIp: 'ENABLED' },
    },
  });
  const { services } = await ecs.describeServices('prod', ['web']);
  expect(services[0]).toMatchObject({
    launchType: 'FARGATE',
    capacityProviders: [],
    platformVersion: '1.3.0',
    platformFamily: 'Linux',
    network: { subnets: ['a'], securityGroups: ['b'], publicIp: true },
  });
  expect(services[0]?.events[0]).toEqual({
    createdAt: expect.any(Date) as Date,
    message: expect.stringMatching(/steady state/) as string,
  });
});

test('a service on capacity providers has no launch type, and without awsvpc no network', async () => {
  await shop.service({
    cluster: 'prod',
    name: 'web',
    taskDefinition: 'web',
    launchType: undefined,
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT' }, { capacityProvider: 'own' }],
  });
  const { services } = await ecs.describeServices('prod', ['web']);
  expect(services[0]).toMatchObject({ capacityProviders: ['FARGATE_SPOT', 'own'] });
  expect(services[0]?.launchType).toBeUndefined();
  expect(services[0]?.network).toBeUndefined();
});

test('a task that stopped tells why, by id and among those of its cluster', async () => {
  await shop.service({ cluster: 'prod', name: 'web', taskDefinition: 'web' });
  await define('job', { 'ecs-secrets.sandbox/exit-code': '3' });
  const executionRoleArn = 'arn:aws:iam::123456789012:role/other';
  const { tasks: ran } = await shop.ecs.send(
    new RunTaskCommand({
      cluster: 'prod',
      taskDefinition: 'job',
      launchType: 'FARGATE',
      startedBy: 'me',
      overrides: { executionRoleArn },
    }),
  );
  const arn = ran![0]!.taskArn!;
  const id = arn.split('/').at(-1)!;
  await vi.waitFor(async () => {
    const { tasks } = await ecs.describeTasks('prod', [id]);
    expect(tasks[0]?.lastStatus).toBe('STOPPED');
  });
  const { tasks, missing } = await ecs.describeTasks('prod', [arn, 'none']);
  expect(tasks).toEqual([
    {
      arn,
      cluster: 'arn:aws:ecs:us-east-1:123456789012:cluster/prod',
      group: 'family:job',
      taskDefinition: 'arn:aws:ecs:us-east-1:123456789012:task-definition/job:1',
      createdAt: expect.any(Date) as Date,
      startedAt: expect.any(Date) as Date,
      lastStatus: 'STOPPED',
      startedBy: 'me',
      launchType: 'FARGATE',
      capacityProvider: undefined,
      platformVersion: '1.4.0',
      platformFamily: 'Linux',
      containerInstance: undefined,
      executionRole: executionRoleArn,
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      stoppedAt: expect.any(Date) as Date,
      containers: [{ name: 'app', reason: undefined, exitCode: 3 }],
    },
  ]);
  expect(missing).toEqual(['arn:aws:ecs:us-east-1:123456789012:task/prod/none']);
  expect(await ecs.stoppedTasks('prod')).toEqual(tasks);
  expect(await ecs.stoppedTasks('prod', 'web')).toEqual([]);
});

test('container instances are told with agent, system and attributes', async () => {
  await shop.service({ cluster: 'prod', name: 'web', taskDefinition: 'web' });
  expect(await ecs.containerInstances('prod')).toEqual([]);
  const { containerInstance } = await shop.ecs.send(
    new RegisterContainerInstanceCommand({
      cluster: 'prod',
      instanceIdentityDocument: '{"instanceId":"i-1"}',
      versionInfo: { agentVersion: '1.20.0' },
      attributes: [
        { name: 'ecs.os-type', value: 'windows' },
        { name: 'ecs-secrets.sandbox/agent-connected', value: 'false' },
      ],
    }),
  );
  expect(await ecs.containerInstances('prod')).toEqual([
    {
      arn: containerInstance?.containerInstanceArn,
      ec2InstanceId: 'i-1',
      status: 'ACTIVE',
      connected: false,
      agentVersion: '1.20.0',
      os: 'windows',
      attributes: new Set(['ecs.os-type', 'ecs-secrets.sandbox/agent-connected']),
    },
  ]);
});
