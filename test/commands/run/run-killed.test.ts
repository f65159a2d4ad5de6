import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { program } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.run(['register', 'web.json', '--execution-role', 'arn:aws:iam::123456789012:role/r']);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
});
afterAll(() => shop.sandbox.close());

test.each(['SIGINT', 'SIGTERM'] as const)('the task outlives %s', async (signal) => {
  const startedBy = `test-${signal}`;
  const [command, ...first] = program;
  const argv = ['run', 'web', '--cluster', 'shop', '--subnets', 'subnet-1', '--no-verify'];
  const env = { ...process.env, CI: '', ...shop.sandbox.environment };
  const child = spawn(command, [...first, ...argv, '--started-by', startedBy], { env });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    const before = stderr;
    stderr += data.toString();
    const ran = / (RUNNING)\n/;
    if (ran.test(stderr) && !ran.test(before)) child.kill(signal);
  });
  expect(await closed, stderr).toBe(130);
  const { taskArns: tasks = [] } = await shop.ecs.send(
    new ListTasksCommand({ cluster: 'shop', startedBy }),
  );
  expect(tasks).toHaveLength(1);
  expect(stderr).toContain(`error: interrupted; the task continues in ECS: ${tasks[0] ?? ''}\n`);
  expect(stderr).toContain(`to stop it: aws ecs stop-task --cluster `);
  const described = await shop.ecs.send(new DescribeTasksCommand({ cluster: 'shop', tasks }));
  expect(described.tasks?.[0]?.lastStatus).toBe('RUNNING');
});
