import { afterAll, beforeAll, expect, test } from 'vitest';
import { goBetween, type BadAnswer, type Incident } from '../../helpers/go-between.ts';
import type { Seen, Setting } from '../../helpers/run.ts';
import {
  clusterArn,
  openScheduled,
  revisionArn,
  roleArn,
  running,
  type ScheduledScene,
} from '../../helpers/scheduled.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { jsonOf } from '../../helpers/start-scene.ts';

// What others do meanwhile, what fails, and what keeps a target from being moved. Each test has a family of its own.
let shop: Shop;
let scene: ScheduledScene;
beforeAll(async () => {
  shop = await openShop();
  scene = await openScheduled(shop);
});
afterAll(() => shop.sandbox.close());

const secret = 'mArKeD-inPut-0815';
const failed = (ErrorCode: string): BadAnswer => ({
  status: 200,
  text: JSON.stringify({
    FailedEntryCount: 1,
    FailedEntries: [{ TargetId: '1', ErrorCode, ErrorMessage: `{"password":"${secret}"} is bad` }],
  }),
});
const refused = (type: string): BadAnswer => ({
  status: 400,
  text: JSON.stringify({ __type: type, message: `${type} of ${secret}` }),
});

test('what someone else changes before the write is kept', async () => {
  await scene.revisions('race', 2);
  await scene.rule('race', [running('race:1', { Input: '{}' }), running('race:2', { Id: 'gone' })]);
  for (const name of ['race-kept', 'race-moved', 'race-gone']) {
    await scene.schedule(name, running('race:1'));
  }
  const own = { ScheduleExpression: 'rate(9 hours)', FlexibleTimeWindow: { Mode: 'OFF' } };
  const seen = await register('race', { image: 'web=httpd:3' }, [
    {
      operation: 'RegisterTaskDefinition',
      async after() {
        const Targets = [running('race:1', { Input: '{"a":1}' })];
        await scene.events('PutTargets', { Rule: 'race', Targets });
        await scene.events('RemoveTargets', { Rule: 'race', Ids: ['gone'] });
        await scene.update('race-kept', { ...own, Target: running('race:2') });
        await scene.update('race-moved', { ...own, Target: running('race:3') });
        await scene.remove('race-gone');
      },
    },
    // Refused because someone else changes the rule at that moment: it is tried again.
    { operation: 'PutTargets', instead: () => failed('ConcurrentModificationException') },
  ]);
  expect(seen.code, seen.stderr).toBe(1);
  expect(await scene.targets('race')).toEqual([running('race:3', { Input: '{"a":1}' })]);
  expect(await scene.getSchedule('race-kept')).toMatchObject({ ...own, Target: running('race:2') });
  expect(seen.stdout).toContain('moved rule race, target 1: race:3 instead of race:1');
  expect(seen.stdout).toContain('rule race, target gone: not moved: it was deleted meanwhile');
  expect(seen.stdout).toContain(
    'schedule default/race-kept: not moved: someone has changed it meanwhile: it runs race:2',
  );
  expect(seen.stdout).toContain('moved schedule default/race-moved: race:3 instead of race:1');
  expect(seen.stdout).toContain('schedule default/race-gone: not moved: it was deleted meanwhile');
  expect(seen.stderr).toMatch(
    /1 of 5 targets not moved to race:3: schedule default\/race-kept\nhint: .*run the command again/,
  );
});

