import {
  CreateServiceCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from './helpers/scene.ts';

// Every command with a marked value, in every way it can end; all output is searched for the mark.
const mark = 'MARKED-VALUE-9f2c';
let shop: Shop;

beforeAll(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: `${mark}-before` });
  await shop.run(['put', 'sm:shop/json:key'], { stdin: `${mark}-before` });
  await shop.run(['put', 'sm:shop/text'], { stdin: `${mark}-text` });
  await shop.run(['put', '/lines/a'], { stdin: `${mark}\n${mark}` });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/db', '--secret', 'sm:shop/json']);
  const references = ['--secret', 'DB=/shop/db', '--secret', 'KEY=sm:shop/json:key'];
  await shop.run(['register', 'web.json', ...references, '--execution-role', 'r']);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
  await shop.ecs.send(
    new RegisterTaskDefinitionCommand(JSON.parse(plaintext) as RegisterTaskDefinitionCommandInput),
  );
});

test('audit finds the marked values, so that its silence about them means something', async () => {
  const { code, stdout } = await shop.run(['audit']);
  expect(code).toBe(3);
  expect(stdout.split('\n').length).toBeGreaterThan(9);
});
afterAll(() => shop.sandbox.close());

/** A task definition with the mark in every place that audit looks at. */
const plaintext = JSON.stringify({
  family: 'plain',
  containerDefinitions: [
    {
      name: 'app',
      image: 'x',
      memory: 64,
      environment: [
        { name: 'DB_PASSWORD', value: mark },
        { name: 'DATABASE_URL', value: `postgres://${mark}:${mark}@db/shop?password=${mark}` },
        { name: 'CONFIG', value: JSON.stringify({ api_key: mark }) },
        { name: 'AUTH', value: `Bearer ${mark}` },
      ],
      command: ['sh', '-c', `TOKEN=${mark} run --password ${mark} ${mark}=x Bearer ${mark}`, mark],
      entryPoint: ['--secret', mark, `-D${mark}.password=${mark}`],
      healthCheck: { command: ['CMD-SHELL', `curl -u probe:${mark} "${mark}password=${mark}"`] },
      logConfiguration: { logDriver: 'splunk', options: { 'splunk-token': mark } },
      firelensConfiguration: { type: 'fluentbit', options: { HTTP_Passwd: mark } },
      dockerLabels: { 'app.secret': mark },
    },
  ],
});

interface Case {
  argv: string[];
  stdin?: string;
  env?: Record<string, string>;
  fault?: { service: string; operation: string; code: string };
}

const value = { stdin: mark };

