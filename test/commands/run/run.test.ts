import { CreateLogGroupCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterContainerInstanceCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Task,
} from '@aws-sdk/client-ecs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Setting } from '../../helpers/run.ts';
import { makeNetwork, type MadeNetwork } from '../../helpers/network-scene.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { definition, stock } from '../../helpers/start-scene.ts';
import { createDeployer } from '../../sandbox/clients.ts';

// One sandbox for all: each test has a family of its own, and so tasks of its own.
let shop: Shop;
let network: MadeNetwork;
const labels = (more: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(more).map(([name, value]) => [`ecs-secrets.sandbox/${name}`, value]),
  );
const logs = { logDriver: 'awslogs', options: { 'awslogs-group': '/ecs/web' } };
const withPrefix = {
  ...logs,
  options: { ...logs.options, 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'job' },
};

beforeAll(async () => {
  shop = await openShop();
  network = await makeNetwork(
    shop.ec2,
    {
      routes: ['igw'],
      publicIp: true,
      egress: 'all',
      endpoint: 'none',
      ingress: 'none',
      dnsSupport: true,
      dnsHostnames: true,
    },
    'ssm',
  );
  await stock(shop);
  await shop.run(['put', '/shop/gone'], { stdin: 'x' });
  const role = ['role', 'create', 'shop-execution', '--managed-policy', 'always'];
  await shop.run([...role, '--secret', '/shop/db', '--secret', '/shop/gone'], { longestPause: 5 });
  await shop.run(['delete', '/shop/gone', '--yes']);
  await shop.logs.send(new CreateLogGroupCommand({ logGroupName: '/ecs/web' }));
  await family('web', {});
  await shop.service({
    cluster: 'shop',
    name: 'web',
    taskDefinition: 'web',
    networkConfiguration: { awsvpcConfiguration: network },
  });
});
afterEach(() => {
  shop.sandbox.heal();
});
afterAll(() => shop.sandbox.close());

/** Registers a family for Fargate with one container, `web`, which has these members. */
async function family(
  name: string,
  container: object,
  more: Record<string, unknown> = {},
): Promise<void> {
  const input = definition({ PASSWORD: '/shop/db' }, { container, ...more });
  const request = { ...input, family: name } as unknown as RegisterTaskDefinitionCommandInput;
  await shop.ecs.send(new RegisterTaskDefinitionCommand(request));
}

/** A family whose container ends with an exit code. */
const ends = (name: string, code: string, container: object = {}, more: object = {}) =>
  family(name, { dockerLabels: labels({ 'exit-code': code }), ...container }, { ...more });

/** Every task of a family, running or stopped. */
async function tasksOf(name: string): Promise<Task[]> {
  const found: Task[] = [];
  for (const desiredStatus of ['RUNNING', 'STOPPED'] as const) {
    const query = { cluster: 'shop', family: name, desiredStatus };
    const { taskArns: tasks = [] } = await shop.ecs.send(new ListTasksCommand(query));
    if (tasks.length === 0) continue;
    const described = await shop.ecs.send(
      new DescribeTasksCommand({ cluster: 'shop', tasks, include: ['TAGS'] }),
    );
    found.push(...(described.tasks ?? []));
  }
  return found;
}

/** The only task of a family, as soon as it runs. */
function runningTask(name: string): Promise<Task | undefined> {
  return vi.waitFor(
    async () => {
      const [found] = await tasksOf(name);
      expect(found?.lastStatus).toBe('RUNNING');
      return found;
    },
    { timeout: 10_000, interval: 10 },
  );
}

const run = (name: string, argv: readonly string[] = [], setting: Setting = {}) =>
  shop.run(['run', name, '--service', 'shop/web', ...argv], { longestPause: 5, ...setting });

