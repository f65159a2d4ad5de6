import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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

// A clock that moves only while a test waits: no state is missed on a slow machine.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };

test('the circuit breaker fails a first deployment that is not allowed to read', async () => {
  const { client, stores } = await sandbox();
  stores.denied.add('ssm:GetParameters');
  await registerWeb(client);
  const id = await createWeb(client, { deploymentConfiguration: breaker });
  const service = await rolledOut(client, 'FAILED');
  expect(service.deployments).toMatchObject([
    {
      id,
      status: 'PRIMARY',
      rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
    },
  ]);
  expect(service.deployments![0]!.failedTasks).toBeGreaterThanOrEqual(3);
  expect(service.events?.[0]?.message).toBe(
    `(service web) (deployment ${id}) deployment failed: tasks failed to start.`,
  );
  const [task] = await stoppedTasks(client);
  expect(task).toMatchObject({ stopCode: 'TaskFailedToStart' });
  expect(task?.stoppedReason).toMatch(
    /^ResourceInitializationError: unable to pull secrets or registry auth: .* not authorized to perform: ssm:GetParameters/,
  );
  const { serviceDeployments } = await client.describeServiceDeployments({
    serviceDeploymentArns: [service.currentServiceDeployment!],
  });
  expect(serviceDeployments?.[0]).toMatchObject({
    status: 'STOPPED',
    deploymentCircuitBreaker: { status: 'TRIGGERED', threshold: 3 },
  });
});

test('the circuit breaker rolls back to the last completed task definition', async () => {
  const { client, id } = await webWithPassword(
    'old',
    { deploymentConfiguration: breaker },
    { taskStartMs: 100 },
  );
  await registerWeb(client, { valueFrom: '/prod/absent' });
  const failed = await redeploy(client, { taskDefinition: 'web:2' });
  await vi.waitFor(async () => {
    const [primary, second] = (await describe(client)).deployments!;
    expect(primary).toMatchObject({
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: `ECS deployment circuit breaker: rolling back to deploymentId ${id}.`,
    });
    expect(second).toMatchObject({ id: failed, status: 'ACTIVE', rolloutState: 'FAILED' });
  }, often);
  const service = await rolledOut(client);
  expect(service.taskDefinition).toMatch(/web:1$/);
  expect(service.deployments).toHaveLength(1);
  expect(service.deployments![0]!.id).not.toBe(failed);
  expect(service.events?.map(({ message }) => message)).toContain(
    `(service web) rolling back to deployment ${id}.`,
  );
  const { serviceDeployments } = await client.describeServiceDeployments({
    serviceDeploymentArns: [service.currentServiceDeployment!],
  });
  expect(serviceDeployments?.[0]).toMatchObject({
    status: 'ROLLBACK_SUCCESSFUL',
    rollback: { reason: 'ECS deployment circuit breaker: tasks failed to start.' },
  });
});

test('a value that crashes the container fails the rollback too, and the old tasks stay', async () => {
  const { client, ecs, stores } = await sandbox();
  stores.parameters.set('/prod/password', 'good');
  const dockerLabels = { 'ecs-secrets.sandbox/exit-unless': 'PASSWORD~^good' };
  await registerWeb(client, { dockerLabels });
  await createWeb(client, { deploymentConfiguration: breaker });
  await rolledOut(client);

  stores.parameters.set('/prod/password', 'bad');
  await redeploy(client);
  const service = await rolledOut(client, 'FAILED');
  const [, ...older] = service.deployments!;
  expect(older.map(({ rolloutState }) => rolloutState)).toEqual(['FAILED', 'COMPLETED']);
  await vi.waitFor(async () => {
    expect((await describe(client)).runningCount).toBe(2);
    const passwords = (await runningTasks(client)).map(
      ({ taskArn }) => ecs.taskEnvironment(taskArn!)?.containers[0]?.environment.PASSWORD,
    );
    expect(passwords).toEqual(['good', 'good']);
  });
  const stopped = await stoppedTasks(client);
  const exited = stopped.find(({ stopCode }) => stopCode === 'EssentialContainerExited');
  expect(exited).toMatchObject({
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    containers: [{ name: 'app', exitCode: 1 }],
  });

  stores.parameters.set('/prod/password', 'good again');
  const id = await redeploy(client);
  expect((await rolledOut(client)).deployments).toMatchObject([{ id, runningCount: 2 }]);
});

