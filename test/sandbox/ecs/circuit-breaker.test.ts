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
  expect(service.runningCount).toBe(2);
  await vi.waitFor(async () => {
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