describe('the end of a task', () => {
  test('exits with the code of the container, and prints its output', async () => {
    await ends('ok', '0', {
      dockerLabels: labels({ 'exit-code': '0', log: 'first\tline\n\u001b[2Jcleared' }),
      logConfiguration: withPrefix,
    });
    const seen = await run('ok');
    expect(seen).toMatchObject({ code: 0, stdout: 'first\tline\n\\u001b[2Jcleared\n' });
    expect(seen.stderr).toMatch(/^running ok:1 in shop\nshop\/[0-9a-f]{32}: PROVISIONING\n/);
    expect(seen.stderr).toMatch(/\nshop\/[0-9a-f]{32}: STOPPED\nweb exited with 0 after \d+ s\n$/);
    const [task, ...others] = await tasksOf('ok');
    expect(others).toEqual([]);
    expect(task).toMatchObject({ launchType: 'FARGATE', startedBy: 'ecs-secrets' });
  });

  test.each([
    ['3', '', 3, /^warning: web exited with 3 after \d+ s$/m],
    ['139', '', 139, /web exited with 139 after \d+ s: SIGSEGV$/m],
    ['137', '', 137, /SIGKILL: it was stopped, or used too much memory$/m],
    [
      '137',
      'OutOfMemoryError: Container killed due to memory usage',
      137,
      /: a container used more memory than it has \(OutOfMemoryError: Container killed/,
    ],
    // A code of Windows; as a byte it would be 0.
    ['3221225728', '', 1, /web exited with 3221225728 after/],
  ])('exit code %s %s', async (code, reason, own, told) => {
    const name = `code-${code}-${reason.length}`;
    const more: Record<string, string> = reason === '' ? {} : { 'exit-reason': reason };
    await family(name, { dockerLabels: labels({ 'exit-code': code, ...more }) });
    const seen = await run(name);
    expect(seen.code).toBe(own);
    expect(seen.stderr).toMatch(told);
    expect(seen.stderr).not.toContain('error:');
  });

  test('a task that does not start exits with 4, explained', async () => {
    await family('unstarted', { secrets: [{ name: 'A', valueFrom: '/shop/gone' }] });
    const { code, stdout, stderr } = await run('unstarted', ['--no-verify']);
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toMatch(/error: the task did not start: ResourceInitializationError: /);
    expect(stderr).toMatch(/error: a parameter does not exist: /);
    expect(stderr).toMatch(/to see why: ecs-secrets diagnose shop\/[0-9a-f]{32}/);
    const refused = await run('unstarted');
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/error: .*\/shop\/gone.*\nhint: no task was started; to fix: /);
    expect(refused.stderr).not.toContain('--service');
    expect(await tasksOf('unstarted')).toHaveLength(1);
  });

  test('a task that AWS stops ends with the code of the signal', async () => {
    await family('stopped', {});
    const running = run('stopped');
    const task = await runningTask('stopped');
    shop.sandbox.interruptTask(task?.taskArn ?? '', 'SpotInterruption');
    const { code, stderr } = await running;
    expect(code).toBe(143);
    expect(stderr).toMatch(/web exited with 143 after/);
  });

  test('--json prints one document, and the output on stderr', async () => {
    await ends('json', '3', {
      dockerLabels: labels({ 'exit-code': '3', log: 'a line' }),
      logConfiguration: withPrefix,
    });
    const seen = await run('json', ['--json', '--client-token', 'json-1']);
    expect(seen.code).toBe(3);
    expect(seen.stderr).toMatch(/^a line$/m);
    const document = JSON.parse(seen.stdout) as Record<string, unknown>;
    const [task] = await tasksOf('json');
    expect(document).toMatchObject({
      task: task?.taskArn,
      state: 'exited',
      exitCode: 3,
      stopCode: 'EssentialContainerExited',
      containers: [{ name: 'web', exitCode: 3 }],
      clientToken: 'json-1',
      log: { group: '/ecs/web', stream: `job/web/${task?.taskArn?.split('/').at(-1) ?? ''}` },
    });
  });
});

