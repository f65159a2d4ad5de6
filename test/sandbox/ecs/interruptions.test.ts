import { expect, test, vi } from 'vitest';
import { openScene } from '../clients.ts';
import {
  describe,
  often,
  redeploy,
  rolledOut,
  runningTasks,
  stoppedTasks,
  webWithPassword,
} from './support.ts';

const breaker = { deploymentCircuitBreaker: { enable: true, rollback: false } };
const codes = ['SpotInterruption', 'TerminationNotice', 'InfrastructureHealth'] as const;

test.each(codes)('a task that stops for %s is replaced and is no failure', async (stopCode) => {
  const { client, ecs, stores, id } = await webWithPassword('old', {
    deploymentConfiguration: breaker,
  });
  const [first, second] = await runningTasks(client);
  stores.parameters.set('/prod/password', 'new');
  ecs.interruptTask(first!.taskArn!, stopCode);
  const tasks = await vi.waitFor(async () => {
    const all = await runningTasks(client);
    expect(all.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING']);
    expect(all.map(({ taskArn }) => taskArn)).not.toContain(first!.taskArn);
    return all;
  }, often);
  expect(tasks.map(({ startedBy }) => startedBy)).toEqual([id, id]);
  const injected = (arn: string) =>
    ecs.taskEnvironment(arn)?.containers[0]?.environment.PASSWORD ?? '';
  expect(tasks.map(({ taskArn }) => injected(taskArn!)).sort()).toEqual(['new', 'old']);
  expect(injected(second!.taskArn!)).toBe('old');
  await vi.waitFor(async () => {
    expect(await stoppedTasks(client)).toMatchObject([{ taskArn: first!.taskArn, stopCode }]);
  }, often);
  expect((await describe(client)).deployments).toMatchObject([
    { id, rolloutState: 'COMPLETED', failedTasks: 0 },
  ]);
});

test('interruptions do not trip the circuit breaker', async () => {
  const { client, ecs } = await webWithPassword(
    'x',
    { deploymentConfiguration: breaker },
    { settleMs: 30 },
  );
  const id = await redeploy(client);
  const interrupted = new Set<string>();
  await vi.waitFor(async () => {
    for (const { taskArn, startedBy } of await runningTasks(client)) {
      if (startedBy !== id || interrupted.size === 4) continue;
      ecs.interruptTask(taskArn!, 'SpotInterruption');
      interrupted.add(taskArn!);
    }
    expect(interrupted.size).toBe(4);
  }, often);
  expect((await rolledOut(client)).deployments).toMatchObject([{ id, failedTasks: 0 }]);
});

test('a task that is not there or stopped cannot be interrupted', async () => {
  const { client, ecs } = await webWithPassword('x');
  const [task] = await runningTasks(client);
  ecs.interruptTask(task!.taskArn!, 'SpotInterruption');
  for (const arn of [task!.taskArn!, 'none']) {
    expect(() => {
      ecs.interruptTask(arn, 'SpotInterruption');
    }).toThrow(`there is no running task ${arn}`);
  }
  await using scene = await openScene();
  expect(() => {
    scene.sandbox.interruptTask('none', 'SpotInterruption');
  }).toThrow('there is no running task none');
});
