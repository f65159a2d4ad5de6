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
  webWithPassword,
  type Client,
} from './support.ts';

// A clock that moves only while a test waits: no stage is missed on a slow machine.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Configuration = NonNullable<Parameters<Client['createService']>[0]['deploymentConfiguration']>;

/** `web` under a strategy, its first deployment completed. */
async function prepared(configuration: Configuration, options: Parameters<typeof sandbox>[0] = {}) {
  const { lifecycleHooks, ...rest } = configuration;
  const setting = await webWithPassword(
    'old',
    { deploymentConfiguration: rest },
    { stageMs: 4, bakeMs: 20, ...options },
  );
  // Hooks come afterwards, so that the first deployment does not wait at them.
  if (lifecycleHooks) {
    await setting.client.updateService({
      cluster: 'prod',
      service: 'web',
      deploymentConfiguration: { lifecycleHooks },
    });
  }
  return setting;
}

async function record(client: Client) {
  const { currentServiceDeployment } = await describe(client);
  const { serviceDeployments } = await client.describeServiceDeployments({
    serviceDeploymentArns: [currentServiceDeployment!],
  });
  return serviceDeployments![0]!;
}

/** Waits until the service deployment has a status, or is at a stage. */
function reached(client: Client, at: { status?: string; lifecycleStage?: string }) {
  return vi.waitFor(async () => {
    const found = await record(client);
    expect(found).toMatchObject(at);
    return found;
  }, often);
}

const pauseAt = (stage: 'POST_SCALE_UP' | 'PRE_SCALE_UP'): Configuration => ({
  strategy: 'BLUE_GREEN',
  bakeTimeInMinutes: 1,
  lifecycleHooks: [
    {
      targetType: 'PAUSE',
      lifecycleStages: [stage],
      timeoutConfiguration: { timeoutInMinutes: 5, action: 'ROLLBACK' },
    },
  ],
});

test('blue/green goes through its stages and keeps the old tasks until the clean-up', async () => {
  const { client, ecs, stores, id } = await prepared({
    strategy: 'BLUE_GREEN',
    bakeTimeInMinutes: 2,
  });
  const old = (await runningTasks(client)).map(({ taskArn }) => taskArn);
  stores.parameters.set('/prod/password', 'new');
  const next = await redeploy(client);

  const seen: string[] = [];
  await vi.waitFor(async () => {
    const { status, lifecycleStage = '' } = await record(client);
    const tasks = (await runningTasks(client)).map(({ taskArn }) => taskArn);
    if (seen.at(-1) !== lifecycleStage) seen.push(lifecycleStage);
    if (lifecycleStage !== 'CLEAN_UP') expect(tasks).toEqual(expect.arrayContaining(old));
    expect(status).toBe('SUCCESSFUL');
  }, often);
  expect(seen).toEqual([
    'PRE_SCALE_UP',
    'SCALE_UP',
    'POST_SCALE_UP',
    'TEST_TRAFFIC_SHIFT',
    'POST_TEST_TRAFFIC_SHIFT',
    'PRODUCTION_TRAFFIC_SHIFT',
    'POST_PRODUCTION_TRAFFIC_SHIFT',
    'BAKE_TIME',
    'CLEAN_UP',
  ]);
  expect((await rolledOut(client)).deployments).toMatchObject([{ id: next, status: 'PRIMARY' }]);
  expect(next).not.toBe(id);
  for (const { taskArn } of await runningTasks(client)) {
    expect(old).not.toContain(taskArn);
    expect(ecs.taskEnvironment(taskArn!)?.containers[0]?.environment.PASSWORD).toBe('new');
  }
});

test('shows both revisions while it bakes', async () => {
  const { client, id } = await prepared({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 10 });
  const next = await redeploy(client);
  const found = await reached(client, { lifecycleStage: 'BAKE_TIME' });
  const counts = { requestedTaskCount: 2, runningTaskCount: 2, pendingTaskCount: 0 };
  const revision = (deployment: string): string =>
    `arn:aws:ecs:eu-west-1:111122223333:service-revision/prod/web/${deployment.slice('ecs-svc/'.length)}`;
  expect(found).toMatchObject({
    status: 'IN_PROGRESS',
    lifecycleHookDetails: [],
    targetServiceRevision: {
      arn: revision(next),
      ...counts,
      requestedProductionTrafficWeight: 100,
    },
    sourceServiceRevisions: [{ arn: revision(id), ...counts, requestedProductionTrafficWeight: 0 }],
    deploymentCircuitBreaker: { status: 'DISABLED', failureCount: 0, threshold: 3 },
  });
  expect(await describe(client)).toMatchObject({
    runningCount: 4,
    desiredCount: 2,
    deployments: [
      { id: next, status: 'PRIMARY', rolloutState: 'IN_PROGRESS' },
      { id, status: 'ACTIVE', rolloutState: 'COMPLETED' },
    ],
  });
});

test('a rolling deployment has no stage', async () => {
  const { client } = await webWithPassword('old');
  expect(await record(client)).not.toHaveProperty('lifecycleStage');
});

