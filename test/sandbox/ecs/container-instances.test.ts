import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { requiredFeatures } from '../../../src/model/starts/checks/platform-features.ts';
import { parseTaskDefinition } from '../../../src/model/definitions/task-definition.ts';
import { describe as service, registerWeb, rolledOut, sandbox, stoppedTask } from './support.ts';

let scene: Awaited<ReturnType<typeof sandbox>>;
beforeEach(async () => {
  scene = await sandbox();
});
afterEach(() => {
  scene.ecs.close();
});

const attributes = (...names: string[]) => names.map((name) => ({ name }));
const connected = (value: string) => [{ name: 'ecs-secrets.sandbox/agent-connected', value }];
const asm = 'ecs.capability.secrets.asm.environment-variables';
const ssm = 'ecs.capability.secrets.ssm.environment-variables';

type Registration = Omit<
  Parameters<typeof scene.client.registerContainerInstance>[0],
  'cluster' | 'platformDevices'
>;

async function instance(more: Registration = {}): Promise<string> {
  const { containerInstance } = await scene.client.registerContainerInstance({
    cluster: 'prod',
    ...more,
  });
  return containerInstance!.containerInstanceArn!;
}

const run = (launchType: 'EC2' | 'EXTERNAL' | 'FARGATE' = 'EC2', count = 1) =>
  scene.client.runTask({ cluster: 'prod', taskDefinition: 'web', launchType, count });

describe('container instances', () => {
  test('are registered, listed and described', async () => {
    const arn = await instance({
      instanceIdentityDocument: JSON.stringify({ instanceId: 'i-0abc' }),
      versionInfo: { agentVersion: '1.20.0' },
      attributes: [{ name: 'ecs.os-type', value: 'linux' }, { name: asm }],
    });
    expect(arn).toMatch(
      /^arn:aws:ecs:eu-west-1:111122223333:container-instance\/prod\/[0-9a-f]{32}$/,
    );
    const listed = await scene.client.listContainerInstances({ cluster: 'prod' });
    expect(listed.containerInstanceArns).toEqual([arn]);
    const described = await scene.client.describeContainerInstances({
      cluster: 'prod',
      containerInstances: [arn.split('/').at(-1)!, 'none'],
    });
    expect(described.containerInstances).toMatchObject([
      {
        containerInstanceArn: arn,
        ec2InstanceId: 'i-0abc',
        status: 'ACTIVE',
        agentConnected: true,
        versionInfo: { agentVersion: '1.20.0' },
        attributes: [{ name: 'ecs.os-type', value: 'linux' }, { name: asm }],
      },
    ]);
    expect(described.failures).toMatchObject([{ reason: 'MISSING' }]);
    const { clusters } = await scene.client.describeClusters({ clusters: ['prod'] });
    expect(clusters?.[0]?.registeredContainerInstancesCount).toBe(1);
  });

  test.each([
    ['1.21.0', false, false],
    ['1.22.0', true, false],
    ['1.23.0', true, true],
    [undefined, true, true],
  ])('announce what an agent %s can do', async (agentVersion, hasSsm, hasAsm) => {
    const arn = await instance(agentVersion ? { versionInfo: { agentVersion } } : {});
    const { containerInstances } = await scene.client.describeContainerInstances({
      cluster: 'prod',
      containerInstances: [arn],
    });
    const names = containerInstances![0]!.attributes!.map(({ name }) => name);
    expect([names.includes(ssm), names.includes(asm)]).toEqual([hasSsm, hasAsm]);
  });

  test('are registered again under their ARN', async () => {
    const arn = await instance({ versionInfo: { agentVersion: '1.20.0' } });
    const versionInfo = { agentVersion: '1.90.0' };
    expect(await instance({ containerInstanceArn: arn, versionInfo })).toBe(arn);
    const { containerInstances } = await scene.client.describeContainerInstances({
      cluster: 'prod',
      containerInstances: [arn],
    });
    expect(containerInstances?.[0]).toMatchObject({ version: 2, versionInfo });
  });

  test('are deregistered without tasks, or by force', async () => {
    scene.stores.parameters.set('/prod/password', 'x');
    await registerWeb(scene.client);
    const containerInstance = await instance();
    const { tasks } = await run();
    const gone = { cluster: 'prod', containerInstance };
    await expect(scene.client.deregisterContainerInstance(gone)).rejects.toThrow(
      'Found running tasks on the instance.',
    );
    await expect(scene.client.deleteCluster({ cluster: 'prod' })).rejects.toThrow();
    await scene.client.deregisterContainerInstance({ ...gone, force: true });
    const { stoppedReason } = await stoppedTask(scene.client, tasks![0]!.taskArn!);
    expect(stoppedReason).toBe('Container instance deregistration forced by user');
    const { containerInstanceArns } = await scene.client.listContainerInstances({
      cluster: 'prod',
    });
    expect(containerInstanceArns).toEqual([]);
    await expect(scene.client.deregisterContainerInstance(gone)).rejects.toThrow(/not found/);
  });

  test('keep their cluster from being deleted', async () => {
    await instance();
    await expect(scene.client.deleteCluster({ cluster: 'prod' })).rejects.toThrow(
      'The Cluster cannot be deleted while Container Instances are active or draining.',
    );
  });
});

