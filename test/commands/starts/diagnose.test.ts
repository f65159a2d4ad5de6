import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Finding } from '../../../src/model/failures/finding.ts';
import type { Setting } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { definition, jsonOf, runPrinted, stock, type Verified } from '../../helpers/start-scene.ts';

// What the reasons of the table are explained as is in test/commands/starts/start-failures.test.ts; here is where reasons
// come from. One shop for all: what a test breaks, it breaks in a cluster or family of its own.
let shop: Shop;
let api: string;
beforeAll(async () => {
  shop = await openShop();
  api = await stock(shop);
  await register(definition({ DB: '/shop/db' }));
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
});
afterAll(() => shop.sandbox.close());

const account = '123456789012';

interface Diagnosed {
  target: string;
  failures: {
    failure: string;
    title: string;
    references: { container: string; name: string; reference: string }[];
    evidence: Finding[];
    fix: string[];
    reason: string;
    source: string;
    count: number;
    lastAt?: string;
    taskDefinition?: string;
  }[];
  others: Finding[];
  fix: string[];
  notSeen: string[];
  unseen?: string;
  state?: string;
}

async function diagnose(
  argv: readonly string[],
  setting: Setting = {},
): Promise<Diagnosed & { code: number }> {
  const seen = await shop.run(['diagnose', ...argv, '--json'], setting);
  return { ...(jsonOf(seen) as Diagnosed), code: seen.code };
}

const paste = (stdin: string) => diagnose(['-'], { stdin });
const ids = ({ failures }: Diagnosed): string[] => failures.map(({ failure }) => failure);

async function register(of: Record<string, unknown>): Promise<void> {
  await shop.ecs.send(new RegisterTaskDefinitionCommand(of as never));
}

/** The state in which the service's latest deployment ended. */
async function settled(cluster: string, service: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const described = new DescribeServicesCommand({ cluster, services: [service] });
    const { services } = await shop.ecs.send(described);
    const primary = services?.[0]?.deployments?.find(({ status }) => status === 'PRIMARY');
    if (primary?.rolloutState !== 'IN_PROGRESS') return primary?.rolloutState;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return undefined;
}

/** A service in a cluster of its own whose latest deployment failed. */
async function failedService(cluster: string, secrets: Record<string, string>): Promise<string> {
  await shop.service({ cluster, name: 'web', taskDefinition: 'web:1' });
  await register(definition(secrets, { family: cluster }));
  await shop.ecs.send(
    new UpdateServiceCommand({ cluster, service: 'web', taskDefinition: cluster }),
  );
  expect(await settled(cluster, 'web')).toBe('FAILED');
  return `${cluster}/web`;
}

/** Runs a task and waits until it is there or stopped; answers its ARN. */
async function runTask(more: object = {}): Promise<string> {
  const input = { cluster: 'shop', taskDefinition: 'web', launchType: 'FARGATE', ...more } as const;
  const { tasks } = await shop.ecs.send(new RunTaskCommand(input));
  const arn = tasks?.[0]?.taskArn ?? '';
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const described = new DescribeTasksCommand({ cluster: 'shop', tasks: [arn] });
    const [task] = (await shop.ecs.send(described)).tasks ?? [];
    if (task?.lastStatus === 'RUNNING' || task?.lastStatus === 'STOPPED') return arn;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return arn;
}

const deniedReason =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ' +
  'unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: User: ' +
  `arn:aws:sts::${account}:assumed-role/shop-execution/0123456789abcdef0123456789abcdef is not authorized to ` +
  `perform: ssm:GetParameters on resource: arn:aws:ssm:us-east-1:${account}:parameter/shop/db because no ` +
  'identity-based policy allows the ssm:GetParameters action status code: 400, request id: 1e7a743d-d22c-4341-93bd-14bac53e5788';
const missingReason =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ' +
  'unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: /shop/gone';