test('a pause hook holds the deployment until it is continued', async () => {
  const { client } = await prepared(pauseAt('POST_SCALE_UP'));
  const before = await runningTasks(client);
  await redeploy(client);
  const held = await reached(client, { lifecycleStage: 'POST_SCALE_UP' });
  expect(held.lifecycleHookDetails).toEqual([
    {
      hookId: expect.stringMatching(/^ecs-pause-[\w-]{43}$/) as string,
      targetType: 'PAUSE',
      status: 'AWAITING_ACTION',
      expiresAt: expect.any(Date) as Date,
      timeoutAction: 'ROLLBACK',
    },
  ]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await record(client)).toMatchObject({
    status: 'IN_PROGRESS',
    lifecycleStage: 'POST_SCALE_UP',
  });
  expect(await runningTasks(client)).toHaveLength(4);

  const { serviceDeploymentArn, lifecycleHookDetails } = held;
  const go = (hookId: string) => client.continueServiceDeployment({ serviceDeploymentArn, hookId });
  await expect(go('other')).rejects.toMatchObject({ code: 'InvalidParameterException' });
  await go(lifecycleHookDetails![0]!.hookId!);
  await reached(client, { status: 'SUCCESSFUL' });
  const after = await runningTasks(client);
  expect(after).toHaveLength(2);
  expect(after.map(({ startedBy }) => startedBy)).not.toContain(before[0]!.startedBy);
  await expect(go(lifecycleHookDetails![0]!.hookId!)).rejects.toThrow('does not wait');
});

test('a pause hook before the scale-up holds the first deployment too', async () => {
  const { client, stores } = await sandbox({ stageMs: 4 });
  stores.parameters.set('/prod/password', 'x');
  await registerWeb(client);
  await createWeb(client, { deploymentConfiguration: pauseAt('PRE_SCALE_UP') });
  const held = await record(client);
  expect(held).toMatchObject({ lifecycleStage: 'PRE_SCALE_UP' });
  const go = { serviceDeploymentArn: held.serviceDeploymentArn };
  const { hookId } = held.lifecycleHookDetails![0]!;
  await expect(
    client.continueServiceDeployment({ ...go, hookId, action: 'ROLLBACK' }),
  ).rejects.toThrow('no completed service deployment');
  expect(await runningTasks(client)).toEqual([]);
  await client.continueServiceDeployment({ ...go, hookId });
  await rolledOut(client);
});

test('a pause hook that times out may let the deployment go on', async () => {
  const { client } = await prepared(
    {
      strategy: 'BLUE_GREEN',
      lifecycleHooks: [
        {
          targetType: 'PAUSE',
          lifecycleStages: ['POST_SCALE_UP'],
          timeoutConfiguration: { timeoutInMinutes: 10, action: 'CONTINUE' },
        },
      ],
    },
    { hookMinuteMs: 3 },
  );
  const before = Date.now();
  const id = await redeploy(client);
  const { lifecycleHookDetails } = await reached(client, { lifecycleStage: 'POST_SCALE_UP' });
  expect(lifecycleHookDetails).toMatchObject([{ timeoutAction: 'CONTINUE' }]);
  expect(lifecycleHookDetails![0]!.expiresAt!.getTime()).toBeGreaterThan(before + 30);
  await reached(client, { status: 'SUCCESSFUL' });
  expect((await describe(client)).deployments).toMatchObject([{ id }]);
});

