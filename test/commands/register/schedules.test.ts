import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goBetween } from '../../helpers/go-between.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { jsonOf } from '../../helpers/start-scene.ts';
import {
  clusterArn,
  openScheduled,
  revisionArn,
  roleArn,
  running,
  type ScheduledScene,
} from '../../helpers/scheduled.ts';
import type { Setting } from '../../helpers/run.ts';
import eventTarget from './models/event-target.json' with { type: 'json' };
import updateSchedule from './models/update-schedule.json' with { type: 'json' };

// scripts/members-of-register.py writes the members of the newest models.

type Members =
  string | { readonly enum: string[] } | readonly Members[] | { [name: string]: Members };

const mark = 'mArKeD';
let shop: Shop;
let scene: ScheduledScene;
beforeAll(async () => {
  shop = await openShop();
  scene = await openScheduled(shop);
});
afterAll(() => shop.sandbox.close());

test('every member of the newest models is kept, and no text of a target is printed', async () => {
  await scene.revisions('kept', 1);
  const own = { Id: 'first', Arn: clusterArn, RoleArn: roleArn('events') };
  const filled = filledWith(eventTarget.members, '') as Record<string, object>;
  const newer = { NewerParameters: { Deep: [{ Text: mark, Size: 1.5 }] } };
  const target = {
    ...{ ...filled, ...newer, ...own },
    EcsParameters: { ...filled.EcsParameters, ...newer, TaskDefinitionArn: revisionArn('kept:1') },
  };
  const other = { Id: 'other', Arn: 'arn:aws:sns:us-east-1:123456789012:t', Input: mark };
  await scene.rule('kept', [target, other]);
  const all = filledWith(updateSchedule.members, '') as Record<string, Record<string, object>>;
  const { Name: _name, GroupName: _group, ClientToken: _token, ...settings } = all;
  const { EcsParameters } = settings.Target ?? {};
  const schedule = {
    ...{ ...settings, FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 7 } },
    ...{ ScheduleExpression: 'rate(3 minutes)', ScheduleExpressionTimezone: 'Europe/Paris' },
    ...{ StartDate: 1800000000.125, EndDate: 1900000000, State: 'DISABLED' },
    Target: {
      ...{ ...settings.Target, ...newer, Arn: clusterArn, RoleArn: roleArn('events') },
      EcsParameters: { ...EcsParameters, ...newer, TaskDefinitionArn: revisionArn('kept:1') },
    },
  };
  await scene.schedule('kept', schedule.Target, schedule);

  const seen = await register('kept', '--image', 'web=httpd:2', '--schedules', '--yes', '--debug');
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.stdout + seen.stderr).not.toContain(mark);
  expect(await scene.targets('kept')).toEqual([
    {
      ...target,
      EcsParameters: { ...target.EcsParameters, TaskDefinitionArn: revisionArn('kept:2') },
    },
    other,
  ]);
  const { LastModificationDate: _changed, ...now } = await scene.getSchedule('kept');
  expect(now).toEqual({
    ...schedule,
    ...{ Name: 'kept', GroupName: 'default', CreationDate: expect.any(Number) as number },
    Arn: 'arn:aws:scheduler:us-east-1:123456789012:schedule/default/kept',
    Target: {
      ...schedule.Target,
      EcsParameters: { ...schedule.Target.EcsParameters, TaskDefinitionArn: revisionArn('kept:2') },
    },
  });
});

test('what is moved is shown, asked and told; what names no revision or a newer one is left', async () => {
  await scene.revisions('nightly', 2);
  await scene.revisions('nightly-other', 2);
  await scene.rule('nightly', [
    running('nightly:1'),
    running('nightly:2', { Id: '2' }),
    running('nightly-other:1', { Id: '3' }),
  ]);
  await scene.schedule('nightly', running('nightly:1'));
  await scene.schedule('latest', running('nightly'));
  await scene.schedule('newer', running('nightly:9'));

  const argv = ['nightly', '--schedules'] as const;
  const dry = await register(...argv, '--dry-run', '--json');
  expect(dry.code, dry.stderr).toBe(0);
  const from = {
    cluster: clusterArn,
    from: revisionArn('nightly:1'),
    to: revisionArn('nightly:2'),
  };
  const moves = [
    { kind: 'rule', name: 'nightly', target: '1', ...from },
    { kind: 'schedule', name: 'default/nightly', ...from },
  ];
  expect(jsonOf(dry)).toMatchObject({
    action: 'unchanged',
    schedules: moves.map((one) => ({ ...one, moved: false })),
  });
  expect(dry.stderr).toContain(
    'would move rule nightly, target 1, in shop: nightly:2 instead of nightly:1',
  );
  expect(await scene.scheduleRuns('nightly')).toBe('nightly:1');

  expect(await register(...argv)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /cannot ask without a terminal: Move 2 targets of rules and schedules to nightly:2\?\n.*--yes/s,
    ) as string,
  });
  const declined = await registerWith({ terminal: { answer: 'n' } }, ...argv, '--image', 'web=b:2');
  expect(declined).toMatchObject({ code: 130 });
  expect(declined.stderr).toContain(
    'Move 4 targets of rules and schedules to a new revision of nightly?',
  );
  expect(declined.stderr).toContain(
    'to move: rule nightly, target 1, in shop: the new revision instead of nightly:1',
  );
  expect(declined.stderr).toContain('cancelled; nothing was registered');
  expect(await scene.runs('nightly')).toEqual(['nightly:1', 'nightly:2', 'nightly-other:1']);

  const seen = await registerWith({ terminal: { answer: 'y' } }, ...argv);
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.stdout).toMatch(
    /nightly:2 unchanged.*\nmoved rule nightly, target 1: nightly:2 instead of nightly:1\nmoved schedule default\/nightly: nightly:2 instead of nightly:1\n$/s,
  );
  expect(seen.stderr).toContain('schedule default/latest: no revision is named');
  expect(seen.stderr).toContain(
    'schedule default/newer: already on a newer revision than nightly:2',
  );
  expect(await scene.runs('nightly')).toEqual(['nightly:2', 'nightly:2', 'nightly-other:1']);
  expect(await scene.scheduleRuns('nightly')).toBe('nightly:2');
  expect(await scene.scheduleRuns('latest')).toBe('nightly');
  expect(await scene.scheduleRuns('newer')).toBe('nightly:9');

  const again = await register(...argv);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toContain('no rule or schedule runs an older revision of nightly');
});