describe('a task that goes on', () => {
  test('--timeout leaves it, --stop-on-timeout stops it', async () => {
    await family('long', {});
    // A variable that the AWS CLI does not read.
    const env = { ECS_SECRETS_REGION: 'us-east-1' };
    const left = await run('long', ['--timeout', '100ms'], { env });
    expect(left.code).toBe(5);
    expect(left.stderr).toMatch(/error: timed out after 0 s; the task continues in ECS: arn:/);
    expect(left.stderr).toMatch(
      /hint: .*--client-token [0-9a-f-]{36}; to stop it: aws ecs stop-task .* --region us-east-1/,
    );
    const stopped = await run('long', ['--timeout', '100ms', '--stop-on-timeout']);
    expect(stopped.code).toBe(5);
    expect(stopped.stderr).toMatch(/error: timed out after 0 s; the task was stopped\n/);
    // The AWS CLI has no --assume-role.
    await createDeployer(shop, { Effect: 'Allow', Action: '*', Resource: '*' });
    const assumed = ['--assume-role', 'arn:aws:iam::123456789012:role/deployer'];
    const other = await run('long', ['--timeout', '100ms', '--region', 'us-east-1', ...assumed]);
    expect(other.stderr).toMatch(/to stop it: aws ecs stop-task .* --region us-east-1$/m);
    const states = (await tasksOf('long')).map((task) => task.lastStatus).sort();
    expect(states).toEqual(['RUNNING', 'RUNNING', 'STOPPED']);
  });

  test('Ctrl-C says that it goes on, and the same token follows it', async () => {
    await family('interrupted', { logConfiguration: withPrefix });
    const ctrlC = new AbortController();
    const argv = ['--client-token', 'again'];
    const running = run('interrupted', argv, { interrupted: ctrlC.signal });
    const task = await runningTask('interrupted');
    ctrlC.abort();
    const { code, stderr } = await running;
    expect(code).toBe(130);
    expect(stderr).toMatch(/error: interrupted; the task continues in ECS: arn:\S+\n/);
    expect(stderr).toContain(
      `hint: to follow it again: the same command with --client-token again; to stop it: aws ecs stop-task --cluster ${task?.clusterArn ?? ''} --task ${task?.taskArn ?? ''}`,
    );
    const logStreamName = `job/web/${task?.taskArn?.split('/').at(-1) ?? ''}`;
    const logEvents = [{ timestamp: Date.now(), message: 'still here' }];
    await shop.logs.send(
      new PutLogEventsCommand({ logGroupName: '/ecs/web', logStreamName, logEvents }),
    );
    const again = await run('interrupted', [...argv, '--timeout', '100ms']);
    expect(again).toMatchObject({ code: 5, stdout: 'still here\n' });
    expect(await tasksOf('interrupted')).toHaveLength(1);
    const other = await run('interrupted', [...argv, '--env', 'A=b']);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(
      /error: the client token again belongs to a task that was started/,
    );
  });

  test('interrupted before the start, nothing runs', async () => {
    await ends('early', '0');
    const { code, stderr } = await run('early', [], { interrupted: AbortSignal.abort() });
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted; no task was started');
    expect(await tasksOf('early')).toEqual([]);
  });

  test('--no-wait prints the ARN', async () => {
    await ends('unfollowed', '0');
    const seen = await run('unfollowed', ['--no-wait']);
    const [task] = await tasksOf('unfollowed');
    expect(seen).toMatchObject({ code: 0, stdout: `${task?.taskArn ?? ''}\n` });
  });

  test('on a terminal it is one line, removed for output', async () => {
    await ends('live', '0');
    const seen = await run('live', [], { terminal: { answer: undefined }, env: { CI: '' } });
    expect(seen.stderr).toMatch(/^\[live\] shop\/[0-9a-f]{32} {2}PROVISIONING {2}\d+ s$/m);
    expect(seen.stderr).not.toMatch(/: PROVISIONING/);
  });
});