test('a pause hook waits for 24 hours and then rolls back, unless it says otherwise', async () => {
  const { client } = await prepared({
    strategy: 'BLUE_GREEN',
    lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['PRE_PRODUCTION_TRAFFIC_SHIFT'] }],
  });
  await redeploy(client);
  const held = await reached(client, { lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT' });
  const [hook] = held.lifecycleHookDetails!;
  expect(hook).toMatchObject({ status: 'AWAITING_ACTION', timeoutAction: 'ROLLBACK' });
  const hours = (hook!.expiresAt!.getTime() - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(23.9);
  expect(hours).toBeLessThanOrEqual(24);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await record(client)).toMatchObject({ lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT' });
});

test.each(['TEST_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT'] as const)(
  'a pause hook is refused at %s',
  async (stage) => {
    const { client } = await webWithPassword('x');
    const lifecycleHooks = [{ targetType: 'PAUSE' as const, lifecycleStages: [stage] }];
    await expect(
      client.updateService({
        cluster: 'prod',
        service: 'web',
        deploymentConfiguration: { strategy: 'BLUE_GREEN', lifecycleHooks },
      }),
    ).rejects.toMatchObject({ code: 'InvalidParameterException' });
  },
);

test.each(['stopping', 'refusing to continue', 'waiting too long'])(
  '%s goes back to the old tasks',
  async (how) => {
    const hookMinuteMs = how === 'waiting too long' ? 8 : 60_000;
    const { client, id } = await prepared(pauseAt('POST_SCALE_UP'), { hookMinuteMs });
    const before = (await runningTasks(client)).map(({ taskArn }) => taskArn);
    await registerWeb(client);
    const next = await redeploy(client, { taskDefinition: 'web:2' });
    const { serviceDeploymentArn, lifecycleHookDetails } = await reached(client, {
      lifecycleStage: 'POST_SCALE_UP',
    });
    if (how === 'stopping') {
      await client.stopServiceDeployment({ serviceDeploymentArn, stopType: 'ROLLBACK' });
    } else if (how === 'refusing to continue') {
      const { hookId } = lifecycleHookDetails![0]!;
      await client.continueServiceDeployment({ serviceDeploymentArn, hookId, action: 'ROLLBACK' });
    }
    const done = await reached(client, { status: 'ROLLBACK_SUCCESSFUL' });
    expect(done.rollback?.serviceRevisionArn).toMatch(new RegExp(`/${id.split('/')[1] ?? ''}$`));
    const service = await describe(client);
    expect(service).toMatchObject({
      taskDefinition: expect.stringMatching(/web:1$/) as string,
      deployments: [{ id, status: 'PRIMARY', rolloutState: 'COMPLETED' }],
    });
    expect(next).not.toBe(id);
    expect((await runningTasks(client)).map(({ taskArn }) => taskArn)).toEqual(before);

    await client.updateService({
      cluster: 'prod',
      service: 'web',
      deploymentConfiguration: { lifecycleHooks: [] },
    });
    await redeploy(client);
    await reached(client, { status: 'SUCCESSFUL' });
  },
);

test('the circuit breaker goes back to the old tasks', async () => {
  const { client, stores, id } = await prepared({
    strategy: 'BLUE_GREEN',
    deploymentCircuitBreaker: { enable: true, rollback: true },
  });
  stores.parameters.delete('/prod/password');
  await redeploy(client);
  const done = await reached(client, { status: 'ROLLBACK_SUCCESSFUL' });
  expect(done.deploymentCircuitBreaker).toMatchObject({ status: 'TRIGGERED', failureCount: 4 });
  expect(await describe(client)).toMatchObject({ runningCount: 2, deployments: [{ id }] });
});

test.each([
  ['LINEAR', { linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 2 } }, [0, 50, 100]],
  [
    'CANARY',
    { canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 2 } },
    [0, 10, 100],
  ],
] as const)('%s shifts the traffic in steps', async (strategy, more, steps) => {
  const { client } = await prepared({ strategy, ...more });
  await redeploy(client);
  const seen: (number | undefined)[] = [];
  await vi.waitFor(async () => {
    const { status, targetServiceRevision } = await record(client);
    const weight = targetServiceRevision?.requestedProductionTrafficWeight;
    if (seen.at(-1) !== weight) seen.push(weight);
    expect(status).toBe('SUCCESSFUL');
  }, often);
  expect(seen).toEqual(steps);
});

test('a newer deployment supersedes the one in progress and reconciles', async () => {
  const { client } = await prepared(pauseAt('POST_SCALE_UP'));
  const before = (await runningTasks(client)).map(({ taskArn }) => taskArn);
  const first = await redeploy(client);
  await reached(client, { lifecycleStage: 'POST_SCALE_UP' });
  const second = await redeploy(client);
  expect(await record(client)).toMatchObject({ lifecycleStage: 'RECONCILE_SERVICE' });
  const held = await reached(client, { lifecycleStage: 'POST_SCALE_UP' });
  const tasks = await runningTasks(client);
  expect(tasks.map(({ taskArn }) => taskArn)).toEqual(expect.arrayContaining(before));
  expect(tasks.map(({ startedBy }) => startedBy)).not.toContain(first);
  await client.continueServiceDeployment({
    serviceDeploymentArn: held.serviceDeploymentArn,
    hookId: held.lifecycleHookDetails![0]!.hookId,
  });
  await reached(client, { status: 'SUCCESSFUL' });
  expect((await describe(client)).deployments).toMatchObject([{ id: second }]);
});

test('the old tasks are replaced while the new ones wait', async () => {
  const { client, id } = await prepared(pauseAt('POST_SCALE_UP'));
  await redeploy(client);
  await reached(client, { lifecycleStage: 'POST_SCALE_UP' });
  const old = (await runningTasks(client)).find(({ startedBy }) => startedBy === id);
  await client.stopTask({ cluster: 'prod', task: old?.taskArn });
  await vi.waitFor(async () => {
    const tasks = (await runningTasks(client)).filter(({ startedBy }) => startedBy === id);
    expect(tasks).toHaveLength(2);
    expect(tasks.map(({ taskArn }) => taskArn)).not.toContain(old?.taskArn);
  }, often);
});

test.each([
  { strategy: 'GREEN' as 'LINEAR' },
  { bakeTimeInMinutes: 1441 },
  { linearConfiguration: { stepPercent: 0.001 } },
  { canaryConfiguration: { canaryPercent: 101 } },
  { lifecycleHooks: [{ timeoutConfiguration: { timeoutInMinutes: 0 } }] },
])('refuses the deployment configuration %j', async (deploymentConfiguration) => {
  const { client } = await webWithPassword('old');
  await expect(
    client.updateService({
      cluster: 'prod',
      service: 'web',
      deploymentConfiguration: deploymentConfiguration,
    }),
  ).rejects.toMatchObject({ code: 'InvalidParameterException' });
});
