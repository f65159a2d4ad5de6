import { CreateClusterCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openShop, type Shop } from '../helpers/scene.ts';

// 20 schedules and a rule run one family that no service runs: it is described once.
let shop: Shop;
const here = 'arn:aws:ecs:us-east-1:123456789012';
beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/db']);
  await shop.run(['register', 'web.json', '--secret', 'DB=/shop/db', '--execution-role', 'r']);
  await shop.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
  const config = {
    endpoint: shop.sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const target = (taskDefinition: string) => ({
    ...{ Arn: `${here}:cluster/shop`, RoleArn: 'arn:aws:iam::123456789012:role/events' },
    EcsParameters: { TaskDefinitionArn: `${here}:task-definition/${taskDefinition}` },
  });
  const scheduler = new SchedulerClient(config);
  for (let index = 0; index < 20; index += 1) {
    await scheduler.send(
      new CreateScheduleCommand({
        ...{ Name: `s${index}`, ScheduleExpression: 'rate(1 hour)' },
        ...{ FlexibleTimeWindow: { Mode: 'OFF' }, Target: target('web') },
      }),
    );
  }
  const events = new EventBridgeClient(config);
  await events.send(new PutRuleCommand({ Name: 'nightly', ScheduleExpression: 'rate(1 day)' }));
  const Targets = [{ Id: '1', ...target('web') }];
  await events.send(new PutTargetsCommand({ Rule: 'nightly', Targets }));
});
afterEach(() => shop.sandbox.close());

/** How often a command made each call. */
async function callsOf(argv: readonly string[], stdin = ''): Promise<Record<string, number>> {
  const calls = async () => {
    const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
    return ((await answer.json()) as { operation: string }[]).map(({ operation }) => operation);
  };
  const before = (await calls()).length;
  const seen = await shop.run(argv, { stdin });
  expect(seen.code, seen.stderr).toBe(0);
  const made = (await calls()).slice(before);
  return Object.fromEntries(
    [...new Set(made)].sort().map((name) => [name, made.filter((one) => one === name).length]),
  );
}

/** What it takes to look at one cluster in which nothing runs, and at its rules and schedules. */
const search = {
  ...{ GetCallerIdentity: 1, ListClusters: 1, ListServices: 1, ListTasks: 1 },
  ...{ ListRuleNamesByTarget: 1, ListTargetsByRule: 1, ListSchedules: 1, GetSchedule: 20 },
  ...{ DescribeTaskDefinition: 1, ListDaemons: 1 },
};

test('where-used describes the family of 20 schedules once', async () => {
  const { scheduled } = await shop.json(['where-used', '/shop/db']);
  expect(scheduled).toHaveLength(21);
  expect(await callsOf(['where-used', '/shop/db'])).toEqual({ ...search, DescribeParameters: 1 });
});

test('import --prune of 10 parameters looks everywhere once', async () => {
  for (let index = 0; index < 10; index += 1) {
    const value = { Value: 'x', Type: 'SecureString' as const };
    await shop.ssm.send(new PutParameterCommand({ Name: `/old/P${index}`, ...value }));
  }
  const prune = ['import', '-', '--prefix', '/old', '--prune', '--yes'];
  expect(await callsOf(prune, 'A=1\n')).toEqual({
    ...search,
    ...{ GetParameters: 1, DescribeParameters: 1, PutParameter: 1, DeleteParameters: 10 },
  });
});

test('import --prune of 10 secrets looks everywhere once', async () => {
  for (let index = 0; index < 10; index += 1) {
    await shop.secrets.send(new CreateSecretCommand({ Name: `old/P${index}`, SecretString: 'x' }));
  }
  const prune = ['import', '-', '--prefix', 'sm:old', '--prune', '--yes'];
  expect(await callsOf(prune, 'A=1\n')).toEqual({
    ...search,
    ...{ BatchGetSecretValue: 1, GetSecretValue: 1, CreateSecret: 1, ListSecrets: 1 },
    // Each is described before it is deleted: a replica or a managed secret must be left alone.
    ...{ DescribeSecret: 11, DeleteSecret: 10 },
  });
});
