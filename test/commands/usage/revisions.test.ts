import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy';
import {
  DescribeTaskDefinitionCommand,
  DeregisterTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RevisionListDocument } from '../../../src/commands/usage/documents.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

// What `revisions` shows of a family, and which revisions `--keep` takes away.
let shop: Shop;
/** Told each call that the sandbox answers, as `service operation`. */
let onCall: (call: string) => void = () => undefined;
beforeAll(async () => {
  shop = await openShop({
    log: (line) => {
      onCall(line);
    },
  });
  await shop.json(['put', '/shop/a'], { stdin: 'MARK-a' });
  await shop.json(['put', '/shop/b'], { stdin: 'MARK-b' });
  await shop.json(['role', 'create', 'r', '--secret', '/shop/a', '--secret', '/shop/b']);
  await register({ A: '/shop/a' });
  await shop.json(['put', '/shop/a'], { stdin: 'MARK-a2' });
  await register({ A: '/shop/a', B: '/shop/b', GONE: '/shop/gone' });
  await register({ B: '/shop/a', C: '/shop/b' }, 'httpd:2.5');
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web:2', desiredCount: 0 });
  await shop.ecs.send(new RunTaskCommand({ cluster: 'shop', taskDefinition: 'web:3' }));
  await rule('nightly', 'web:1');
  await schedule('hourly', 'web');
});
afterAll(() => shop.sandbox.close());

const account = '123456789012';
const arnOf = (id: string) => `arn:aws:ecs:us-east-1:${account}:task-definition/${id}`;
const config = () => ({
  ...{ endpoint: shop.sandbox.url, region: 'us-east-1' },
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

async function register(secrets: Record<string, string>, image = 'httpd:2.4', family = 'web') {
  const container = {
    ...{ name: 'web', image, memory: 64 },
    secrets: Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
  };
  await shop.ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family, executionRoleArn: `arn:aws:iam::${account}:role/r` },
      containerDefinitions: [container],
    }),
  );
}

const target = (id: string) => ({
  Arn: `arn:aws:ecs:us-east-1:${account}:cluster/shop`,
  RoleArn: `arn:aws:iam::${account}:role/events`,
  EcsParameters: { TaskDefinitionArn: arnOf(id) },
});

async function rule(name: string, id: string): Promise<void> {
  const events = new EventBridgeClient(config());
  await events.send(new PutRuleCommand({ Name: name, ScheduleExpression: 'rate(1 day)' }));
  await events.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: '1', ...target(id) }] }));
}

async function schedule(name: string, id: string): Promise<void> {
  await new SchedulerClient(config()).send(
    new CreateScheduleCommand({
      ...{ Name: name, ScheduleExpression: 'rate(1 hour)', Target: target(id) },
      FlexibleTimeWindow: { Mode: 'OFF' },
    }),
  );
}

/** A family of a test, with this many revisions. */
async function family(name: string, count: number): Promise<string> {
  for (let index = 0; index < count; index += 1) await register({}, 'httpd:2.4', name);
  return name;
}

/** The first letters of the statuses of its revisions: `AAI`; `-` of one that is deleted. */
async function statuses(name: string, count: number): Promise<string> {
  const letters: string[] = [];
  for (let number = 1; number <= count; number += 1) {
    const { taskDefinition } = await shop.ecs
      .send(new DescribeTaskDefinitionCommand({ taskDefinition: `${name}:${number}` }))
      .catch(() => ({ taskDefinition: undefined }));
    letters.push(taskDefinition?.status?.slice(0, 1) ?? '-');
  }
  return letters.join('').replaceAll('D', '-');
}

