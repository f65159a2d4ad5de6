import { expect, test } from 'vitest';
import { openScene } from './clients.ts';
import { wireTo } from './wire.ts';

const target = {
  Arn: 'arn:aws:ecs:us-east-1:123456789012:cluster/prod',
  RoleArn: 'arn:aws:iam::123456789012:role/scheduler',
  Input: '{}',
  EcsParameters: {
    TaskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/job:3',
    TaskCount: 1,
    Tags: [{ team: 'shop' }],
  },
};

const schedule = {
  ScheduleExpression: 'rate(1 hours)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: target,
  Description: 'cleans up',
};

async function prepared() {
  const scene = await openScene({ now: () => 1_800_000_000_000 });
  const { url } = scene.sandbox;
  const { scheduler } = wireTo(url);
  return { url, scheduler, [Symbol.asyncDispose]: () => scene.sandbox.close() };
}

test('keeps a schedule as it was created', async () => {
  await using scene = await prepared();
  const { scheduler } = scene;
  const arn = 'arn:aws:scheduler:us-east-1:123456789012:schedule/default/clean';
  expect(await scheduler('POST', '/schedules/clean', schedule)).toEqual({
    status: 200,
    body: { ScheduleArn: arn },
  });
  expect((await scheduler('GET', '/schedules/clean')).body).toEqual({
    ...schedule,
    Name: 'clean',
    Arn: arn,
    GroupName: 'default',
    State: 'ENABLED',
    ScheduleExpressionTimezone: 'UTC',
    ActionAfterCompletion: 'NONE',
    CreationDate: 1_800_000_000,
    LastModificationDate: 1_800_000_000,
  });
  expect(await scheduler('POST', '/schedules/clean', schedule)).toEqual({
    status: 409,
    body: { __type: 'ConflictException', Message: 'Schedule clean already exists.' },
  });
});

test('an update replaces all that it does not name', async () => {
  await using scene = await prepared();
  const { scheduler } = scene;
  await scheduler('POST', '/schedules/clean', { ...schedule, State: 'DISABLED' });
  const { Description: _description, ...rest } = schedule;
  await scheduler('PUT', '/schedules/clean', rest);
  const { body } = await scheduler('GET', '/schedules/clean');
  expect(body).toMatchObject({ State: 'ENABLED', Target: target });
  expect(body).not.toHaveProperty('Description');
  expect((await scheduler('PUT', '/schedules/absent', rest)).status).toBe(404);

  expect((await scheduler('DELETE', '/schedules/clean?clientToken=x')).status).toBe(200);
  expect((await scheduler('GET', '/schedules/clean')).body).toEqual({
    __type: 'ResourceNotFoundException',
    Message: 'Schedule clean does not exist.',
  });
});

test('lists schedules by group and state, in pages', async () => {
  await using scene = await prepared();
  const { scheduler } = scene;
  expect((await scheduler('POST', '/schedules/x', { ...schedule, GroupName: 'shop' })).status).toBe(
    404,
  );
  expect((await scheduler('POST', '/schedule-groups/shop', { ClientToken: 't' })).body).toEqual({
    ScheduleGroupArn: 'arn:aws:scheduler:us-east-1:123456789012:schedule-group/shop',
  });
  for (const name of ['a', 'b', 'c']) {
    await scheduler('POST', `/schedules/${name}`, schedule);
    await scheduler('POST', `/schedules/${name}`, {
      ...schedule,
      GroupName: 'shop',
      State: name === 'b' ? 'DISABLED' : 'ENABLED',
    });
  }
  const list = async (query: string): Promise<string[]> => {
    const found: string[] = [];
    let token = '';
    do {
      const { body } = await scheduler('GET', `/schedules?MaxResults=2${query}${token}`);
      const page = body.Schedules as { GroupName: string; Name: string; Target: object }[];
      expect(page.length).toBeLessThanOrEqual(2);
      for (const one of page) expect(one.Target).toEqual({ Arn: target.Arn });
      found.push(...page.map(({ GroupName, Name }) => `${GroupName}/${Name}`));
      token = typeof body.NextToken === 'string' ? `&NextToken=${body.NextToken}` : '';
    } while (token !== '');
    return found;
  };
  expect(await list('')).toHaveLength(6);
  expect(await list('&ScheduleGroup=shop')).toEqual(['shop/a', 'shop/b', 'shop/c']);
  expect(await list('&ScheduleGroup=shop&State=DISABLED')).toEqual(['shop/b']);
  expect((await scheduler('GET', '/schedules/b?groupName=shop')).body.State).toBe('DISABLED');
  expect((await scheduler('GET', '/schedule-groups')).body.ScheduleGroups).toMatchObject([
    { Name: 'default', State: 'ACTIVE' },
    { Name: 'shop', State: 'ACTIVE' },
  ]);
});

test('refuses what cannot work, and remembers the calls', async () => {
  await using scene = await prepared();
  const { scheduler, url } = scene;
  const create = async (more: object): Promise<unknown> =>
    (await scheduler('POST', '/schedules/x', { ...schedule, ...more })).body.__type;
  expect(await create({ ScheduleExpression: 'hourly' })).toBe('ValidationException');
  expect(await create({ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } })).toBe('ValidationException');
  expect(await create({ Target: { Arn: target.Arn } })).toBe('ValidationException');
  expect((await scheduler('GET', '/schedules?MaxResults=101')).status).toBe(400);
  expect((await scheduler('GET', '/schedules/%zz')).body.__type).toBe('SerializationException');
  expect(await scheduler('GET', '/tags/x')).toEqual({
    status: 400,
    body: { __type: 'NotInSandbox', Message: 'scheduler:Unknown is not supported by the sandbox' },
  });

  const calls = (await (await fetch(`${url}/_sandbox/calls`)).json()) as { operation: string }[];
  expect(calls.map(({ operation }) => operation)).toEqual([
    'CreateSchedule',
    'CreateSchedule',
    'CreateSchedule',
    'ListSchedules',
    'GetSchedule',
    'Unknown',
  ]);
});