describe('a service', () => {
  test('in which nothing failed is told with its state', async () => {
    for (const target of ['shop/web', `arn:aws:ecs:us-east-1:${account}:service/shop/web`]) {
      const seen = await shop.run(['diagnose', target]);
      expect(seen).toEqual({
        code: 0,
        stderr: '',
        stdout: `${target}: nothing failed in the last 1h; 1 of 1 tasks running
--since looks further back; ECS shows stopped tasks for about an hour
`,
      });
    }
    expect(await diagnose(['shop/web'])).toEqual({
      code: 0,
      target: 'shop/web',
      failures: [],
      others: [],
      fix: [],
      notSeen: [],
      state: '1 of 1 tasks running',
      recovered: false,
    });
  });

  test('that failed is told once for all its tasks, with what the next start would meet', async () => {
    const begun = Date.now();
    const target = await failedService('twice', { API: `${api}:user:BLUE:`, GONE: '/shop/twice' });
    const { code, failures, others, fix } = await diagnose([target]);
    expect(code).toBe(3);
    expect(failures).toHaveLength(1);
    const [failure] = failures;
    expect(failure).toMatchObject({
      failure: 'parameter-denied',
      source: 'task',
      references: [{ container: 'web', name: 'GONE', reference: 'ssm:/shop/twice' }],
      evidence: [
        { status: 'problem', subject: 'parameter/shop/twice', failure: 'parameter-denied' },
      ],
      taskDefinition: `arn:aws:ecs:us-east-1:${account}:task-definition/twice:1`,
    });
    expect(failure?.count).toBeGreaterThanOrEqual(3);
    expect(Date.parse(failure?.lastAt ?? '')).toBeGreaterThanOrEqual(begun);
    expect(others.map((other) => other.failure)).toEqual(['stage-missing', 'parameter-missing']);

    const { stdout } = await shop.run(['diagnose', target]);
    expect(stdout).toMatch(
      /^the execution role is not allowed to read a parameter \(task, \d times, last at /,
    );
    expect(stdout).toContain('\nthe next start would also meet:\n');
    expect(stdout).toContain(`\nTo fix:\n  ${fix.join('\n  ')}\n`);

    // Its commands mend what has failed and what would.
    await runPrinted(shop, fix, { stdin: 'value' });
    expect(await settled('twice', 'web')).toBe('COMPLETED');
    expect((await shop.run(['verify', target])).code).toBe(0);
  });

  test('that was mended meanwhile only has to be deployed again', async () => {
    const target = await failedService('mended', { DB: '/shop/mended' });
    await shop.run(['put', '/shop/mended'], { stdin: 'value' });
    await shop.run(['role', 'create', 'shop-execution', '--secret', '/shop/mended']);
    const { code, failures, others, fix } = await diagnose([target]);
    expect(code).toBe(3);
    expect(failures).toMatchObject([
      {
        failure: 'parameter-denied',
        fix: [],
        evidence: [{ status: 'ok', check: 'grant', subject: 'parameter/shop/mended' }],
      },
    ]);
    expect(others).toEqual([]);
    expect(fix).toEqual(['ecs-secrets redeploy --service mended/web']);
    const { stdout } = await shop.run(['diagnose', target]);
    expect(stdout).toContain('what to do: fixed now; restart the failed tasks');

    await runPrinted(shop, fix);
    const after = await diagnose([target]);
    expect(after).toMatchObject({ code: 0, fix: [], recovered: true });
    expect((await shop.run(['diagnose', target])).stdout).toMatch(
      /^healthy now \(1 of 1 tasks running\); earlier failures:\n/,
    );
  });

  test('is looked at as far back as --since', async () => {
    const target = await failedService('since', { API: `${api}:user:BLUE:` });
    await new Promise((resolve) => setTimeout(resolve, 120));
    // What has no time of its own is what the service is in now.
    const { failures } = await diagnose([target, '--since', '0.1s']);
    expect(failures).toMatchObject([{ failure: 'starts-keep-failing', source: 'deployment' }]);
    expect(ids(await diagnose([target, '--since', '2h']))).toEqual(['stage-missing']);
    const bad = await shop.run(['diagnose', target, '--since', 'yesterday']);
    expect(bad).toMatchObject({ code: 2 });
    expect(bad.stderr).toContain('"yesterday" is not a duration');
  });
});

describe('a task', () => {
  test.each([
    ['its ARN', (arn: string) => [arn]],
    ['CLUSTER/ID', (arn: string) => [arn.split('/').slice(1).join('/')]],
    ['its id and --cluster', (arn: string) => [arn.replace(/^.*\//, ''), '--cluster', 'shop']],
  ])('is given by %s', async (_what, written) => {
    await register(definition({ API: `${api}:user:BLUE:` }, { family: 'stage' }));
    const arn = await runTask({ taskDefinition: 'stage' });
    const { code, failures, fix } = await diagnose(written(arn));
    expect(code).toBe(3);
    expect(failures).toMatchObject([{ failure: 'stage-missing', source: 'task', count: 1 }]);
    expect(fix).toEqual([
      expect.stringMatching(/^ecs-secrets register --family stage:\d+ --secret web:API=\S+$/),
    ]);
  });

  test('that runs, or was stopped from outside, has not failed', async () => {
    const arn = await runTask();
    expect(await diagnose([arn])).toMatchObject({ code: 0, state: 'the task is RUNNING' });
    await shop.ecs.send(new StopTaskCommand({ cluster: 'shop', task: arn, reason: 'no more' }));
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const { state } = await diagnose([arn]);
      if (state?.includes('it was stopped')) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { code, state } = await diagnose([arn]);
    expect(code).toBe(0);
    expect(state).toMatch(/^the task did not fail, it was stopped: no more/);
  });

  test('is looked at with the execution role that it was run with', async () => {
    const executionRoleArn = `arn:aws:iam::${account}:role/other`;
    const { failures, fix } = await diagnose([await runTask({ overrides: { executionRoleArn } })]);
    expect(failures).toMatchObject([
      {
        failure: 'role-not-assumable',
        evidence: [{ subject: 'other', message: 'the execution role does not exist' }],
      },
    ]);
    expect(fix).toEqual(['ecs-secrets role create other --task-definition web:1']);
    await runPrinted(shop, fix);
    const again = await diagnose([await runTask({ overrides: { executionRoleArn } })]);
    expect(again).toMatchObject({ code: 0, state: 'the task is RUNNING' });
  });

  test('that was throttled has nothing to mend', async () => {
    const fault = { service: 'ssm', operation: 'GetParameters', code: 'ThrottlingException' };
    shop.sandbox.inject({ ...fault, message: 'Rate exceeded', times: 1 });
    const arn = await runTask();
    const { code, failures, others, fix } = await diagnose([arn]);
    expect({ code, others, fix }).toEqual({ code: 3, others: [], fix: [] });
    expect(failures).toMatchObject([{ failure: 'throttled', evidence: [] }]);
    expect((await shop.run(['diagnose', arn])).stdout).toContain('what to do: start fewer tasks');
  });
});

describe('standard input', () => {
  test('with one reason is explained with what it names', async () => {
    const { code, failures } = await paste(deniedReason);
    expect(code).toBe(3);
    expect(failures).toMatchObject([
      {
        failure: 'parameter-denied',
        source: 'text',
        count: 1,
        reason: deniedReason,
        references: [{ container: 'CONTAINER', name: 'NAME' }],
      },
    ]);
    // The role may read it by now.
    expect(failures[0]?.evidence.find(({ check }) => check === 'grant')).toMatchObject({
      status: 'ok',
      subject: 'parameter/shop/db',
    });
  });

  test('may break its lines anywhere, and tell several reasons in paragraphs', async () => {
    const broken = deniedReason
      .replaceAll(' on ', '\n   on ')
      .replace('unable to retrieve', 'unable to\r\nretrieve');
    expect(ids(await paste(broken))).toEqual(['parameter-denied']);
    const all = `${broken}\n\n${missingReason}\n\nstopped: ${deniedReason.replace(/request id.*/, '')}\n`;
    expect(ids(await paste(all))).toEqual(['parameter-denied', 'parameter-missing']);
    expect(ids(await paste(`${missingReason}\n${deniedReason}`))).toEqual([
      'parameter-missing',
      'parameter-denied',
    ]);
  });

  test('that a terminal wrapped means the same, and no command has a name that was cut', async () => {
    const role = `arn:aws:sts::${account}:assumed-role/shop-execution-of-another/0123456789abcdef`;
    const denied = deniedReason.replace(/arn:aws:sts:\S+/, role);
    const gone = `${missingReason}/for/ever/and/ever`;
    const widths: [string, number[]][] = [
      [denied, [57, 70, 93]],
      [gone, [70, 73]],
    ];
    for (const [reason, columns] of widths) {
      const whole = await paste(reason);
      expect(whole.fix.join()).toMatch(
        / shop-execution-of-another |\/shop\/gone\/for\/ever\/and\/ever$/,
      );
      for (const width of columns) {
        const lines = reason.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
        const seen = await paste(lines.join('\n'));
        expect(ids(seen)).toEqual(ids(whole));
        expect(whole.fix).toEqual(expect.arrayContaining(seen.fix));
        expect(seen.notSeen.join()).toContain('paste the reason as one line');
      }
    }
  });

  test('that was wrapped is shown as it was, and says how to get the commands', async () => {
    const { code, stdout } = await shop.run(['diagnose', '-'], {
      stdin: missingReason.replace('/shop/gone', '/sho\np/gone'),
    });
    expect(code).toBe(3);
    expect(stdout).toContain('invalid parameters: /sho p/gone\n');
    expect(stdout).toContain(
      '\nnot looked at: names next to a line break, which may be cut off: paste the reason as one line to check them\n',
    );
    expect(stdout).not.toMatch(/ecs-secrets put \S*sho/);

    // The role is whole, but a role without the grant is no help.
    const half = await paste(
      deniedReason.replace('shop-execution', 'another').replace('shop/db', 'shop/d\nb'),
    );
    expect(half).toMatchObject({
      failures: [{ failure: 'parameter-denied', references: [], fix: [] }],
      fix: [],
    });
    expect(half.failures[0]?.evidence).toContainEqual(
      expect.objectContaining({ subject: 'another', fix: [] }),
    );
  });

  test('of a task that was stopped from outside tells of no failure', async () => {
    const stopped = {
      stopCode: 'SpotInterruption',
      stoppedReason: 'Your Spot Task was interrupted.',
    };
    for (const stdin of [JSON.stringify({ tasks: [stopped] }), stopped.stoppedReason]) {
      const seen = await shop.run(['diagnose', '-'], { stdin });
      expect(seen).toMatchObject({
        code: 0,
        stdout: 'the text on standard input describes no failure\n',
      });
    }
  });

  test('shows no character and no number of a secret', async () => {
    for (const said of [
      "invalid character 'Q' in literal null (expecting 'u')",
      'json: cannot unmarshal number 314159e400 into Go value of type float64',
    ]) {
      const reason = `ResourceInitializationError: unable to retrieve secret from asm: ${said}`;
      const wrapped = reason
        .replace('character', 'chara\ncter')
        .replace('unmarshal', 'unm\narshal');
      for (const stdin of [reason, wrapped, JSON.stringify([{ stoppedReason: reason }])]) {
        for (const format of [[], ['--json']]) {
          const seen = await shop.run(['diagnose', '-', ...format], { stdin });
          expect(seen.stdout).toContain('secret is not a JSON object');
          expect(seen.stdout).not.toMatch(/Q|314159|literal null/);
        }
      }
    }
  });

  test('shows nothing of a credential spec', async () => {
    const stdin =
      'error unmarshalling credentialspec domainless {"Password": "hunter2"} : invalid character \'Q\' after top-level value';
    for (const format of [[], ['--json']]) {
      const { stdout } = await shop.run(['diagnose', '-', ...format], { stdin });
      expect(stdout).toContain('credentialspec domainless …');
      expect(stdout).not.toMatch(/hunter2|Q/);
    }
  });

  const throttled =
    'https response error StatusCode: 400, RequestID: x, api error ThrottlingException: Rate exceeded';
  const advised: [string, string, string][] = [
    [
      'a throttled login to ECR',
      `CannotPullECRContainerError: operation error ECR: GetAuthorizationToken, ${throttled}`,
      'raise the quota of ECR for GetAuthorizationToken',
    ],
    [
      'throttled reads of parameters',
      `fetching secret data from SSM Parameter Store in us-east-1: operation error SSM: GetParameters, ${throttled}`,
      'raise the throughput of Parameter Store',
    ],
    [
      'throttled decryption of parameters',
      'fetching secret data from SSM Parameter Store in us-east-1: operation error SSM: GetParameters, api error ThrottlingException: You have exceeded the rate at which you may call KMS.',
      'raise the request quota of KMS',
    ],
    [
      'throttled reads of secrets',
      `secret sm-api: operation error Secrets Manager: GetSecretValue, ${throttled}`,
      'raise the quota of the service that the reason names',
    ],
    [
      'a file that S3 did not send',
      'unable to download env file with key a.env from bucket b, error: operation error S3: GetObject, https response error StatusCode: 0, RequestID: , request send failed, Get "https://b.s3.us-east-1.amazonaws.com/a.env": dial tcp 10.0.0.1:443: i/o timeout',
      'a gateway endpoint for S3',
    ],
    ['a hook', 'hook execution failure(s) detected', "read the log of the hook's function"],
  ];
  test.each(advised)('advises what helps against %s', async (_, stdin, advice) => {
    const { code, stdout } = await shop.run(['diagnose', '-'], { stdin });
    expect(code).toBe(3);
    expect(stdout.match(/what to do: .*/g)).toEqual([expect.stringContaining(advice)]);
  });

  test("may be AWS's own JSON", async () => {
    const target = await failedService('json', { API: `${api}:user:BLUE:` });
    const listed = new ListTasksCommand({ cluster: 'json', desiredStatus: 'STOPPED' });
    const { taskArns: tasks } = await shop.ecs.send(listed);
    const described = await shop.ecs.send(new DescribeTasksCommand({ cluster: 'json', tasks }));
    const fromTasks = await paste(JSON.stringify(described, null, 4));
    expect(fromTasks.code).toBe(3);
    expect(ids(fromTasks)).toEqual(['stage-missing']);
    expect(described.tasks?.map(({ stoppedReason }) => stoppedReason)).toContain(
      fromTasks.failures[0]?.reason,
    );

    expect(ids(await paste(stringify(described)))).toEqual(['stage-missing']);

    const [cluster = '', service = ''] = target.split('/');
    const services = await shop.ecs.send(
      new DescribeServicesCommand({ cluster, services: [service] }),
    );
    expect(ids(await paste(JSON.stringify(services)))).toEqual(['starts-keep-failing']);
    const well = await shop.ecs.send(
      new DescribeServicesCommand({ cluster: 'shop', services: ['web'] }),
    );
    const seen = await shop.run(['diagnose', '-'], { stdin: JSON.stringify(well) });
    expect(seen).toEqual({
      code: 0,
      stderr: '',
      stdout: 'the text on standard input describes no failure\n',
    });
  });

  test('that no row knows is shown as it is', async () => {
    const text = `The flux capacitor of ${api} is empty`;
    const { code, failures } = await paste(text);
    expect(code).toBe(3);
    expect(failures).toMatchObject([{ failure: 'unknown', reason: text }]);
    const { stdout } = await shop.run(['diagnose', '-'], { stdin: text });
    expect(stdout).toContain(`\n  ${text}\n`);

    // What most starts fail for is looked at in what it names.
    const gone = text.replace(/shop\/api-\w+/, 'shop/none-AbCdEf');
    const looked = await paste(gone);
    expect(looked.fix.join()).not.toContain('role create');
    expect(looked.failures[0]).toMatchObject({
      failure: 'unknown',
      evidence: [
        { check: 'existence', failure: 'secret-missing' },
        {
          check: 'role',
          status: 'not-checked',
          message: expect.stringContaining('names no role') as string,
        },
        { check: 'network', status: 'not-checked' },
      ],
    });
  });

  test.each(['', ' \n\n'])('without text is wrong usage: %j', async (stdin) => {
    const seen = await shop.run(['diagnose', '-'], { stdin });
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toBe(
      'error: there is no text on standard input\nhint: pipe in the reason that ECS gave\n',
    );
  });

  test('is explained without an account, too', async () => {
    const cases: [Record<string, string | undefined>, string[], RegExp][] = [
      [{ AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined }, [], /no AWS region is set/],
      [{}, ['--endpoint-url', 'http://127.0.0.1:9'], /cannot reach AWS.*ECONNREFUSED/],
      [{ AWS_ACCESS_KEY_ID: undefined }, [], /no AWS credentials were found/],
    ];
    for (const [env, argv, why] of cases) {
      const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
      for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
      try {
        const seen = await shop.run(['diagnose', '-', ...argv], { stdin: deniedReason, env });
        expect(seen).toMatchObject({ code: 3, stderr: '' });
        expect(seen.stdout).toMatch(/^the execution role is not allowed to read a parameter\n/);
        expect(seen.stdout).toMatch(/\n {2}what to do: grant it: /);
        expect(seen.stdout).toMatch(/\nnothing could be looked up: /);
        expect(seen.stdout).toMatch(why);
      } finally {
        Object.assign(process.env, Object.fromEntries(before));
      }
    }
  });
});

describe('what RegisterTaskDefinition refuses', () => {
  const secret = (valueFrom: string, name = 'DB') => ({ name, valueFrom });
  const refused: [string, string, () => object, boolean][] = [
    [
      'a secret with a key by its bare name',
      'reference-refused',
      () => definition({ DB: 'shop/api:user' }),
      true,
    ],
    [
      'an ARN of a parameter with a wrong word in it',
      'reference-refused',
      () => definition({ DB: `arn:aws:ssm:us-east-1:${account}:parameters/shop/db` }),
      true,
    ],
    [
      'a name that is in environment, too',
      'reference-refused',
      () =>
        definition(
          { DB: '/shop/db' },
          { container: { environment: [{ name: 'DB', value: 'x' }] } },
        ),
      true,
    ],
    [
      'secrets without an execution role',
      'no-execution-role',
      () => definition({ DB: '/shop/db' }, { executionRoleArn: undefined }),
      true,
    ],
    [
      'a parameter of another account',
      'reference-refused',
      () => definition({ DB: 'arn:aws:ssm:us-east-1:210987654321:parameter/shop/db' }),
      false,
    ],
    [
      'the same name twice',
      'reference-refused',
      () => definition({}, { container: { secrets: [secret('/shop/db'), secret(api)] } }),
      false,
    ],
  ];

  test.each(refused)('%s is %s, and told by verify', async (_what, id, make, isMended) => {
    const of = { ...make(), family: 'refused' };
    const error = await register(of).catch((thrown: unknown) => thrown as Error);
    const text = `An error occurred (ClientException) when calling the RegisterTaskDefinition operation: ${error?.message ?? ''}`;
    expect(ids(await paste(text))).toEqual([id]);

    const files = { 'refused.json': JSON.stringify(of) };
    const verified = await shop.run(['verify', 'refused.json', '--json'], { files });
    expect(verified.code).toBe(3);
    const { targets } = jsonOf(verified) as { targets: Verified[] };
    const fix = targets[0]?.fix ?? [];
    expect(fix.some((command) => command.startsWith('ecs-secrets register '))).toBe(isMended);
    if (!isMended) return;
    await runPrinted(shop, fix, { files });
    expect((await shop.run(['verify', 'refused'])).code).toBe(0);
  });
});

describe('a target', () => {
  test.each([
    'web',
    'a/b/c',
    './web.json',
    '',
    `arn:aws:ecs:us-east-1:${account}:task-definition/web:1`,
  ])('that is none is wrong usage: %j', async (target) => {
    const seen = await shop.run(['diagnose', target]);
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toMatch(
      /^error: ".*" is not a service, a task or -\nhint: give CLUSTER\/SERVICE, CLUSTER\/TASK/,
    );
  });

  const id = '0123456789abcdef0123456789abcdef';
  test.each([
    ['shop/none', /there is no service shop\/none\nhint: give CLUSTER\/SERVICE/],
    ['none/web', /there is no cluster none\nhint: give CLUSTER\/SERVICE/],
    [`shop/${id}`, /ECS shows no task .* in the cluster shop\nhint: .*diagnose -/],
    [`none/${id}`, /there is no cluster none\nhint: .*--cluster/],
    [id, /there is no cluster default\nhint: .*--cluster/],
  ])('that is not there fails: %s', async (target, message) => {
    const seen = await shop.run(['diagnose', target]);
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toMatch(message);
  });
});