/** A task definition with the mark wherever people leave secrets. */
function plainText(): string {
  const container = {
    name: 'app',
    image: 'x',
    memory: 64,
    environment: [{ name: 'DB_PASSWORD', value: mark }],
    command: ['run', `--password=${mark}`],
    dockerLabels: { token: mark },
  };
  return JSON.stringify({ family: 'plain', containerDefinitions: [container] });
}
const cases: [string, Case][] = [
  ['put', { argv: ['put', '/shop/db'], ...value }],
  ['put unchanged', { argv: ['put', '/shop/db'], ...value }],
  ['put --dry-run', { argv: ['put', '/shop/new', '--dry-run'], ...value }],
  ['put one key', { argv: ['put', 'sm:shop/json:key'], ...value }],
  ['put a key into text', { argv: ['put', 'sm:shop/text:key'], ...value }],
  ['put --from-env', { argv: ['put', '/shop/env', '--from-env', 'V'], env: { V: mark } }],
  ['put too large', { argv: ['put', '/shop/big'], stdin: mark.repeat(600) }],
  ['put a nested parameter', { argv: ['put', '/shop/x'], stdin: `{{${mark}}}` }],
  ['put with the value as argument', { argv: ['put', '/shop/x', mark] }],
  ['put with the value as option', { argv: ['put', '/shop/x', `--value=${mark}`] }],
  ['put with the value as length', { argv: ['put', '/shop/x', '--generate', mark] }],
  ['put to a bad name', { argv: ['put', '/shop//x'], ...value }],
  [
    'put refused by AWS, which quotes the value',
    {
      argv: ['put', '/shop/refused'],
      ...value,
      fault: { service: 'ssm', operation: 'PutParameter', code: 'ValidationException' },
    },
  ],
  [
    'put of a secret refused by AWS',
    {
      argv: ['put', 'sm:shop/text'],
      ...value,
      fault: {
        service: 'secretsmanager',
        operation: 'PutSecretValue',
        code: 'InvalidRequestException',
      },
    },
  ],
  [
    'whoami',
    { argv: ['whoami'], env: { HTTP_PROXY: `http://me:${mark}@127.0.0.1:1`, NO_PROXY: '*' } },
  ],
  ['role create', { argv: ['role', 'create', 'r2', '--secret', 'sm:shop/json:key'] }],
  ['role create (adds)', { argv: ['role', 'create', 'r', '--secret', 'sm:shop/json'] }],
  [
    'role create --exact',
    { argv: ['role', 'create', 'r2', '--secret', '/shop/db', '--exact', '--yes'] },
  ],
  ['role create --dry-run', { argv: ['role', 'create', 'r', '--secret', '/shop/db', '--dry-run'] }],
  ['register', { argv: ['register', '--family', 'web', '--image', 'httpd:3'] }],
  [
    'register --dry-run',
    { argv: ['register', '--family', 'web', '--image', 'httpd:4', '--dry-run'] },
  ],
  ['rotate', { argv: ['rotate', '/shop/db'], stdin: `${mark}-1` }],
  ['rotate --redeploy', { argv: ['rotate', '/shop/db', '--redeploy'], stdin: `${mark}-2` }],
  ['rotate a key --redeploy', { argv: ['rotate', 'sm:shop/json:key', '--redeploy'], ...value }],
  ['rotate what does not exist', { argv: ['rotate', '/shop/none'], ...value }],
  [
    'migrate --dry-run',
    { argv: ['migrate', '-', '--prefix', '/moved', '--dry-run'], stdin: plainText() },
  ],
  [
    'migrate',
    {
      argv: ['migrate', '-', '--prefix', '/moved', '--yes', '--execution-role', 'r3'],
      stdin: plainText(),
    },
  ],
  ['revisions', { argv: ['revisions', 'web'] }],
  ['revisions --keep', { argv: ['revisions', 'web', '--keep', '1', '--dry-run'] }],
  ['rollback', { argv: ['rollback', '/shop/db'] }],
  ['rollback of a secret --redeploy', { argv: ['rollback', 'sm:shop/json', '--redeploy'] }],
  ['rollback --dry-run', { argv: ['rollback', '/shop/db', '--dry-run'] }],
  ['wait', { argv: ['wait', 'shop/web'] }],
  [
    'run --dry-run',
    { argv: ['run', '--service', 'shop/web', '--dry-run', '--env', `DB_PASSWORD=${mark}`] },
  ],
  [
    'run with a misplaced value',
    { argv: ['run', 'web', '--cluster', 'shop', '--env', mark, '--command', `'${mark}`] },
  ],
  [
    'run refused by AWS, which quotes a value',
    {
      argv: [
        ...['run', '--service', 'shop/web', '--no-verify', '--subnets', 'subnet-0a1b2c3d'],
        ...['--env', `DB_PASSWORD=${mark}`],
      ],
      fault: { service: 'ecs', operation: 'RunTask', code: 'InvalidParameterException' },
    },
  ],
  ['deploy rollback --dry-run', { argv: ['deploy', 'rollback', 'shop/web', '--dry-run'] }],
  ['import', { argv: ['import', '-', '--prefix', '/bulk'], stdin: `A=${mark}\nB='${mark}'\n` }],
  [
    'import --dry-run',
    { argv: ['import', '-', '--prefix', '/bulk', '--dry-run'], stdin: `A=${mark}-2\nC=${mark}\n` },
  ],
  ['import --as-json', { argv: ['import', '-', '--as-json', 'bulk'], stdin: `A=${mark}\n` }],
  [
    'import of a bad name and value',
    { argv: ['import', '-'], stdin: JSON.stringify({ 'a b': mark, c: `{{${mark}}}` }) },
  ],
  ['import of bad dotenv', { argv: ['import', '-'], stdin: `${mark}\nA="${mark}\nB=x${mark}#y` }],
  ['import of bad JSON', { argv: ['import', '-'], stdin: `{"a": ${mark}}` }],
  [
    'import of bad YAML',
    { argv: ['import', '-', '--format', 'yaml'], stdin: `a: *${mark}\nb: !${mark}\nc: @${mark}` },
  ],
  [
    'import refused by AWS, which quotes the value',
    {
      argv: ['import', '-', '--prefix', '/refused'],
      stdin: `A=${mark}`,
      fault: { service: 'ssm', operation: 'PutParameter', code: 'ValidationException' },
    },
  ],
  ['role show', { argv: ['role', 'show', 'r'] }],
  ['role check', { argv: ['role', 'check', 'r', '--secret', 'sm:shop/json:key'] }],
  ['role delete --dry-run', { argv: ['role', 'delete', 'r', '--dry-run', '--force'] }],
  ['policy execution', { argv: ['policy', 'execution', '--secret', '/shop/db'] }],
  ['policy caller', { argv: ['policy', 'caller', '--for', 'put'] }],
  ['auto-redeploy print', { argv: ['auto-redeploy', 'print', '--services-from', 'where-used'] }],
  ['list', { argv: ['list', '/shop'] }],
  ['list of secrets', { argv: ['list', 'sm:'] }],
  ['get', { argv: ['get', '/shop/db'] }],
  ['get of several', { argv: ['get', '/shop/db', 'sm:shop/json'] }],
  ['find', { argv: ['find', 'shop'] }],
  ['find --value', { argv: ['find', '--value'], stdin: mark }],
  ['list --unused', { argv: ['list', '/shop', '--unused'] }],
  ['tag', { argv: ['tag', '/shop/db', 'a=1'] }],
  ['untag', { argv: ['untag', '/shop/db', 'a'] }],
  ['get of a JSON secret', { argv: ['get', 'sm:shop/json'] }],
  ['history', { argv: ['history', '/shop/db'] }],
  ['history of a secret', { argv: ['history', 'sm:shop/json'] }],
  ['delete of what is in use', { argv: ['delete', '/shop/db', '--yes'] }],
  ['delete --dry-run', { argv: ['delete', 'sm:shop/text', '--dry-run'] }],
  ['restore', { argv: ['restore', 'sm:shop/text'] }],
  ['diff', { argv: ['diff', '/shop', '/bulk'] }],
  ['diff of a version', { argv: ['diff', '/shop/db:1', '/shop/db'] }],
  ['diff --at', { argv: ['diff', '/shop', '--at', '1h', '--allow-empty'] }],
  ['diff of task definitions', { argv: ['diff', 'web', '/shop'] }],
  ['exec of a missing program', { argv: ['exec', '--prefix', '/shop', '--', 'no-such-program'] }],
  [
    'exec of a key that is none',
    { argv: ['exec', '--task-definition', 'web', '--container', 'nope', '--', 'true'] },
  ],
  ['audit', { argv: ['audit', '--min-confidence', 'low'] }],
  ['audit --format sarif', { argv: ['audit', '--format', 'sarif', '--min-confidence', 'low'] }],
  ['audit of a file', { argv: ['audit', '-', '--min-confidence', 'low'], stdin: plaintext }],
  ['audit of a file as SARIF', { argv: ['audit', '-', '--format', 'sarif'], stdin: plaintext }],
  ['audit of a broken file', { argv: ['audit', '-'], stdin: `${plaintext}\n*${mark}` }],
  [
    'audit of a file that is none',
    { argv: ['audit', '-'], stdin: JSON.stringify({ containerDefinitions: [mark] }) },
  ],
  ['audit with a bad baseline', { argv: ['audit', '-', '--baseline', '-'], stdin: mark }],
  [
    'export in a format that cannot carry it',
    { argv: ['export', '--prefix', '/lines', '--format', 'docker'] },
  ],
];