describe('placement', () => {
  beforeEach(async () => {
    scene.stores.parameters.set('/prod/password', 'x');
    await registerWeb(scene.client);
  });

  test('has room where no instance is registered', async () => {
    const { tasks, failures } = await run();
    expect(tasks?.[0]?.containerInstanceArn).toBeUndefined();
    expect(failures).toEqual([]);
  });

  test('takes the instance that has all attributes, and the emptiest of them', async () => {
    await instance({ versionInfo: { agentVersion: '1.20.0' } });
    const able = [await instance({ versionInfo: { agentVersion: '1.22.0' } }), await instance()];
    const { tasks } = await run('EC2', 2);
    expect(tasks?.map((task) => task.containerInstanceArn).sort()).toEqual(able.sort());
    const { taskArns } = await scene.client.listTasks({
      cluster: 'prod',
      containerInstance: able[0]!,
    });
    expect(taskArns).toHaveLength(1);
  });

  test.each<[string, Registration, string]>([
    ['too old an agent', { versionInfo: { agentVersion: '1.20.0' } }, 'ATTRIBUTE'],
    ['another attribute only', { attributes: attributes(asm) }, 'ATTRIBUTE'],
    [
      'an agent without a connection',
      { attributes: [...attributes(ssm), ...connected('false')] },
      'AGENT',
    ],
  ])('refuses RunTask on %s', async (_what, how, reason) => {
    const arn = await instance(how);
    expect(await run()).toMatchObject({ tasks: [], failures: [{ arn, reason }] });
  });

  test('does not concern Fargate', async () => {
    await instance({ attributes: [] });
    expect((await run('FARGATE')).tasks).toHaveLength(1);
  });

  test('keeps instances of EC2 and external ones apart', async () => {
    await instance();
    await expect(run('EXTERNAL')).rejects.toThrow(
      'No Container Instances were found in your cluster.',
    );
    const arn = await instance({ attributes: attributes('ecs.capability.external', ssm) });
    expect((await run('EXTERNAL')).tasks?.[0]?.containerInstanceArn).toBe(arn);
  });

  test('is tried again by a service, which tells of it', async () => {
    const arn = await instance({ versionInfo: { agentVersion: '1.20.0' } });
    await scene.client.createService({
      cluster: 'prod',
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 1,
      launchType: 'EC2',
    });
    const id = arn.split('/').at(-1)!;
    await vi.waitFor(async () => {
      const { events } = await service(scene.client);
      expect(events?.map(({ message }) => message)).toContain(
        `(service web) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance ${id}) is missing an attribute required by your task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
      );
    });
    await instance();
    expect((await rolledOut(scene.client)).runningCount).toBe(1);
  });
});

test('DescribeTaskDefinition tells the attributes that are needed', async () => {
  const executionRoleArn = 'arn:aws:iam::111122223333:role/web-execution';
  const secret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf';
  await scene.client.registerTaskDefinition({
    family: 'all',
    executionRoleArn,
    containerDefinitions: [
      {
        name: 'app',
        image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/app',
        secrets: [
          { name: 'A', valueFrom: secret },
          { name: 'B', valueFrom: 'b' },
        ],
        logConfiguration: {
          logDriver: 'awsfirelens',
          secretOptions: [{ name: 'key', valueFrom: secret }],
        },
        environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::files/app.env' }],
      },
      {
        name: 'router',
        image: 'fluent-bit',
        firelensConfiguration: { type: 'fluentbit' },
        repositoryCredentials: { credentialsParameter: secret },
        logConfiguration: { logDriver: 'awslogs' },
      },
    ],
  });
  const { taskDefinition } = await scene.client.describeTaskDefinition({ taskDefinition: 'all' });
  const names = taskDefinition?.requiresAttributes?.map(({ name }) => name);
  const needed = requiredFeatures(parseTaskDefinition(taskDefinition)).flatMap(
    ({ attributes }) => attributes,
  );
  expect(names).toEqual(expect.arrayContaining(needed));
  expect(needed).toHaveLength(8);
  expect(names?.sort()).toEqual(
    [
      'com.amazonaws.ecs.capability.ecr-auth',
      'com.amazonaws.ecs.capability.logging-driver.awsfirelens',
      'com.amazonaws.ecs.capability.logging-driver.awslogs',
      'ecs.capability.env-files.s3',
      'ecs.capability.execution-role-awslogs',
      'ecs.capability.execution-role-ecr-pull',
      'ecs.capability.firelens.fluentbit',
      'ecs.capability.private-registry-authentication.secretsmanager',
      asm,
      'ecs.capability.secrets.asm.bootstrap.log-driver',
      ssm,
    ].sort(),
  );
});

test('a Fargate task tells its platform', async () => {
  scene.stores.parameters.set('/prod/password', 'x');
  await registerWeb(scene.client);
  const more = { cluster: 'prod', taskDefinition: 'web', launchType: 'FARGATE' as const };
  const { tasks: newest } = await scene.client.runTask(more);
  const { tasks: old } = await scene.client.runTask({ ...more, platformVersion: '1.3.0' });
  expect(newest?.[0]).toMatchObject({ platformVersion: '1.4.0', platformFamily: 'Linux' });
  expect(old?.[0]).toMatchObject({ platformVersion: '1.3.0', platformFamily: 'Linux' });
});