test.each([
  [4, undefined, 3],
  [9, undefined, 5],
  [500, undefined, 200],
  [4, { type: 'COUNT', value: 7 }, 7],
  [500, { type: 'COUNT', value: 250 }, 250],
  [4, { type: 'BOUNDED_PERCENT', value: 25 }, 3],
  [30, { type: 'BOUNDED_PERCENT', value: 25 }, 8],
  [4, { type: 'UNBOUNDED_PERCENT', value: 25 }, 1],
  [1000, { type: 'UNBOUNDED_PERCENT', value: 50 }, 500],
  [0, { type: 'UNBOUNDED_PERCENT', value: 50 }, 1],
] as const)(
  'of %i tasks the threshold %o is %i failed tasks',
  async (desiredCount, thresholdConfiguration, threshold) => {
    const { client, ecs } = await sandbox();
    await registerWeb(client);
    const deploymentCircuitBreaker = { enable: true, rollback: false, thresholdConfiguration };
    await createWeb(client, {
      desiredCount,
      deploymentConfiguration: { deploymentCircuitBreaker },
    });
    const service = await describe(client);
    expect(service.deploymentConfiguration).toMatchObject({ deploymentCircuitBreaker });
    const { serviceDeployments } = await client.describeServiceDeployments({
      serviceDeploymentArns: [service.currentServiceDeployment!],
    });
    expect(serviceDeployments?.[0]).toMatchObject({
      deploymentConfiguration: { deploymentCircuitBreaker },
      deploymentCircuitBreaker: { failureCount: 0, threshold },
    });
    ecs.close();
  },
);

test.each([
  [{ type: 'HALF', value: 1 }, /type must be one of BOUNDED_PERCENT, COUNT, UNBOUNDED_PERCENT/],
  [{ type: 'COUNT', value: 0 }, /value must be a whole number above 0/],
  [{ type: 'COUNT', value: undefined }, /value must be a whole number above 0/],
])('refuses the threshold %o', async (thresholdConfiguration, message) => {
  const { client } = await sandbox();
  await registerWeb(client);
  const deploymentCircuitBreaker = { enable: true, rollback: false, thresholdConfiguration };
  await expect(
    createWeb(client, { deploymentConfiguration: { deploymentCircuitBreaker } as never }),
  ).rejects.toMatchObject({
    code: 'InvalidParameterException',
    message: expect.stringMatching(message) as string,
  });
});

/** A deployment of which the first task starts well and no other one does. */
async function failLater(resetOnHealthyTask?: boolean) {
  const deploymentCircuitBreaker = {
    enable: true,
    rollback: false,
    resetOnHealthyTask,
    thresholdConfiguration: { type: 'COUNT' as const, value: 2 },
  };
  const { client, stores } = await webWithPassword('x', {
    deploymentConfiguration: {
      maximumPercent: 100,
      minimumHealthyPercent: 50,
      deploymentCircuitBreaker,
    },
  });
  // A start asks twice.
  let left = 2;
  stores.parameters.has = () => left-- > 0;
  await redeploy(client);
  return { client };
}

test('failures add up where a task that starts well does not reset them', async () => {
  const { client } = await failLater(false);
  const service = await rolledOut(client, 'FAILED');
  expect(service.deployments![0]).toMatchObject({ failedTasks: 2, runningCount: 1 });
  const { serviceDeployments } = await client.describeServiceDeployments({
    serviceDeploymentArns: [service.currentServiceDeployment!],
  });
  expect(serviceDeployments?.[0]).toMatchObject({
    deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 2, threshold: 2 },
  });
});

test('a task that starts well ends the counting of failures', async () => {
  const { client } = await failLater();
  await vi.waitFor(async () => {
    const failed = (await stoppedTasks(client)).filter(
      ({ stopCode }) => stopCode === 'TaskFailedToStart',
    );
    expect(failed.length).toBeGreaterThan(2);
  }, often);
  const { currentServiceDeployment, deployments } = await describe(client);
  expect(deployments![0]).toMatchObject({ rolloutState: 'IN_PROGRESS', failedTasks: 0 });
  const { serviceDeployments } = await client.describeServiceDeployments({
    serviceDeploymentArns: [currentServiceDeployment!],
  });
  expect(serviceDeployments?.[0]).toMatchObject({
    deploymentCircuitBreaker: { status: 'MONITORING', failureCount: 0 },
  });
});