describe('the list', () => {
  test('names users, changes, and secrets that changed meanwhile', async () => {
    const seen = await shop.run(['revisions', 'web']);
    expect(seen, seen.stderr).toMatchObject({ code: 0 });
    const rows = seen.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    const like = (pattern: RegExp): unknown => expect.stringMatching(pattern);
    const date = like(/^\d{4}-\d\d-\d\d \d\d:\d\d$/);
    const users = like(/^task shop\/\w+, schedule default\/hourly$/);
    const changes = '+ web:C, - web:A, - web:GONE, ~ web:B, image of web: httpd:2.5';
    const changed = like(/^\/shop\/a \(\d{4}-.*\)$/);
    expect(rows).toEqual([
      ['REVISION', 'STATUS', 'REGISTERED', 'USED BY', 'CHANGES', 'SECRETS CHANGED'],
      ['web:3', 'ACTIVE', date, users, changes, ''],
      ['web:2', 'ACTIVE', date, 'service shop/web', '+ web:B, + web:GONE', ''],
      ['web:1', 'ACTIVE', date, 'rule nightly', '', changed],
    ]);
    expect(seen.stdout + seen.stderr).not.toContain('MARK');
  });

  test('as JSON has the references themselves', async () => {
    const { revisions, total } = (await shop.json([
      'revisions',
      'web',
    ])) as unknown as RevisionListDocument;
    expect(total).toBe(3);
    expect(revisions.map(({ revision }) => revision)).toEqual([3, 2, 1]);
    const place = { container: 'web', kind: 'secrets' };
    expect(revisions[0]).toMatchObject({
      arn: arnOf('web:3'),
      changes: {
        added: [{ ...place, name: 'C', valueFrom: '/shop/b' }],
        removed: [
          { ...place, name: 'A', valueFrom: '/shop/a' },
          { ...place, name: 'GONE', valueFrom: '/shop/gone' },
        ],
        changed: [{ ...place, name: 'B', valueFrom: '/shop/a', before: '/shop/b' }],
        images: [{ container: 'web', before: 'httpd:2.4', image: 'httpd:2.5' }],
      },
    });
    expect(revisions[1]?.users).toEqual([{ kind: 'service', name: 'shop/web' }]);
    expect(revisions[2]).not.toHaveProperty('changes');
    expect(revisions[2]?.secretsChanged).toMatchObject([{ reference: 'ssm:/shop/a' }]);
  });

  test('--limit compares its last one too, and says that there are more', async () => {
    const seen = await shop.run(['revisions', 'web', '--limit', '1']);
    expect(seen.stderr).toBe('note: the newest 1 of 3 revisions; --limit lists more\n');
    expect(seen.stdout.split('\n')).toHaveLength(3);
    expect(seen.stdout).toContain('+ web:C');
  });

  test('has INACTIVE revisions with --all only', async () => {
    await family('idle', 2);
    for (const taskDefinition of ['idle:1', 'idle:2']) {
      const none = await shop.run(['revisions', 'idle', '--limit', '5']);
      expect(none.stdout).toContain(taskDefinition);
      await shop.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
    }
    const seen = await shop.run(['revisions', 'idle']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toBe(
      'error: idle has no ACTIVE revision\nhint: to list the INACTIVE ones: --all\n',
    );
    const all = await shop.run(['revisions', 'idle', '--all']);
    expect(all.stdout.match(/^idle:\d\tINACTIVE\t/gm)).toHaveLength(2);
  });

  test('goes on without what may not be seen, and names it', async () => {
    const fault = { code: 'AccessDeniedException', times: 1 };
    shop.sandbox.inject({ service: 'ssm', operation: 'DescribeParameters', ...fault });
    shop.sandbox.inject({ service: 'events', operation: 'ListRuleNamesByTarget', ...fault });
    const seen = await shop.run(['revisions', 'web']);
    expect(seen.code).toBe(0);
    expect(seen.stderr).toMatch(/warning: not checked: ssm:\/shop\/a \(.*ssm:DescribeParameters/);
    expect(seen.stderr).toContain('warning: not checked: EventBridge rules');
    expect(seen.stdout).toContain('service shop/web');
  });
});

test.each<[string[], RegExp]>([
  [['none'], /error: there is no family none\nhint: a family belongs to one region/],
  [['web:3'], /error: web:3 is not the name of a family\nhint: .*without its revision: web\n/],
  [[arnOf('web:3')], /hint: give the family, without its revision: web\n/],
  [['web', '--limit', '0'], /--limit: "0" is not a whole number of at least 1/],
  [['web', '--keep', '0'], /--keep: "0" is not a whole number of at least 1/],
  [['web', '--keep', '2', '--all'], /'--keep <n>' cannot be used with option '--all'/],
  [
    ['web', '--limit', '20', '--keep', '2'],
    /'--keep <n>' cannot be used with option '--limit <n>'/,
  ],
  [['web', '--dry-run'], /--dry-run needs --keep/],
  [['web', '--delete'], /--delete needs --keep/],
  [['web', '--keeps', '3'], /did you mean --keep\?/],
  [['--family', 'web'], /that is an argument: ecs-secrets revisions FAMILY/],
])('%j is an error', async (argv, message) => {
  const seen = await shop.run(['revisions', ...argv]);
  expect(seen.code).toBe(argv[0] === 'none' ? 1 : 2);
  expect(seen.stderr).toMatch(message);
});

describe('--keep', () => {
  test('shows first, asks, and deregisters what is older and unused', async () => {
    const name = await family('asks', 6);
    await shop.service({
      cluster: 'shop',
      name: 'asks',
      taskDefinition: 'asks:2',
      desiredCount: 0,
    });
    const argv = ['revisions', name, '--keep', '2'];
    const plan = 'asks:1, asks:3-4 (3 revisions)\nkept asks:2: used by service shop/asks\n';
    const dry = await shop.run([...argv, '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stdout: `would deregister ${plan}` });
    expect(await shop.json([...argv, '--dry-run', '--delete'])).toMatchObject({
      ...{ family: name, keep: 2, dryRun: true, unchecked: [] },
      older: [
        { revision: 4, outcome: 'deleted' },
        { revision: 3, outcome: 'deleted' },
        { revision: 2, outcome: 'in-use', users: [{ kind: 'service', name: 'shop/asks' }] },
        { revision: 1, outcome: 'deleted' },
      ],
    });
    const silent = await shop.run(argv);
    expect(silent.code).toBe(2);
    expect(silent.stderr).toContain('hint: pass --yes');
    const no = await shop.run(argv, { terminal: { answer: 'n' } });
    expect(no.code).toBe(130);
    expect(no.stderr).toContain(`to deregister: ${plan}`);
    expect(no.stderr).toContain('Deregister these 3 revisions of asks? [y/N]');
    expect(no.stderr).toContain('cancelled; nothing was done');
    expect(await statuses(name, 6)).toBe('AAAAAA');

    const yes = await shop.run(argv, { terminal: { answer: 'y' } });
    expect(yes).toMatchObject({ code: 0, stdout: `deregistered ${plan}` });
    expect(await statuses(name, 6)).toBe('IAIIAA');
    const again = await shop.run([...argv, '--yes']);
    expect(again).toMatchObject({
      code: 0,
      stdout:
        'nothing to deregister: no unused revision of asks is older than the newest 2\nkept asks:2: used by service shop/asks\n',
    });
    expect((await shop.run(['revisions', name, '--keep', '9', '--yes'])).stdout).toMatch(
      /^nothing to deregister/,
    );
  });

  test('leaves whatever is used, by whom ever', async () => {
    const name = await family('used', 8);
    await shop.service({
      ...{ cluster: 'shop', name: 'blue', taskDefinition: 'used:1', desiredCount: 0 },
      deploymentController: { type: 'CODE_DEPLOY' },
      loadBalancers: [{ targetGroupArn: 'arn:tg', containerName: 'web', containerPort: 80 }],
    });
    await deployWithCodeDeploy('blue', 'used:2');
    await rule('weekly', 'used:3');
    await schedule('daily', 'used:4');
    await shop.ecs.send(new RunTaskCommand({ cluster: 'shop', taskDefinition: 'used:5' }));
    const seen = await shop.run(['revisions', name, '--keep', '1', '--yes', '--force']);
    expect(seen, seen.stderr).toMatchObject({ code: 0 });
    expect(seen.stdout.split('\n')).toEqual([
      'deregistered used:6-7 (2 revisions)',
      expect.stringMatching(/^kept used:5: used by task shop\/\w+$/),
      'kept used:4: used by schedule default/daily',
      'kept used:3: used by rule weekly',
      expect.stringMatching(/^kept used:2: used by .*CodeDeploy group shop\/blue$/),
      expect.stringMatching(/^kept used:1: used by service shop\/blue$/),
      '',
    ]);
    expect(await statuses(name, 8)).toBe('AAAAAIIA');
  });

  test.each([
    ['rules', 'events', 'ListRuleNamesByTarget', 'EventBridge rules'],
    ['schedules', 'scheduler', 'ListSchedules', 'EventBridge schedules'],
    ['services', 'ecs', 'ListServices', 'services and running tasks'],
    ['CodeDeploy groups', 'codedeploy', 'ListApplications', 'CodeDeploy groups'],
  ])('deregisters nothing while %s may not be seen', async (_what, service, operation, what) => {
    const name = await family(`unseen-${service}`, 2);
    const fault = { service, operation, code: 'AccessDeniedException', times: 1 };
    const argv = ['revisions', name, '--keep', '1'];
    shop.sandbox.inject(fault);
    const dry = await shop.run([...argv, '--dry-run']);
    expect(dry).toMatchObject({ code: 1, stdout: `would deregister ${name}:1\n` });
    // It may be seen at first, and not any more after the question.
    const terminal = {
      get answer() {
        shop.sandbox.inject(fault);
        return 'y';
      },
    };
    const late = await shop.run(argv, { terminal });
    expect(late.code).toBe(1);
    for (const { stderr } of [dry, late]) {
      expect(stderr).toContain(`warning: not checked: ${what}`);
      expect(stderr).toMatch(/error: .*could not be checked may use a revision\nhint: .*--force/);
    }
    expect(await statuses(name, 2)).toBe('AA');
  });

  test('an interrupt says how far it came, and the next run continues', async () => {
    const name = await family('stopped', 6);
    const interrupt = new AbortController();
    let count = 0;
    onCall = (call) => {
      if (call.includes('DeregisterTaskDefinition')) count += 1;
      if (count === 2) interrupt.abort();
    };
    const argv = ['revisions', name, '--keep', '1', '--yes'];
    // The answer to the second call has as much time to arrive as with the real clock.
    const patient = { interrupted: interrupt.signal, longestPause: 5_000 };
    const seen = await shop.run(argv, patient);
    onCall = () => undefined;
    expect(seen.code).toBe(130);
    expect(seen.stderr).toContain('interrupted; 2 of 5 old revisions were deregistered');
    expect(seen.stdout).toBe(
      'deregistered stopped:4-5 (2 revisions)\nleft stopped:1-3 (3 revisions)\n',
    );
    expect(await shop.run(argv)).toMatchObject({
      code: 0,
      stdout: 'deregistered stopped:1-3 (3 revisions)\n',
    });
    expect(await statuses(name, 6)).toBe('IIIIIA');
  });

  test('is throttled, and fails, without losing what was done', async () => {
    const name = await family('slow', 4);
    const operation = 'DeregisterTaskDefinition';
    const argv = ['revisions', name, '--keep', '1', '--yes'];
    const denied = { service: 'ecs', operation, code: 'AccessDeniedException' };
    let count = 0;
    onCall = (call) => {
      if (call.includes(operation) && ++count === 1) shop.sandbox.inject({ ...denied, times: 1 });
    };
    const failed = await shop.run(argv);
    onCall = () => undefined;
    expect(failed.code).toBe(1);
    expect(failed.stdout).toBe('deregistered slow:3\nleft slow:1-2 (2 revisions)\n');
    shop.sandbox.inject({ service: 'ecs', operation, code: 'ThrottlingException', times: 2 });
    expect(await shop.run(argv)).toMatchObject({ code: 0 });
    expect(await statuses(name, 4)).toBe('IIIA');
  });

  test('--delete deletes them, and the INACTIVE ones that are older', async () => {
    const name = await family('gone', 5);
    await shop.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'gone:1' }));
    const argv = ['revisions', name, '--keep', '2', '--delete'];
    const operation = 'DeleteTaskDefinitions';
    const denied = { service: 'ecs', operation, code: 'AccessDeniedException' };
    shop.sandbox.inject({ ...denied, times: 1 });
    const failed = await shop.run([...argv, '--yes']);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toBe('deregistered gone:1-3 (3 revisions)\n');
    const seen = await shop.run(argv, { terminal: { answer: 'y' } });
    expect(seen.stderr).toContain('Delete these 3 revisions of gone?');
    expect(seen).toMatchObject({ code: 0, stdout: 'deleted gone:1-3 (3 revisions)\n' });
    expect(await statuses(name, 5)).toBe('---AA');
    const { older } = await shop.json([...argv, '--yes']);
    expect(older).toEqual([]);
  });
});

/** Has CodeDeploy deploy a revision to a service, beside the old task set for as long as it can. */
async function deployWithCodeDeploy(serviceName: string, id: string): Promise<void> {
  const codeDeploy = new CodeDeployClient(config());
  const applicationName = 'shop';
  await codeDeploy.send(new CreateApplicationCommand({ applicationName, computePlatform: 'ECS' }));
  const group = { applicationName, deploymentGroupName: 'blue' };
  await codeDeploy.send(
    new CreateDeploymentGroupCommand({
      ...{ ...group, serviceRoleArn: `arn:aws:iam::${account}:role/codedeploy` },
      ecsServices: [{ clusterName: 'shop', serviceName }],
      blueGreenDeploymentConfiguration: {
        terminateBlueInstancesOnDeploymentSuccess: {
          ...{ action: 'TERMINATE', terminationWaitTimeInMinutes: 2880 },
        },
      },
    }),
  );
  const Properties = {
    ...{ TaskDefinition: arnOf(id) },
    LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 80 },
  };
  const Resources = [{ TargetService: { Type: 'AWS::ECS::Service', Properties } }];
  const appSpecContent = { content: JSON.stringify({ version: 1, Resources }) };
  await codeDeploy.send(
    new CreateDeploymentCommand({
      ...group,
      revision: { revisionType: 'AppSpecContent', appSpecContent },
    }),
  );
}