test.each<[string, BadAnswer, RegExp]>([
  ['entry', failed('InternalException'), /rule entry, target 1: not moved: /],
  ['managed', refused('ManagedRuleException'), /not moved: an AWS service manages this rule/],
])('%s: a target that fails is told, and the next run moves it', async (name, answer, says) => {
  await scene.revisions(name, 2);
  await scene.rule(name, [running(`${name}:1`, { Input: `{"password":"${secret}"}` })]);
  await scene.rule(`${name}-other`, [running(`${name}:1`)]);
  const seen = await register(name, { json: true }, [
    { operation: 'PutTargets', instead: () => answer, times: 99 },
  ]);
  expect(seen.code, seen.stderr).toBe(1);
  expect(jsonOf(seen)).toMatchObject({
    action: 'unchanged',
    schedules: [
      { name, moved: false },
      { name: `${name}-other`, moved: false },
    ],
  });
  const text = await register(name, {}, [
    { operation: 'PutTargets', instead: () => answer, times: 99 },
  ]);
  expect(text.stdout).toMatch(says);
  expect(text.stderr).toContain(`2 of 2 targets not moved to ${name}:2`);
  expect(seen.stdout + seen.stderr + text.stdout + text.stderr).not.toContain(secret);
  expect(await scene.runs(name)).toEqual([`${name}:1`]);

  const again = await register(name, {});
  expect(again.code, again.stderr).toBe(0);
  expect(await scene.runs(name)).toEqual([`${name}:2`]);
  expect(await scene.runs(`${name}-other`)).toEqual([`${name}:2`]);
});

test('one of several fails: the others are moved, and what throttling refuses is tried again', async () => {
  await scene.revisions('part', 2);
  for (const name of ['part-a', 'part-b', 'part-c']) await scene.schedule(name, running('part:1'));
  const seen = await register('part', {}, [
    { operation: 'UpdateSchedule', from: 1, instead: () => refused('ThrottlingException') },
    {
      operation: 'UpdateSchedule',
      ...{ from: 3, times: 1 },
      instead: () => refused('ValidationException'),
    },
  ]);
  expect(seen.code, seen.stderr).toBe(1);
  expect(seen.stdout.match(/part:2 instead of part:1/g)).toHaveLength(2);
  expect(seen.stdout).toMatch(/schedule default\/part-[abc]: not moved: ValidationException of/);
  expect(seen.stderr).toContain('1 of 3 targets not moved to part:2: schedule default');
  const again = await register('part', {});
  expect(again.code, again.stderr).toBe(0);
  for (const name of ['part-a', 'part-b', 'part-c'])
    expect(await scene.scheduleRuns(name)).toBe('part:2');
});

test('an interrupt stops between two targets, and the next run moves the rest', async () => {
  await scene.revisions('stop', 2);
  await scene.rule(
    'stop',
    [1, 2, 3].map((id) => running('stop:1', { Id: `${id}` })),
  );
  const controller = new AbortController();
  const interrupting = (): Promise<void> => {
    controller.abort();
    return Promise.resolve();
  };
  const seen = await register('stop', { interrupted: controller.signal }, [
    { operation: 'PutTargets', after: interrupting },
  ]);
  expect(seen.code).toBe(130);
  expect(seen.stdout).toContain('moved rule stop, target 1: stop:2 instead of stop:1');
  expect(seen.stdout).toContain('rule stop, target 2: not moved: interrupted');
  expect(seen.stderr).toMatch(
    /interrupted; 2 of 3 targets not moved to stop:2: rule stop, target 2; rule stop, target 3\nhint: run the command again/,
  );
  expect(await scene.runs('stop')).toEqual(['stop:2', 'stop:1', 'stop:1']);
  expect(await register('stop', {})).toMatchObject({ code: 0 });
  expect(await scene.runs('stop')).toEqual(['stop:2', 'stop:2', 'stop:2']);
});