test.each(cases)('%s shows no value', async (_name, { argv, stdin, env, fault }) => {
  for (const how of [[], ['--json'], ['--debug'], ['--debug', '--json']]) {
    if (fault) {
      const message = `1 validation error detected: Value '${mark}' at 'value' failed to satisfy constraint`;
      shop.sandbox.inject({ ...fault, message, times: 1 });
    }
    const seen = await shop.run([...argv, ...how], { stdin: stdin ?? '', ...(env && { env }) });
    expect(`${seen.stdout}${seen.stderr}`).not.toContain(mark);
    if (fault) expect(seen.stderr).toContain("Value '[secret value]' at 'value'");
  }
});

/** How starts fail whose secret is text where a key is asked for: the agent quotes what it cannot parse. */
const starts = { task: '', reason: '', described: '' };

beforeAll(async () => {
  const { arn } = await shop.json(['get', 'sm:shop/text']);
  await shop.run([
    'role',
    'create',
    'leaky',
    '--secret',
    'sm:shop/text',
    '--secret',
    'sm:shop/json',
  ]);
  const { arn: json } = await shop.json(['get', 'sm:shop/json']);
  await shop.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'leaky',
      requiresCompatibilities: ['FARGATE'],
      ...{ networkMode: 'awsvpc', cpu: '256', memory: '512' },
      executionRoleArn: 'arn:aws:iam::123456789012:role/leaky',
      containerDefinitions: [
        {
          ...{ name: 'app', image: 'x', memory: 64 },
          environment: [{ name: 'DB_PASSWORD', value: mark }],
          secrets: [
            { name: 'TEXT', valueFrom: `${arn as string}:key::` },
            { name: 'OTHER', valueFrom: `${json as string}:other::` },
          ],
        },
      ],
    }),
  );
  const { tasks } = await shop.ecs.send(
    new RunTaskCommand({
      ...{ cluster: 'shop', taskDefinition: 'leaky', launchType: 'FARGATE' },
      overrides: {
        containerOverrides: [{ name: 'app', environment: [{ name: 'TOKEN', value: mark }] }],
      },
    }),
  );
  starts.task = tasks?.[0]?.taskArn ?? '';
  while (starts.reason === '') {
    const query = { cluster: 'shop', tasks: [starts.task] };
    const described = await shop.ecs.send(new DescribeTasksCommand(query));
    starts.reason = described.tasks?.[0]?.stoppedReason ?? '';
    starts.described = JSON.stringify(described);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const service = { cluster: 'shop', serviceName: 'leaky', launchType: 'FARGATE' } as const;
  await shop.ecs.send(
    new CreateServiceCommand({ ...service, taskDefinition: 'leaky', desiredCount: 1 }),
  );
});

