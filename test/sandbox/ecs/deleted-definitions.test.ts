import { expect, test, vi } from 'vitest';
import {
  describe,
  redeploy,
  registerWeb,
  rolledOut,
  runningTasks,
  webWithPassword,
} from './support.ts';

test('deletes INACTIVE revisions only', async () => {
  const { client } = await webWithPassword('x', { desiredCount: 0 });
  await registerWeb(client);
  await registerWeb(client);
  await client.deregisterTaskDefinition({ taskDefinition: 'web:2' });
  const { taskDefinitions, failures } = await client.deleteTaskDefinitions({
    taskDefinitions: ['web:2', 'web:3', 'web:9'],
  });
  expect(taskDefinitions).toMatchObject([
    { revision: 2, status: 'DELETE_IN_PROGRESS', deleteRequestedAt: expect.any(Date) as Date },
  ]);
  expect(failures).toMatchObject([
    { arn: expect.stringMatching(/task-definition\/web:3$/) as string },
    { arn: expect.stringMatching(/task-definition\/web:9$/) as string },
  ]);
  expect(failures?.[0]?.reason).toContain('ACTIVE status');
  expect(failures?.[1]?.reason).toContain('does not exist');

  await expect(client.describeTaskDefinition({ taskDefinition: 'web:2' })).rejects.toThrow(
    'Unable to describe task definition.',
  );
  expect(await registerWeb(client)).toMatch(/web:4$/);
  const list = await client.listTaskDefinitions({ familyPrefix: 'web' });
  expect(list.taskDefinitionArns?.map((arn) => arn.split(':').at(-1))).toEqual(['1', '3', '4']);
});

test('takes ten revisions at most, each with its number', async () => {
  const { client } = await webWithPassword('x', { desiredCount: 0 });
  const many = Array.from({ length: 11 }, (_, index) => `web:${index + 1}`);
  const refused = { code: 'InvalidParameterException' };
  await expect(client.deleteTaskDefinitions({ taskDefinitions: many })).rejects.toMatchObject(
    refused,
  );
  await expect(client.deleteTaskDefinitions({ taskDefinitions: [] })).rejects.toMatchObject(
    refused,
  );
  await expect(client.deleteTaskDefinitions({ taskDefinitions: ['web'] })).rejects.toMatchObject({
    code: 'ClientException',
  });
});

test('a service goes on with an INACTIVE or deleted revision', async () => {
  const { client, id } = await webWithPassword('x');
  const replaceTask = async (): Promise<void> => {
    const [task] = await runningTasks(client);
    await client.stopTask({ cluster: 'prod', task: task?.taskArn });
    await vi.waitFor(async () => {
      const tasks = await runningTasks(client);
      expect(tasks.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING']);
      expect(tasks.map(({ taskArn }) => taskArn)).not.toContain(task?.taskArn);
    });
  };
  await client.deregisterTaskDefinition({ taskDefinition: 'web:1' });
  await replaceTask();
  const forced = await redeploy(client);
  expect((await rolledOut(client)).deployments).toMatchObject([{ id: forced }]);
  expect(forced).not.toBe(id);

  await client.deleteTaskDefinitions({ taskDefinitions: ['web:1'] });
  await replaceTask();
  expect(
    (await client.describeTaskDefinition({ taskDefinition: 'web:1' })).taskDefinition?.status,
  ).toBe('DELETE_IN_PROGRESS');
  await expect(redeploy(client)).rejects.toThrow('TaskDefinition is inactive');

  await registerWeb(client);
  const next = await redeploy(client, { taskDefinition: 'web:2' });
  await rolledOut(client);
  expect((await describe(client)).deployments).toMatchObject([{ id: next }]);
  await vi.waitFor(async () => {
    await expect(client.describeTaskDefinition({ taskDefinition: 'web:1' })).rejects.toThrow();
  });
});
