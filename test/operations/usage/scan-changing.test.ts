import { expect, test } from 'vitest';
import type { Ecs, RunningTask } from '../../../src/aws/ecs.ts';
import type { Service } from '../../../src/aws/ecs-answers.ts';
import { AwsError } from '../../../src/errors.ts';
import { scan } from '../../../src/operations/usage/scan.ts';
import { fakeAws } from '../../helpers/fake-aws.ts';
import { serviceNamed } from '../../helpers/rollout-fakes.ts';

// What is looked at changes while it is looked at.

const clusterArn = (name: string) => `arn:aws:ecs:us-east-1:123456789012:cluster/${name}`;
const shop = clusterArn('shop');
const everywhere = { clusters: [], services: [] };
const task = (id: string): RunningTask => ({
  ...{ arn: `arn:aws:ecs:us-east-1:123456789012:task/shop/${id}`, cluster: shop },
  ...{ group: 'service:web', taskDefinition: 'web:1', createdAt: undefined, startedAt: undefined },
});
const noCluster = () =>
  Promise.reject(
    new AwsError('not-found', 'Cluster not found.', { awsCode: 'ClusterNotFoundException' }),
  );

/** An ECS of one cluster with one service and one task, but for what is given. */
function ecsWith(more: Partial<Ecs> = {}) {
  return fakeAws({
    ecs: {
      clusters: () => Promise.resolve([shop]),
      services: () => Promise.resolve([serviceNamed('web').arn]),
      describeServices: () =>
        Promise.resolve({
          services: [serviceNamed('web', { taskDefinition: 'web:1' })],
          missing: [],
        }),
      runningTasks: () => Promise.resolve([task('1')]),
      daemons: () => Promise.resolve([]),
      taskDefinition: (arn) =>
        Promise.resolve({ arn, status: 'ACTIVE', definition: { containerDefinitions: [] } }),
      ...more,
    },
  });
}

test('a cluster that is deleted after it was listed is passed over', async () => {
  const gone = clusterArn('gone');
  const aws = ecsWith({
    clusters: () => Promise.resolve([gone, shop]),
    services: (cluster) => (cluster === gone ? noCluster() : Promise.resolve(['web'])),
    runningTasks: (cluster) => Promise.resolve(cluster === gone ? [] : [task('1')]),
  });
  const found = await scan(aws, everywhere, { tasks: 'required' });
  expect(found.clusters).toEqual([shop]);
  expect(found.services.map(({ name }) => name)).toEqual(['web']);
});

test('a cluster that is named and does not exist is an error, as it was written', async () => {
  const aws = ecsWith({ services: noCluster, describeServices: noCluster });
  const hint = 'a cluster belongs to one region and account';
  await expect(scan(aws, { clusters: ['shop'], services: [] })).rejects.toMatchObject({
    ...{ code: 'cluster-not-found', message: 'there is no cluster shop', hint },
  });
  const services = [{ cluster: shop, service: 'web' }];
  await expect(scan(aws, { clusters: [], services })).rejects.toMatchObject({
    ...{ code: 'cluster-not-found', message: `there is no cluster ${shop}`, hint },
  });
});

test('any other error of a cluster that was listed is one', async () => {
  const aws = ecsWith({ services: () => Promise.reject(new AwsError('access-denied', 'no')) });
  await expect(scan(aws, everywhere)).rejects.toMatchObject({ code: 'access-denied' });
});

test('a service that is deleted after it was listed is left out, one that is named is missed', async () => {
  const arn = serviceNamed('web').arn;
  const missing = () => Promise.resolve({ services: [], missing: [arn] });
  const aws = ecsWith({ describeServices: missing });
  expect((await scan(aws, everywhere)).services).toEqual([]);
  const services = [{ cluster: 'shop', service: 'web' }];
  await expect(scan(aws, { clusters: [], services })).rejects.toMatchObject({
    code: 'service-not-found',
    message: `there is no service ${arn}`,
  });
});

test('what two pages of a list both name counts once', async () => {
  const web = serviceNamed('web', { taskDefinition: 'web:1' });
  const later: Service = { ...web, desiredCount: 2 };
  const asked: string[] = [];
  const aws = ecsWith({
    describeServices: () => Promise.resolve({ services: [web, later], missing: [] }),
    runningTasks: () => Promise.resolve([task('1'), task('2'), task('1')]),
    taskDefinition: (arn) => {
      asked.push(arn);
      return Promise.resolve(undefined);
    },
  });
  const found = await scan(aws, everywhere, { tasks: 'required' });
  expect(found.services).toEqual([later]);
  expect(found.tasks.map(({ arn }) => arn)).toEqual([task('1').arn, task('2').arn]);
  expect(asked).toEqual(['web:1']);
  // A revision that was deleted meanwhile is none.
  expect(found.revisions.size).toBe(0);
});

test('tasks that may not be seen are none, or an error where they are needed', async () => {
  const denied = () => Promise.reject(new AwsError('access-denied', 'no ecs:ListTasks'));
  const throttled = () => Promise.reject(new AwsError('throttled', 'Rate exceeded'));
  const aws = ecsWith({ runningTasks: denied });
  expect((await scan(aws, everywhere, { tasks: 'if-allowed' })).tasks).toEqual([]);
  await expect(scan(aws, everywhere, { tasks: 'required' })).rejects.toThrow('ecs:ListTasks');
  const busy = scan(ecsWith({ runningTasks: throttled }), everywhere, { tasks: 'if-allowed' });
  await expect(busy).rejects.toThrow('Rate exceeded');
});
