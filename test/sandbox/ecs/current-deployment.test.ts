import { expect, test } from 'vitest';
import { describe, registerWeb, rolledOut, webWithPassword, type Client } from './support.ts';

async function record(client: Client, arn: string) {
  const { serviceDeployments } = await client.describeServiceDeployments({
    serviceDeploymentArns: [arn],
  });
  return serviceDeployments![0]!;
}

const revisionOf = (deployment: string) => deployment.slice('ecs-svc/'.length);

test.each(['ROLLING', 'BLUE_GREEN'] as const)(
  'UpdateService of a %s service answers with the service deployment that it starts',
  async (strategy) => {
    const { client, id } = await webWithPassword(
      'x',
      { deploymentConfiguration: { strategy } },
      { stageMs: 2 },
    );
    const first = await describe(client);
    const update = { cluster: 'prod', service: 'web' };
    const { service } = await client.updateService({ ...update, forceNewDeployment: true });
    const arn = service!.currentServiceDeployment!;
    expect(arn).toMatch(/^arn:aws:ecs:eu-west-1:111122223333:service-deployment\/prod\/web\/.+/);
    expect(arn).not.toBe(first.currentServiceDeployment);
    const [primary, old] = service!.deployments!;
    expect(primary).toMatchObject({ status: 'PRIMARY', rolloutState: 'IN_PROGRESS' });
    expect(old).toMatchObject({
      id,
      status: 'ACTIVE',
      createdAt: first.deployments![0]!.createdAt,
    });

    const started = await record(client, arn);
    expect(started).toMatchObject({ createdAt: primary!.createdAt });
    expect(started.targetServiceRevision?.arn).toMatch(new RegExp(`/${revisionOf(primary!.id!)}$`));
    expect((await describe(client)).currentServiceDeployment).toBe(arn);

    const done = await rolledOut(client);
    expect(done.currentServiceDeployment).toBe(arn);
    const { createdAt, updatedAt } = done.deployments![0]!;
    expect(createdAt).toEqual(primary!.createdAt);
    expect(updatedAt!.getTime()).toBeGreaterThan(createdAt!.getTime());

    const same = await client.updateService({ ...update, desiredCount: 2 });
    expect(same.service!.currentServiceDeployment).toBe(arn);
  },
);

test('a rollback belongs to the service deployment that failed', async () => {
  const { client } = await webWithPassword('x', {
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
  });
  await registerWeb(client, { valueFrom: '/prod/absent' });
  const { service } = await client.updateService({
    cluster: 'prod',
    service: 'web',
    taskDefinition: 'web:2',
  });
  const done = await rolledOut(client);
  expect(done.deployments![0]!.id).not.toBe(service!.deployments![0]!.id);
  expect(done.currentServiceDeployment).toBe(service!.currentServiceDeployment);
  expect(await record(client, done.currentServiceDeployment!)).toMatchObject({
    status: 'ROLLBACK_SUCCESSFUL',
  });
});
