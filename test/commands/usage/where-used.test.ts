import { RunTaskCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
const cluster = 'arn:aws:ecs:us-east-1:123456789012:cluster/shop';
const family = 'arn:aws:ecs:us-east-1:123456789012:task-definition/web';
const eventsRole = 'arn:aws:iam::123456789012:role/events';

beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', 'sm:shop/api:key'], { stdin: 'x' });
  await shop.run(['put', 'sm:shop/other'], { stdin: 'x' });
  await shop.run(['role', 'create', 'r', '--secret', 'sm:shop/api', '--secret', 'sm:shop/other']);
  const role = ['--execution-role', 'r'];
  await shop.run(['register', 'web.json', '--secret', 'KEY=sm:shop/api:key', ...role]);
  const other = ['--family', 'other', '--secret', 'KEY=sm:shop/other', ...role];
  await shop.run(['register', 'web.json', ...other]);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
  await shop.service({ cluster: 'shop', name: 'other', taskDefinition: 'other' });
  await shop.ecs.send(new RunTaskCommand({ cluster: 'shop', taskDefinition: 'web' }));
  const config = {
    endpoint: shop.sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const events = new EventBridgeClient(config);
  await events.send(new PutRuleCommand({ Name: 'nightly', ScheduleExpression: 'rate(1 day)' }));
  await events.send(
    new PutTargetsCommand({
      Rule: 'nightly',
      Targets: [
        {
          Id: '1',
          Arn: cluster,
          RoleArn: eventsRole,
          EcsParameters: { TaskDefinitionArn: `${family}:1` },
        },
        {
          Id: '2',
          Arn: cluster,
          RoleArn: eventsRole,
          EcsParameters: { TaskDefinitionArn: family.replace('web', 'other') },
        },
      ],
    }),
  );
  const schedule = {
    Arn: cluster,
    RoleArn: eventsRole,
    EcsParameters: { TaskDefinitionArn: family },
  };
  await new SchedulerClient(config).send(
    new CreateScheduleCommand({
      Name: 'hourly',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: schedule,
    }),
  );
});
afterEach(() => shop.sandbox.close());

test('where-used names services, tasks of no service, rules and schedules, and no others', async () => {
  const seen = await shop.run(['where-used', 'sm:shop/api']);
  expect(seen).toMatchObject({ code: 0, stderr: '' });
  expect(seen.stdout.replace(/task\tshop\/\w+/, 'task\tshop/ID')).toBe(
    [
      'KIND\tNAME\tUSES',
      'service\tshop/web\tweb:KEY',
      'task\tshop/ID\tweb:KEY',
      'rule\tnightly\tweb:KEY',
      'schedule\tdefault/hourly\tweb:KEY',
      '',
    ].join('\n'),
  );
});

test('where-used finds the same through every spelling', async () => {
  const { arn } = await shop.json(['where-used', 'sm:shop/api']);
  for (const spelling of [String(arn), `${String(arn)}:key::`, 'sm:shop/api:other']) {
    expect((await shop.json(['where-used', spelling])).services).toHaveLength(1);
  }
});

test('where-used passes over a rule and a schedule that are deleted after they were listed', async () => {
  const fault = { code: 'ResourceNotFoundException', message: 'It does not exist.', times: 1 };
  shop.sandbox.inject({ ...fault, service: 'events', operation: 'ListTargetsByRule' });
  shop.sandbox.inject({ ...fault, service: 'scheduler', operation: 'GetSchedule' });
  const seen = await shop.run(['where-used', 'sm:shop/api']);
  expect(seen).toMatchObject({ code: 0, stderr: '' });
  expect(seen.stdout).toContain('service\tshop/web');
  expect(seen.stdout).not.toMatch(/nightly|hourly/);
});

test('where-used says what it may not look at', async () => {
  const fault = { code: 'AccessDeniedException', times: 1 };
  shop.sandbox.inject({ ...fault, service: 'events', operation: 'ListRuleNamesByTarget' });
  shop.sandbox.inject({ ...fault, service: 'scheduler', operation: 'ListSchedules' });
  const seen = await shop.run(['where-used', 'sm:shop/api', '--cluster', 'shop']);
  expect(seen.code).toBe(0);
  expect(seen.stderr).toBe(
    [
      'warning: not checked: EventBridge rules (missing permission: events:ListRuleNamesByTarget, ListTargetsByRule)',
      'warning: not checked: EventBridge schedules (missing permission: scheduler:ListSchedules, GetSchedule)',
      '',
    ].join('\n'),
  );
});

test('where-used of what nothing refers to says so', async () => {
  await shop.run(['put', '/unused'], { stdin: 'x' });
  expect((await shop.run(['where-used', '/unused'])).stdout).toBe('nothing refers to /unused\n');
});

test('rotate names the task of no service, and the rules and schedules', async () => {
  const seen = await shop.run(['rotate', 'sm:shop/api:key', '--redeploy'], { stdin: 'y' });
  expect(seen.code).toBe(0);
  expect(seen.stderr).toMatch(/warning: task \w+ belongs to no service and keeps the old value/);
  expect(seen.stderr).toContain('note: rule nightly reads the current value at its next run');
  expect(seen.stderr).toContain(
    'note: schedule default/hourly reads the current value at its next',
  );
});

test('redeploy names the task of no service too', async () => {
  const seen = await shop.run(['redeploy', 'sm:shop/api']);
  expect(seen.code).toBe(0);
  expect(seen.stderr).toMatch(/warning: task \w+ belongs to no service and keeps the old value/);
});

test('rotate does not depend on rules and schedules being there to look at', async () => {
  const fault = { service: 'events', code: 'InternalException', status: 500, times: 20 };
  shop.sandbox.inject(fault);
  const seen = await shop.run(['rotate', 'sm:shop/api:key', '--redeploy'], { stdin: 'y' });
  expect(seen.code).toBe(0);
});