test('a target whose role does not allow the revision stays; the printed command lets it be moved', async () => {
  await scene.revisions('pinned', 1);
  await scene.role('narrow', [
    { Effect: 'Allow', Action: 'ecs:RunTask', Resource: revisionArn('pinned:1') },
  ]);
  const conditional = { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } };
  await scene.role('unsure', [
    { Effect: 'Allow', Action: 'ecs:RunTask', Resource: '*', Condition: conditional },
  ]);
  await scene.role('here', [
    {
      ...{ Effect: 'Allow', Action: 'ecs:RunTask', Resource: revisionArn('pinned:*') },
      Condition: { ArnEquals: { 'ecs:cluster': clusterArn } },
    },
  ]);
  for (const name of ['narrow', 'unsure', 'here', 'absent']) {
    await scene.schedule(`role-${name}`, running('pinned:1', { RoleArn: roleArn(name) }));
  }
  const seen = await register('pinned', { image: 'web=httpd:9' });
  expect(seen.code, seen.stderr).toBe(1);
  const why =
    'its role narrow does not allow ecs:RunTask for pinned:2 (no policy of the role allows it)';
  expect(seen.stderr).toContain(`warning: schedule default/role-narrow is not moved: ${why}`);
  expect(seen.stderr).toMatch(
    /not checked: whether the role unsure allows ecs:RunTask for pinned:2/,
  );
  expect(seen.stderr).toContain('not checked: the role absent: there is no role');
  expect(seen.stdout).toContain(`schedule default/role-narrow: not moved: ${why}`);
  expect(await scene.scheduleRuns('role-narrow')).toBe('pinned:1');
  for (const name of ['unsure', 'here', 'absent'])
    expect(await scene.scheduleRuns(`role-${name}`)).toBe('pinned:2');

  const [, policy = ''] =
    /^hint: .* --policy-document '(.*)'; then run the command again/m.exec(seen.stderr) ?? [];
  expect(JSON.parse(policy)).toMatchObject({
    Statement: [{ Action: 'ecs:RunTask', Resource: [revisionArn('pinned:*')] }],
  });
  expect(seen.stderr).toContain(
    'aws iam put-role-policy --role-name narrow --policy-name run-pinned-in-shop',
  );
  await scene.allow('narrow', policy);
  const again = await register('pinned', {});
  expect(again.code, again.stderr).toBe(0);
  expect(await scene.scheduleRuns('role-narrow')).toBe('pinned:2');
});

test('a new role of the revision that the target may not pass is told', async () => {
  await scene.revisions('passing', 1);
  await scene.role('runs', [{ Effect: 'Allow', Action: 'ecs:RunTask', Resource: '*' }]);
  await scene.role('worker', []);
  await scene.rule('passing', [running('passing:1', { RoleArn: roleArn('runs') })]);
  const seen = await register('passing', { options: ['--task-role', roleArn('worker')] });
  expect(seen.code, seen.stderr).toBe(1);
  expect(seen.stderr).toContain(
    'its role runs does not allow iam:PassRole for the task role worker (no policy',
  );
  expect(seen.stderr).toContain(`"Resource":["${roleArn('worker')}"]`);
  expect(await scene.runs('passing')).toEqual(['passing:1']);
  const strict = await register('passing', { options: ['--strict'] });
  expect(strict.code).toBe(2);
});

test('rules and schedules that the caller may not see: nothing is registered', async () => {
  await scene.revisions('unseen', 1);
  const denied = { status: 400, text: '{"__type":"AccessDeniedException","message":"no"}' };
  const seen = await register('unseen', { image: 'web=httpd:2' }, [
    { operation: 'ListRuleNamesByTarget', times: 9, instead: () => denied },
  ]);
  expect(seen.code).toBe(1);
  expect(seen.stderr).toContain('cannot see all EventBridge rules (missing permission: events:');
  expect(seen.stderr).toContain("policy caller --for 'register --schedules'");
  expect((await register('unseen', {})).stdout).toContain('unseen:1 unchanged');
});

// --- internal ---

interface Options extends Setting {
  image?: string;
  json?: true;
  options?: string[];
}

/** Registers from the latest revision of a family and moves its schedules, while others act. */
async function register(
  family: string,
  { image, json, options = [], ...setting }: Options,
  incidents: readonly Incident[] = [],
): Promise<Seen> {
  await using between = await goBetween(shop.sandbox.url, incidents);
  const argv = [
    ...['register', '--family', family, '--schedules', '--yes', ...options],
    ...(image === undefined ? [] : ['--image', image]),
    ...(json ? ['--json'] : []),
  ];
  return await shop.run(argv, { ...setting, env: { ECS_SECRETS_ENDPOINT_URL: between.url } });
}