test('with --service they are moved after the deployment has succeeded, and not if it fails', async () => {
  await scene.revisions('served', 1);
  const breaker = { enable: true, rollback: false };
  await shop.service({
    ...{ cluster: 'shop', name: 'served', taskDefinition: 'served' },
    deploymentConfiguration: { deploymentCircuitBreaker: breaker },
  });
  await scene.rule('served', [running('served:1')]);
  const argv = ['--service', 'shop/served', '--schedules', '--yes', '--json'];
  const crash = ['--docker-label', 'ecs-secrets.sandbox/exit-code=3'];
  const failed = await register('served', ...argv, ...crash);
  expect(failed.code, failed.stderr).toBe(4);
  expect(failed.stderr).toContain(
    'note: rule served, target 1: not changed, because the command failed before',
  );
  expect(jsonOf(failed)).toMatchObject({
    putBack: [{ service: 'served', by: 'ecs-secrets' }],
    schedules: [{ name: 'served', moved: false, why: 'the command failed before' }],
  });
  expect(await scene.runs('served')).toEqual(['served:1']);

  const deployed = ['served:1', ...argv, '--env', 'B=1'] as const;
  await using between = await goBetween(shop.sandbox.url, []);
  const setting = { env: { ECS_SECRETS_ENDPOINT_URL: between.url } };
  const seen = await registerWith(setting, ...deployed);
  expect(seen.code, seen.stderr).toBe(0);
  expect(jsonOf(seen)).toMatchObject({
    deployments: [{ service: 'served', state: 'completed' }],
    schedules: [{ name: 'served', from: revisionArn('served:1'), moved: true }],
  });
  expect(await scene.runs('served')).toEqual(['served:3']);
  const put = between.calls.indexOf('PutTargets');
  expect(put).toBeGreaterThan(between.calls.lastIndexOf('DescribeServices'));
});

test('--schedules with --no-wait is refused; a dry run of an unchanged revision deploys nothing', async () => {
  const refused = await register('x', '--service', 'shop/x', '--schedules', '--no-wait');
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain('--schedules waits for the deployments: omit --no-wait');

  await scene.revisions('dry', 1);
  await shop.service({ cluster: 'shop', name: 'dry', taskDefinition: 'dry' });
  await scene.revisions('dry', 2);
  await scene.schedule('dry', running('dry:1'));
  const seen = await register('dry', '--service', 'shop/dry', '--schedules', '--dry-run');
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.stderr).toContain('would move schedule default/dry, in shop: dry:2 instead of dry:1');
  const { services } = await shop.ecs.send(
    new DescribeServicesCommand({ cluster: 'shop', services: ['dry'] }),
  );
  expect(services?.[0]?.taskDefinition).toBe(revisionArn('dry:1'));
  expect(await scene.scheduleRuns('dry')).toBe('dry:1');
});

// --- internal ---

function register(family: string, ...options: string[]) {
  return registerWith({}, family, ...options);
}

/** Registers from the latest revision of a family, with options. */
function registerWith(setting: Setting, family: string, ...options: string[]) {
  return shop.run(['register', '--family', family, ...options], setting);
}

/** One of every member of a model. */
function filledWith(members: Members, path: string): unknown {
  if (typeof members === 'string') {
    if (members === 'boolean') return true;
    return members === 'string' ? `${mark}${path}` : 9;
  }
  if (Array.isArray(members)) return (members as Members[]).map((one) => filledWith(one, path));
  if ('enum' in members && Array.isArray(members.enum)) return members.enum.at(-1);
  return Object.fromEntries(
    Object.entries(members).map(([name, one]) => [
      name === '*' ? 'any' : name,
      filledWith(one, `${path}.${name}`),
    ]),
  );
}
