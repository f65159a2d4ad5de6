import { expect, test, vi } from 'vitest';
import {
  clientOf,
  createWeb,
  describe,
  parameterArn,
  redeploy,
  registerWeb,
  rolledOut,
  sandbox,
} from './support.ts';

const web = { cluster: 'prod', serviceName: 'web', taskDefinition: 'web' };

async function prepared() {
  const setting = await sandbox();
  setting.stores.parameters.set('/prod/password', 'x');
  await registerWeb(setting.client);
  return setting;
}

test('CODE_DEPLOY and EXTERNAL services refuse what is not theirs', async () => {
  const { client } = await prepared();
  await client.createService({
    ...web,
    desiredCount: 1,
    deploymentController: { type: 'CODE_DEPLOY' },
  });
  const update = { cluster: 'prod', service: 'web' };
  await expect(client.updateService({ ...update, forceNewDeployment: true })).rejects.toMatchObject(
    {
      code: 'InvalidParameterException',
      message:
        'Cannot force a new deployment on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.',
    },
  );
  await expect(client.updateService({ ...update, taskDefinition: 'web' })).rejects.toThrow(
    'Unable to update task definition on services with a CODE_DEPLOY deployment controller.',
  );
  await vi.waitFor(async () => {
    expect(await describe(client)).toMatchObject({ runningCount: 1, deployments: [] });
  });

  await client.createService({
    cluster: 'prod',
    serviceName: 'outside',
    desiredCount: 1,
    deploymentController: { type: 'EXTERNAL' },
  });
  await expect(
    client.updateService({ ...update, service: 'outside', forceNewDeployment: true }),
  ).rejects.toMatchObject({ code: 'InvalidParameterException' });
  expect(await describe(client, 'outside')).toMatchObject({ deployments: [], taskSets: [] });
});

test('refuses unknown clusters, services and task definitions with their codes', async () => {
  const { client } = await prepared();
  await expect(client.listServices({ cluster: 'absent' })).rejects.toMatchObject({
    code: 'ClusterNotFoundException',
    message: 'Cluster not found.',
  });
  await expect(client.updateService({ cluster: 'prod', service: 'x' })).rejects.toMatchObject({
    code: 'ServiceNotFoundException',
  });
  await expect(
    client.createService({ ...web, desiredCount: 0, taskDefinition: 'absent' }),
  ).rejects.toMatchObject({ code: 'ClientException', message: 'TaskDefinition not found.' });

  await expect(client.describeTaskDefinition({ taskDefinition: undefined })).rejects.toThrow(
    'TaskDefinition can not be blank.',
  );

  await client.createService({ ...web, desiredCount: 0 });
  await expect(client.createService({ ...web, desiredCount: 0 })).rejects.toThrow(
    'Creation of service was not idempotent.',
  );
  await client.deregisterTaskDefinition({ taskDefinition: 'web:1' });
  await expect(
    client.updateService({ cluster: 'prod', service: 'web', taskDefinition: 'web:1' }),
  ).rejects.toThrow('TaskDefinition is inactive');
});

test('describes by name and by ARN, and tells what is missing', async () => {
  const { client } = await prepared();
  const { service } = await client.createService({ ...web, desiredCount: 0 });
  const described = await client.describeServices({
    cluster: 'prod',
    services: ['web', service!.serviceArn!, 'absent'],
  });
  expect(described.services?.map(({ serviceName }) => serviceName)).toEqual(['web', 'web']);
  expect(described.failures).toEqual([
    { arn: 'arn:aws:ecs:eu-west-1:111122223333:service/prod/absent', reason: 'MISSING' },
  ]);
  const names = Array.from({ length: 11 }, (_, index) => `s${String(index)}`);
  await expect(client.describeServices({ cluster: 'prod', services: names })).rejects.toMatchObject(
    { code: 'InvalidParameterException' },
  );
});

test('deletes a service only when scaled to 0 or forced', async () => {
  const { client } = await prepared();
  await client.createService({ ...web, desiredCount: 1 });
  await rolledOut(client);
  const target = { cluster: 'prod', service: 'web' };
  await expect(client.deleteService(target)).rejects.toThrow(
    'The service cannot be stopped while it is scaled above 0.',
  );
  const { service } = await client.deleteService({ ...target, force: true });
  expect(service?.status).toBe('DRAINING');
  await vi.waitFor(async () => {
    expect(await describe(client)).toMatchObject({ status: 'INACTIVE', runningCount: 0 });
  });
  await expect(client.updateService(target)).rejects.toMatchObject({
    code: 'ServiceNotActiveException',
  });
  expect((await client.listServices({ cluster: 'prod' })).serviceArns).toEqual([]);
  await client.deleteCluster({ cluster: 'prod' });
  expect((await client.listClusters({})).clusterArns).toEqual([]);
});