describe('one task', () => {
  const faults: [string, Parameters<Shop['sandbox']['inject']>[0]][] = [
    ['a lost answer', { service: 'ecs', operation: 'RunTask', lost: true, times: 1 }],
    ['throttling', { service: 'ecs', operation: 'RunTask', code: 'ThrottlingException', times: 2 }],
    [
      'throttled looks',
      { service: 'ecs', operation: 'DescribeTasks', code: 'ThrottlingException', times: 2 },
    ],
    [
      'a failing log',
      {
        service: 'logs',
        operation: 'GetLogEvents',
        code: 'ServiceUnavailableException',
        status: 503,
        times: 1,
      },
    ],
  ];
  test.each(faults)('in spite of %s', async (what, fault) => {
    const name = `once-${what.replace(/ /g, '-')}`;
    await ends(name, '0', { logConfiguration: withPrefix });
    const injected = shop.sandbox.inject(fault);
    const { code, stderr } = await run(name);
    expect(code, stderr).toBe(0);
    expect(injected.met).toBeGreaterThan(0);
    expect(await tasksOf(name)).toHaveLength(1);
  });

  test('no answer at all: the printed token follows the one that was started', async () => {
    await ends('unanswered', '0');
    shop.sandbox.inject({ service: 'ecs', operation: 'RunTask', lost: true });
    const lost = await run('unanswered', [], { env: { ECS_SECRETS_RETRIES: '1' } });
    expect(lost.code).toBe(1);
    expect(lost.stderr).toContain('error: the task may have been started: ');
    const [, token = ''] = /--client-token (\S+): it starts no second task/.exec(lost.stderr) ?? [];
    shop.sandbox.heal();
    const again = await run('unanswered', ['--client-token', token]);
    expect(again.code, again.stderr).toBe(0);
    expect(await tasksOf('unanswered')).toHaveLength(1);
  });
});

