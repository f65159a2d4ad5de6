import { expect, test, vi } from 'vitest';
import {
  describe,
  often,
  redeploy,
  rolledOut,
  runningTasks,
  webWithPassword,
  type Client,
} from './support.ts';

type Configuration = NonNullable<Parameters<Client['createService']>[0]['deploymentConfiguration']>;

const criteria = {
  enable: true,
  healthyPercent: 50,
  sourceServiceRevisionCleanup: 'DEFERRED',
} as const;

/** A service of three tasks of which two must run, replaced one after another. */
const prepared = (more: Partial<Configuration>, deferredMs: number) =>
  webWithPassword(
    'old',
    {
      desiredCount: 3,
      deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 50, ...more },
    },
    { deferredMs },
  );

async function startedBy(client: Client) {
  return (await runningTasks(client)).map((task) => task.startedBy);
}

test('with DEFERRED a deployment is complete while old tasks are still there', async () => {
  const { client, ecs, stores, id } = await prepared({ earlySuccessCriteria: criteria }, 60_000);
  stores.parameters.set('/prod/password', 'new');
  const next = await redeploy(client);
  const service = await rolledOut(client);
  expect(service.deployments).toMatchObject([
    { id: next, status: 'PRIMARY', rolloutState: 'COMPLETED' },
    { id, status: 'ACTIVE', runningCount: 1 },
  ]);
  const { serviceDeployments } = await client.describeServiceDeployments({
    serviceDeploymentArns: [service.currentServiceDeployment!],
  });
  expect(serviceDeployments?.[0]).toMatchObject({
    status: 'SUCCESSFUL',
    deploymentConfiguration: { earlySuccessCriteria: criteria },
  });
  const values = (await runningTasks(client)).map(
    ({ taskArn }) => ecs.taskEnvironment(taskArn!)?.containers[0]?.environment.PASSWORD,
  );
  expect(values.sort()).toEqual(['new', 'new', 'old']);
});

test('the old tasks go afterwards, and the rest of the new ones comes', async () => {
  const { client } = await prepared({ earlySuccessCriteria: criteria }, 10);
  const next = await redeploy(client);
  await vi.waitFor(async () => {
    expect((await describe(client)).deployments).toMatchObject([{ id: next, runningCount: 3 }]);
    expect(await startedBy(client)).toEqual([next, next, next]);
  }, often);
});

test('with BLOCKING a deployment waits for the old tasks to go, not for all new ones', async () => {
  const { client, stores } = await prepared(
    { earlySuccessCriteria: { ...criteria, sourceServiceRevisionCleanup: 'BLOCKING' } },
    0,
  );
  // Two tasks start, then no other one: a start asks twice.
  let left = 4;
  stores.parameters.has = () => left-- > 0;
  const next = await redeploy(client);
  const service = await rolledOut(client);
  expect(service.deployments).toMatchObject([{ id: next, runningCount: 2, failedTasks: 0 }]);
  expect(service.deployments).toHaveLength(1);
});

test('criteria that are off change nothing', async () => {
  const { client } = await prepared({ earlySuccessCriteria: { enable: false } }, 60_000);
  const next = await redeploy(client);
  const service = await rolledOut(client);
  expect(service.deployments).toMatchObject([{ id: next, runningCount: 3 }]);
  expect(service.deployments).toHaveLength(1);
});

test.each<[string, Partial<Configuration>]>([
  ['another strategy', { strategy: 'BLUE_GREEN', earlySuccessCriteria: criteria }],
  ['no cleanup', { earlySuccessCriteria: { enable: true, healthyPercent: 50 } }],
  [
    'no percentage',
    { earlySuccessCriteria: { enable: true, sourceServiceRevisionCleanup: 'BLOCKING' } },
  ],
  ['more than all', { earlySuccessCriteria: { ...criteria, healthyPercent: 101 } }],
  ['less than must run', { earlySuccessCriteria: { ...criteria, healthyPercent: 49 } }],
])('refuses criteria with %s', async (_, more) => {
  const { client } = await prepared({}, 0);
  const deploymentConfiguration = more;
  await expect(
    client.updateService({ cluster: 'prod', service: 'web', deploymentConfiguration }),
  ).rejects.toMatchObject({ code: 'InvalidParameterException' });
});
