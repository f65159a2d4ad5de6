import { expect, test } from 'vitest';
import { openScene } from './clients.ts';
import { wireTo } from './wire.ts';

const cluster = 'arn:aws:ecs:us-east-1:123456789012:cluster/prod';

const runTask = {
  Id: 'run',
  Arn: cluster,
  RoleArn: 'arn:aws:iam::123456789012:role/events',
  Input: '{"containerOverrides":[]}',
  EcsParameters: {
    TaskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/job:3',
    TaskCount: 2,
    LaunchType: 'FARGATE',
    NetworkConfiguration: { awsvpcConfiguration: { Subnets: ['subnet-1'] } },
  },
};

async function prepared() {
  const scene = await openScene();
  const { events } = wireTo(scene.sandbox.url);
  const rule = { Name: 'nightly', ScheduleExpression: 'rate(1 day)' };
  return { events, rule, [Symbol.asyncDispose]: () => scene.sandbox.close() };
}

test('keeps a rule and its targets as they were put', async () => {
  await using scene = await prepared();
  const { events, rule } = scene;
  const arn = 'arn:aws:events:us-east-1:123456789012:rule/nightly';
  expect(await events('PutRule', rule)).toEqual({ status: 200, body: { RuleArn: arn } });
  expect(await events('PutTargets', { Rule: 'nightly', Targets: [runTask] })).toEqual({
    status: 200,
    body: { FailedEntryCount: 0, FailedEntries: [] },
  });
  expect((await events('ListTargetsByRule', { Rule: 'nightly' })).body).toEqual({
    Targets: [runTask],
  });
  expect((await events('ListRuleNamesByTarget', { TargetArn: cluster })).body).toEqual({
    RuleNames: ['nightly'],
  });

  await events('PutRule', { Name: 'nightly', EventPattern: '{"source":["aws.ssm"]}' });
  expect((await events('DescribeRule', { Name: 'nightly' })).body).toEqual({
    Name: 'nightly',
    Arn: arn,
    EventPattern: '{"source":["aws.ssm"]}',
    State: 'ENABLED',
    EventBusName: 'default',
    CreatedBy: '123456789012',
  });
  expect((await events('ListTargetsByRule', { Rule: 'nightly' })).body.Targets).toHaveLength(1);
});

test('replaces a target of the same id and removes it', async () => {
  await using scene = await prepared();
  const { events, rule } = scene;
  await events('PutRule', rule);
  await events('PutTargets', { Rule: 'nightly', Targets: [runTask] });
  const changed = {
    ...runTask,
    EcsParameters: { ...runTask.EcsParameters, TaskDefinitionArn: 'job:4' },
  };
  await events('PutTargets', { Rule: 'nightly', Targets: [changed] });
  expect((await events('ListTargetsByRule', { Rule: 'nightly' })).body.Targets).toEqual([changed]);

  expect((await events('DeleteRule', { Name: 'nightly' })).body).toEqual({
    __type: 'ValidationException',
    message: "Rule can't be deleted since it has targets.",
  });
  expect(
    (await events('RemoveTargets', { Rule: 'nightly', Ids: ['run', 'absent'] })).body,
  ).toMatchObject({ FailedEntryCount: 1, FailedEntries: [{ TargetId: 'absent' }] });
  expect((await events('DeleteRule', { Name: 'nightly' })).status).toBe(200);
  expect((await events('DeleteRule', { Name: 'nightly' })).status).toBe(200);
  expect((await events('DescribeRule', { Name: 'nightly' })).body).toEqual({
    __type: 'ResourceNotFoundException',
    message: 'Rule nightly does not exist on EventBus default.',
  });
});

test('pages rules, targets and names', async () => {
  await using scene = await prepared();
  const { events } = scene;
  for (const name of ['a-1', 'a-2', 'a-3', 'b-1']) {
    await events('PutRule', { Name: name, ScheduleExpression: 'cron(0 1 * * ? *)' });
    const targets = [1, 2, 3].map((number) => ({ ...runTask, Id: `t${number}` }));
    await events('PutTargets', { Rule: name, Targets: targets });
  }
  const names = async (operation: string, input: object, list: string): Promise<unknown[]> => {
    const all: unknown[] = [];
    let token: unknown;
    do {
      const { body } = await events(operation, { ...input, Limit: 2, NextToken: token });
      expect((body[list] as unknown[]).length).toBeLessThanOrEqual(2);
      all.push(...(body[list] as unknown[]));
      token = body.NextToken;
    } while (token !== undefined);
    return all;
  };
  expect(await names('ListRules', { NamePrefix: 'a-' }, 'Rules')).toMatchObject([
    { Name: 'a-1' },
    { Name: 'a-2' },
    { Name: 'a-3' },
  ]);
  expect(await names('ListTargetsByRule', { Rule: 'a-1' }, 'Targets')).toHaveLength(3);
  expect(await names('ListRuleNamesByTarget', { TargetArn: cluster }, 'RuleNames')).toEqual([
    'a-1',
    'a-2',
    'a-3',
    'b-1',
  ]);
  expect((await events('ListRules', { NextToken: 'nonsense' })).body.__type).toBe(
    'ValidationException',
  );
});

test('keeps buses apart', async () => {
  await using scene = await prepared();
  const { events, rule } = scene;
  const pattern = { Name: 'nightly', EventPattern: '{"source":["shop"]}', EventBusName: 'shop' };
  expect((await events('PutRule', pattern)).body.__type).toBe('ResourceNotFoundException');
  const { body } = await events('CreateEventBus', { Name: 'shop' });
  expect((await events('PutRule', { ...pattern, EventBusName: body.EventBusArn })).body).toEqual({
    RuleArn: 'arn:aws:events:us-east-1:123456789012:rule/shop/nightly',
  });
  expect((await events('ListRules')).body).toEqual({ Rules: [] });
  expect((await events('ListRules', { EventBusName: 'shop' })).body.Rules).toHaveLength(1);
  expect((await events('PutRule', { ...rule, EventBusName: 'shop' })).body.message).toBe(
    'ScheduleExpression is supported only on the default event bus.',
  );
  expect((await events('ListEventBuses')).body.EventBuses).toMatchObject([
    { Name: 'default' },
    { Name: 'shop' },
  ]);
});

test('refuses what cannot work', async () => {
  await using scene = await prepared();
  const { events, rule } = scene;
  await events('PutRule', rule);
  const put = async (input: object): Promise<unknown> =>
    (await events('PutRule', { Name: 'x', ...input })).body.__type;
  expect(await put({})).toBe('ValidationException');
  expect(await put({ ScheduleExpression: 'daily' })).toBe('ValidationException');
  expect(await put({ EventPattern: '[' })).toBe('InvalidEventPatternException');

  const target = async (Targets: object[]): Promise<unknown> =>
    (await events('PutTargets', { Rule: 'nightly', Targets })).body.__type;
  const { EcsParameters: _parameters, ...bare } = runTask;
  const { RoleArn: _role, ...roleless } = runTask;
  expect(await target([bare])).toBe('ValidationException');
  expect(await target([roleless])).toBe('ValidationException');
  expect(await target([{ Id: 'x' }])).toBe('ValidationException');
  const six = [1, 2, 3, 4, 5, 6].map((number) => ({ ...runTask, Id: `t${number}` }));
  expect(await target(six)).toBe('LimitExceededException');
});