describe('what is run', () => {
  test('overrides, tags and capacity reach the task', async () => {
    await ends('changed', '0');
    const seen = await run('changed', [
      ...['--env', 'MODE=migrate', '--command', `sh -c 'echo "a b"'`, '--cpu', '512'],
      ...['--memory', '1024', '--tag', 'job=migration', '--started-by', 'ci/7'],
    ]);
    expect(seen.code, seen.stderr).toBe(0);
    const [task] = await tasksOf('changed');
    expect(task).toMatchObject({
      startedBy: 'ci/7',
      tags: [{ key: 'job', value: 'migration' }],
      overrides: {
        cpu: '512',
        memory: '1024',
        containerOverrides: [
          {
            name: 'web',
            environment: [{ name: 'MODE', value: 'migrate' }],
            command: ['sh', '-c', 'echo "a b"'],
          },
        ],
      },
    });
  });

  test('without FAMILY, the latest revision of the family of the service', async () => {
    await ends('web', '0');
    const own = await shop.run([
      'run',
      '--cluster',
      'shop',
      '--service',
      'web',
      '--dry-run',
      '--json',
    ]);
    expect(own.code, own.stderr).toBe(0);
    const { request, ...document } = JSON.parse(own.stdout) as { request: object };
    expect(document).toMatchObject({ dryRun: true, container: 'web' });
    expect(request).toMatchObject({
      cluster: 'shop',
      taskDefinition: 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:2',
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: network },
    });
  });

  test('a cluster of the environment gives way to that of the service', async () => {
    const env = { ECS_SECRETS_CLUSTER: 'other' };
    const own = await run('web', ['--dry-run'], { env });
    expect(own.stdout).toMatch(
      /^would run web:\d+ in shop, and follow web\n {2}capacity: FARGATE\n/,
    );
    const named = await run('web', ['--dry-run', '--cluster', 'other', '--no-verify']);
    expect(named.stdout).toMatch(/in other, and follow web/);
    const argv = ['--dry-run', '--no-wait', '--cpu', '512', '--memory', '1024'];
    const unfollowed = await run('web', argv);
    expect(unfollowed.stdout).toMatch(/^would run web:\d+ in shop\n/);
    expect(unfollowed.stdout).toContain('\n  CPU: 512\n  memory: 1024\n');
  });

  test.each([
    [
      'no network',
      ['web', '--cluster', 'shop'],
      /network mode awsvpc, and no network is given: give --service/,
    ],
    ['no cluster', ['web'], /no cluster is given/],
    ['no family', ['--cluster', 'shop'], /no task definition is given/],
    [
      'two kinds of capacity',
      ['web', '--service', 'shop/web', '--launch-type', 'EC2', '--capacity-provider', 'a'],
      /cannot be combined/,
    ],
    [
      'a secret variable',
      ['web', '--service', 'shop/web', '--env', 'PASSWORD=hunter2'],
      /--env PASSWORD: container "web" reads PASSWORD from a secret/,
    ],
    [
      'no such container',
      ['web', '--service', 'shop/web', '--container', 'db'],
      /no container "db"; there are web/,
    ],
    [
      'too much',
      ['web', '--service', 'shop/web', '--env', `A=${'x'.repeat(9_000)}`],
      /ECS accepts 8192/,
    ],
    [
      'a bad command',
      ['web', '--service', 'shop/web', '--command', 'a | b'],
      /--command: "\|" means something to a shell only/,
    ],
    [
      'no execute role',
      ['web', '--service', 'shop/web', '--enable-execute-command'],
      /has no task role/,
    ],
    ['an empty command', ['web', '--service', 'shop/web', '--command', ''], /--command is empty/],
    [
      'an empty list',
      ['web', '--service', 'shop/web', '--command', 'web=[ ]'],
      /--command is empty/,
    ],
    ['no subnets', ['web', '--service', 'shop/web', '--subnets', ' ,'], /--subnets is empty/],
    [
      'no security groups',
      ['web', '--service', 'shop/web', '--security-groups', ''],
      /--security-groups is empty/,
    ],
    [
      'a timeout that nobody waits for',
      ['web', '--service', 'shop/web', '--no-wait', '--stop-on-timeout'],
      /--stop-on-timeout requires that the task is followed: omit --no-wait/,
    ],
    ['a file', ['./web.json', '--service', 'shop/web'], /"\.\/web\.json" is a file: register it/],
    ['a bad token', ['web', '--service', 'shop/web', '--client-token', 'a b'], /--client-token/],
    ['a bad startedBy', ['web', '--service', 'shop/web', '--started-by', 'a b'], /--started-by/],
  ])('%s is refused before the call', async (_, argv, told) => {
    const seen = await shop.run(['run', ...argv]);
    expect(seen.code).toBe(2);
    expect(seen.stderr).toMatch(told);
    expect(seen.stderr).not.toContain('hunter2');
    expect(seen.stdout).toBe('');
  });

  test('the hint for an unknown family names no file', async () => {
    const { code, stderr } = await run('unknown');
    expect(code).toBe(1);
    expect(stderr).toMatch(/no task definition unknown\nhint: give FAMILY or FAMILY:REVISION\n$/);
  });

  test('of several essential containers one has to be named', async () => {
    const container = (name: string, more: object = {}) => ({ name, image: 'x', ...more });
    const exits = { dockerLabels: labels({ 'exit-code': '7' }) };
    await family('two', {}, { containerDefinitions: [container('a'), container('b', exits)] });
    const unnamed = await run('two');
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr).toContain('give --container: the task definition has several essential');
    const named = await run('two', ['--container', 'b']);
    expect(named.code, named.stderr).toBe(7);
    await family(
      'side',
      {},
      {
        containerDefinitions: [container('a', { essential: false }), container('b', exits)],
      },
    );
    expect((await run('side')).code).toBe(7);
  });

  test('a task that finds no place is explained', async () => {
    const connected = { name: 'ecs-secrets.sandbox/agent-connected', value: 'false' };
    await shop.ecs.send(new CreateClusterCommand({ clusterName: 'hosts' }));
    await shop.ecs.send(
      new RegisterContainerInstanceCommand({ cluster: 'hosts', attributes: [connected] }),
    );
    const onHost = { networkMode: 'bridge', requiresCompatibilities: ['EC2'] };
    for (const [name, secrets, reason, told] of [
      ['unsuited', undefined, 'ATTRIBUTE', /the ECS agent of the instances is too old .*\nhint: /],
      ['unplaced', [], 'AGENT', /agent of the container instances is not connected: .*\nhint: /],
    ] as const) {
      await ends(name, '0', secrets && { secrets }, onHost);
      const argv = ['run', name, '--cluster', 'hosts', '--launch-type', 'EC2', '--no-verify'];
      const seen = await shop.run(argv);
      expect(seen.code).toBe(4);
      const line = `error: ECS did not start the task: [0-9a-f]{32}: ${reason}\\n`;
      expect(seen.stderr).toMatch(new RegExp(line));
      expect(seen.stderr).toMatch(told);
    }
  });

  test('explicit network and capacity', async () => {
    await ends('explicit', '0');
    const [subnet = ''] = network.subnets;
    const argv = ['run', 'explicit', '--cluster', 'shop', '--subnets', subnet];
    const more = ['--security-groups', network.securityGroups.join(','), '--assign-public-ip'];
    const seen = await shop.run([...argv, ...more], { longestPause: 5 });
    expect(seen.code, seen.stderr).toBe(0);
    // The checks look at the network that is given.
    const closed = await shop.run([...argv, ...more.slice(0, 2)], { longestPause: 5 });
    expect(closed.code).toBe(3);
    expect(closed.stderr).toMatch(/no public IP|public address|internet gateway/i);
    expect(closed.stderr).toContain('; --assign-public-ip gives the task a public IP address; ');
    expect(await tasksOf('explicit')).toHaveLength(1);
  });
});

