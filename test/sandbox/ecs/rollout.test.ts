import { expect, test, vi } from 'vitest';
import {
  createWeb,
  describe,
  often,
  redeploy,
  registerWeb,
  rolledOut,
  runningTasks,
  sandbox,
  stoppedTasks,
  webWithPassword,
} from './support.ts';

test('a service rolls out and tells of it', async () => {
  const { client, id } = await webWithPassword('old');
  const service = await describe(client);
  expect(id).toMatch(/^ecs-svc\/\d{19}$/);
  expect(service).toMatchObject({ status: 'ACTIVE', runningCount: 2, pendingCount: 0 });
  expect(service.deployments).toMatchObject([
    {
      id,
      status: 'PRIMARY',
      rolloutState: 'COMPLETED',
      rolloutStateReason: `ECS deployment ${id} completed.`,
      runningCount: 2,
      failedTasks: 0,
    },
  ]);
  expect(service.events?.map((event) => event.message)).toEqual([
    '(service web) has reached a steady state.',
    `(service web) (deployment ${id}) deployment completed.`,
    expect.stringMatching(/^\(service web\) has started 2 tasks: \(task \w+\) \(task \w+\)\.$/),
  ]);
});

test('a forced redeployment reads the current value into new tasks', async () => {
  const { client, ecs, stores, id } = await webWithPassword('old');
  const before = await runningTasks(client);
  stores.parameters.set('/prod/password', 'new');
  const next = await redeploy(client);
  expect(next).not.toBe(id);
  const during = await describe(client);
  expect(during.deployments?.map(({ status }) => status)).toEqual(['PRIMARY', 'ACTIVE']);
  expect(during.deployments?.[0]?.rolloutStateReason).toBe(`ECS deployment ${next} in progress.`);

  await rolledOut(client);
  const after = await runningTasks(client);
  expect(after).toHaveLength(2);
  for (const { taskArn, startedBy } of after) {
    expect(startedBy).toBe(next);
    expect(ecs.taskEnvironment(taskArn!)).toEqual({
      containers: [
        {
          name: 'app',
          environment: expect.objectContaining({ MODE: 'test', PASSWORD: 'new' }) as object,
          logOptions: {},
        },
      ],
    });
  }
  expect(ecs.taskEnvironment(before[0]!.taskArn!)?.containers[0]?.environment.PASSWORD).toBe('old');
  const [stopped] = await stoppedTasks(client);
  expect(stopped).toMatchObject({
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: `Scaling activity initiated by (deployment ${next})`,
  });
  expect(JSON.stringify(await describe(client)) + JSON.stringify(after)).not.toContain('"new"');
});

test('never has fewer running tasks than the minimum nor more than the maximum', async () => {
  const { client } = await webWithPassword('old', {
    desiredCount: 4,
    deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 100 },
  });
  await redeploy(client);
  let least = 4;
  await vi.waitFor(async () => {
    const { runningCount = 0, pendingCount = 0, deployments } = await describe(client);
    least = Math.min(least, runningCount);
    expect((await runningTasks(client)).length).toBeLessThanOrEqual(4);
    expect(pendingCount).toBeLessThanOrEqual(2);
    expect(deployments?.[0]?.rolloutState).toBe('COMPLETED');
  }, often);
  expect(least).toBeGreaterThanOrEqual(2);
});

test('a newer deployment supersedes the one in progress', async () => {
  const { client } = await webWithPassword('old');
  const first = await redeploy(client);
  const second = await redeploy(client);
  const service = await rolledOut(client);
  expect(service.deployments?.map(({ id }) => id)).toEqual([second]);
  expect(second).not.toBe(first);
  const { serviceDeployments } = await client.listServiceDeployments({
    cluster: 'prod',
    service: 'web',
  });
  expect(serviceDeployments?.map(({ status }) => status)).toEqual([
    'SUCCESSFUL',
    'STOPPED',
    'SUCCESSFUL',
  ]);
});

test('without a circuit breaker tasks are tried again until the cause is gone', async () => {
  const { client, stores } = await sandbox();
  stores.roles.clear();
  await registerWeb(client);
  const id = await createWeb(client, { desiredCount: 1 });
  await vi.waitFor(async () => {
    const service = await describe(client);
    expect(service.deployments![0]!.failedTasks).toBeGreaterThan(3);
    expect(service.deployments![0]!.rolloutState).toBe('IN_PROGRESS');
    const messages = service.events!.map(({ message }) => message!);
    expect(messages.join('\n')).toMatch(
      /\(service web\) failed to launch a task with \(error ECS was unable to assume the role/,
    );
    expect(messages.join('\n')).toMatch(/is unable to consistently start tasks successfully/);
  });
  stores.roles.add('arn:aws:iam::111122223333:role/web-execution');
  stores.parameters.set('/prod/password', 'x');
  const service = await rolledOut(client);
  expect(service.deployments).toMatchObject([{ id, failedTasks: 0 }]);
});

test('a stopped task of a service is replaced by one with the current value', async () => {
  const { client, ecs, stores, id } = await webWithPassword('old', { desiredCount: 1 });
  const [task] = await runningTasks(client);
  stores.parameters.set('/prod/password', 'new');
  await client.stopTask({ cluster: 'prod', task: task!.taskArn!, reason: 'test' });
  const replacement = await vi.waitFor(async () => {
    const [other] = await runningTasks(client);
    expect(other).toMatchObject({ lastStatus: 'RUNNING', startedBy: id });
    return other!;
  });
  expect(replacement.taskArn).not.toBe(task!.taskArn);
  expect(ecs.taskEnvironment(replacement.taskArn!)?.containers[0]?.environment.PASSWORD).toBe(
    'new',
  );
  expect((await describe(client)).deployments).toMatchObject([{ id, rolloutState: 'COMPLETED' }]);
});

test('a deployment of no tasks is complete at once', async () => {
  const { client } = await webWithPassword('old', { desiredCount: 0 });
  const id = await redeploy(client);
  expect((await describe(client)).deployments).toMatchObject([{ id, rolloutState: 'COMPLETED' }]);
});

test('StopServiceDeployment goes back, and only while there is something to stop', async () => {
  const { client } = await webWithPassword('old');
  await registerWeb(client);
  await redeploy(client, { taskDefinition: 'web:2' });
  const { currentServiceDeployment: serviceDeploymentArn } = await describe(client);
  await client.stopServiceDeployment({ serviceDeploymentArn, stopType: 'ROLLBACK' });
  const service = await rolledOut(client);
  expect(service.taskDefinition).toMatch(/web:1$/);
  await expect(client.stopServiceDeployment({ serviceDeploymentArn })).rejects.toMatchObject({
    code: 'ConflictException',
  });
});

test('a daemon service replaces its one task by stopping it first', async () => {
  const { client } = await webWithPassword('old', {
    schedulingStrategy: 'DAEMON',
    desiredCount: undefined,
    launchType: 'EC2',
  });
  const id = await redeploy(client);
  expect((await rolledOut(client)).deployments).toMatchObject([{ id, runningCount: 1 }]);
});

test('scaling keeps the deployment', async () => {
  const { client, id } = await webWithPassword('old');
  await client.updateService({ cluster: 'prod', service: 'web', desiredCount: 3 });
  await vi.waitFor(async () => {
    expect(await describe(client)).toMatchObject({ runningCount: 3, deployments: [{ id }] });
  });
});