test('keeps regions apart', async () => {
  const { ecs } = await prepared();
  const far = clientOf(ecs, 'us-east-1');
  expect((await far.listClusters({})).clusterArns).toEqual([]);
  await far.createCluster({ clusterName: 'prod' });
  expect((await far.listClusters({})).clusterArns).toEqual([
    'arn:aws:ecs:us-east-1:111122223333:cluster/prod',
  ]);
});

test('holds a thousand services in twenty clusters', async () => {
  const { client } = await prepared();
  const clusters = Array.from({ length: 20 }, (_, index) => `c${String(index)}`);
  for (const cluster of clusters) {
    await client.createCluster({ clusterName: cluster });
    for (let index = 0; index < 50; index += 1) {
      await client.createService({
        cluster,
        serviceName: `s${String(index)}`,
        taskDefinition: 'web',
        desiredCount: 1,
      });
    }
  }
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.listServices({ cluster: 'c19', nextToken });
    expect(page.serviceArns!.length).toBe(10);
    arns.push(...page.serviceArns!);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  expect(new Set(arns).size).toBe(50);

  await vi.waitFor(
    async () => {
      for (let start = 0; start < arns.length; start += 10) {
        const { services } = await client.describeServices({
          cluster: 'c19',
          services: arns.slice(start, start + 10),
        });
        for (const service of services!) {
          expect(service.deployments?.[0]?.rolloutState).toBe('COMPLETED');
        }
      }
    },
    { timeout: 5000, interval: 20 },
  );
});

test('an idle sandbox has no timer', async () => {
  vi.useFakeTimers();
  try {
    const { client } = await prepared();
    expect(vi.getTimerCount()).toBe(0);
    await client.createService({ ...web, desiredCount: 1 });
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(500);
    expect(await describe(client)).toMatchObject({ runningCount: 1 });
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a service can be like an Express service', async () => {
  const { client } = await prepared();
  const tags = [{ key: 'ecs-secrets.sandbox/express', value: 'true' }];
  const id = await createWeb(client, { tags });
  await client.createService({ ...web, serviceName: 'other', desiredCount: 0 });
  const service = await rolledOut(client);
  expect(service).toMatchObject({
    taskDefinition: undefined,
    resourceManagementType: 'ECS',
    deployments: [{ id, taskDefinition: expect.stringMatching(/web:1$/) as string }],
  });
  expect(await describe(client, 'other')).toMatchObject({
    taskDefinition: expect.stringMatching(/web:1$/) as string,
    resourceManagementType: 'CUSTOMER',
  });
  const listed = async (resourceManagementType?: 'ECS' | 'CUSTOMER') => {
    const { serviceArns } = await client.listServices({ cluster: 'prod', resourceManagementType });
    return serviceArns?.map((arn) => arn.split('/').at(-1));
  };
  expect(await listed()).toEqual(['other', 'web']);
  expect(await listed('ECS')).toEqual(['web']);
  expect(await listed('CUSTOMER')).toEqual(['other']);

  const next = await redeploy(client);
  expect((await rolledOut(client)).deployments).toMatchObject([{ id: next }]);
});

test('keeps a Service Connect configuration and shows it with the deployments', async () => {
  const { client, stores } = await prepared();
  // The agent asks for a parameter of one level without its slash.
  for (const token of ['one', 'two']) stores.parameters.set(token, token);
  const connect = (token: string) => ({
    enabled: true,
    namespace: 'internal',
    services: [{ portName: 'web', clientAliases: [{ port: 80 }] }],
    logConfiguration: {
      logDriver: 'splunk' as const,
      secretOptions: [{ name: 'splunk-token', valueFrom: parameterArn(token) }],
    },
  });
  const id = await createWeb(client, { serviceConnectConfiguration: connect('one') });
  await rolledOut(client);
  const shown = async () => {
    const service = await describe(client);
    expect(service).toMatchObject({ serviceConnectConfiguration: undefined });
    return service.deployments!.map((one) => [one.id, one.serviceConnectConfiguration]);
  };
  expect(await shown()).toEqual([[id, connect('one')]]);

  const update = { cluster: 'prod', service: 'web' };
  await client.updateService({ ...update, serviceConnectConfiguration: connect('one') });
  expect(await shown()).toEqual([[id, connect('one')]]);

  const { service } = await client.updateService({
    ...update,
    serviceConnectConfiguration: connect('two'),
  });
  const next = service!.deployments![0]!.id;
  expect(next).not.toBe(id);
  expect(await shown()).toEqual([
    [next, connect('two')],
    [id, connect('one')],
  ]);
  const { serviceDeployments } = await client.describeServiceDeployments({
    serviceDeploymentArns: [service!.currentServiceDeployment!],
  });
  const { serviceRevisions } = await client.describeServiceRevisions({
    serviceRevisionArns: [serviceDeployments![0]!.targetServiceRevision!.arn!],
  });
  expect(serviceRevisions?.[0]?.serviceConnectConfiguration).toEqual(connect('two'));
  await rolledOut(client);
  await redeploy(client);
  expect((await shown())[0]?.[1]).toEqual(connect('two'));
});