describe('output', () => {
  test.each([
    [
      'another driver',
      { logConfiguration: { logDriver: 'splunk' } },
      /log driver is splunk, not awslogs/,
    ],
    ['none', {}, /web is not shown: it has no log configuration/],
    [
      'no prefix',
      {
        logConfiguration: {
          ...withPrefix,
          options: { ...logs.options, 'awslogs-region': 'us-east-1' },
        },
      },
      /has no awslogs-stream-prefix/,
    ],
  ])('a note says why there is none: %s', async (what, container, told) => {
    const name = `silent-${what.replace(/ /g, '-')}`;
    await ends(name, '0', container);
    const seen = await run(name, ['--no-verify']);
    expect(seen.code, seen.stderr).toBe(0);
    expect(seen.stderr).toMatch(told);
    expect((await run(name, ['--no-verify', '--no-logs'])).stderr).not.toMatch(told);
  });

  test('plain values that look like secrets are warned of, and hidden everywhere', async () => {
    const password = 'correct-horse-7f3a9b';
    const old = 'Tr0ub4dor-and-3-more';
    await ends('plain', '0', {
      environment: [{ name: 'OLD_PASSWORD', value: old }],
      dockerLabels: labels({ 'exit-code': '0', log: `using ${password} and ${old}` }),
      logConfiguration: withPrefix,
    });
    for (const argv of [[], ['--dry-run'], ['--dry-run', '--json'], ['--json'], ['--debug']]) {
      const seen = await run('plain', ['--env', `DB_PASSWORD=${password}`, ...argv]);
      expect(seen.code, seen.stderr).toBe(0);
      expect(seen.stderr).toMatch(/warning: --env DB_PASSWORD of web looks like a secret/);
      expect(seen.stdout + seen.stderr).not.toContain(password);
      expect(seen.stdout + seen.stderr).not.toContain(old);
    }
    const { stdout } = await run('plain', ['--env', `DB_PASSWORD=${password}`]);
    expect(stdout).toBe('using [secret value] and [secret value]\n');
  });

  test('under GitHub Actions it obeys no command of the container', async () => {
    await ends('commands', '0', {
      dockerLabels: labels({ 'exit-code': '0', log: '::set-env name=A::b' }),
      logConfiguration: withPrefix,
    });
    const { stdout } = await run('commands', [], { env: { GITHUB_ACTIONS: 'true' } });
    expect(stdout).toBe(':\\u003aset-env name=A::b\n');
  });
});