test("the agent quotes a secret's first character, and AWS shows plain values, so that both are there to leak", () => {
  expect(starts.reason).toContain("invalid character 'M' looking for beginning of value");
  expect(starts.described).toContain(mark);
});

test.each([
  ['verify', () => ['verify', 'leaky', 'shop/web', './leaky.json', '--all'], () => ''],
  [
    'verify --read-values',
    () => ['verify', 'leaky', 'shop/web', '--read-values', '--all'],
    () => '',
  ],
  ['verify of a file with the mark', () => ['verify', '-', '--read-values'], plainText],
  ['diagnose of a service', () => ['diagnose', 'shop/leaky'], () => ''],
  [
    'diagnose of a service --read-values',
    () => ['diagnose', 'shop/leaky', '--read-values'],
    () => '',
  ],
  ['diagnose of a task', () => ['diagnose', starts.task], () => ''],
  ['diagnose of a task --read-values', () => ['diagnose', starts.task, '--read-values'], () => ''],
  ['diagnose of a reason', () => ['diagnose', '-'], () => starts.reason],
  [
    'diagnose of a reason --read-values',
    () => ['diagnose', '-', '--read-values'],
    () => starts.reason,
  ],
  ['diagnose of described tasks', () => ['diagnose', '-', '--read-values'], () => starts.described],
])('%s shows no value', async (_name, argv, stdin) => {
  for (const how of [[], ['--json'], ['--debug'], ['--debug', '--json']]) {
    const files = { './leaky.json': plaintext };
    const seen = await shop.run([...argv(), ...how], { stdin: stdin(), files });
    expect([0, 3], seen.stderr).toContain(seen.code);
    expect(`${seen.stdout}${seen.stderr}`).not.toContain(mark);
  }
});

test('the mark does reach the store, so that its absence means something', async () => {
  await shop.run(['rotate', '/shop/db', '--redeploy'], { stdin: `${mark}-last` });
  expect(await shop.injected('shop', 'web', 'DB')).toEqual([`${mark}-last`]);
});
