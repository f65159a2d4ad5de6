import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Setting } from '../helpers/run.ts';
import { openShop, webDefinition, type Shop } from '../helpers/scene.ts';
import { spoilWrites, type Spoil, type SpoilPlan } from '../helpers/spoil-writes.ts';
import { whatIsStored } from '../helpers/what-is-stored.ts';
import { isWhole } from '../helpers/whole.ts';

// Each call of each command that changes something, one at a time: its answer is lost, cut, a page, of
// another type or late, or the call does not come through. Afterwards what is said equals what is stored.

const spoils: Spoil[] = ['lost', 'cut', 'page', 'late', 'gateway'];

/** A command line, and those before it; `NAME` is another name each time. */
interface Scenario {
  before?: { argv: string; stdin?: string }[];
  argv: string;
  stdin?: string;
  /** What the service NAME runs, where there is one. */
  service?: string;
}

const role = { argv: 'role create NAME --secret /NAME/db' };
const put = { argv: 'put /NAME/db', stdin: 'one' };
const putSecret = { argv: 'put sm:NAME/db', stdin: '{"key":"one"}' };
// More than an inline policy takes.
const manySecrets = Array.from({ length: 12 }, (_, index) => `/many/${'x'.repeat(900)}-${index}`);
const many = manySecrets.map((name) => `--secret ${name}`).join(' ');
const register = {
  argv: 'register web.json --family NAME --secret DB=/NAME/db --execution-role shared',
};

const scenarios: Record<string, Scenario> = {
  'put: new parameter': { argv: 'put /NAME/db --tag a=b', stdin: 'one' },
  'put: parameter': {
    before: [put],
    argv: 'put /NAME/db --tag a=b --description x',
    stdin: 'two',
  },
  'put: new secret': { argv: 'put sm:NAME/db --tag a=b', stdin: 'one' },
  'put: secret': {
    before: [putSecret],
    argv: 'put sm:NAME/db --tag a=b --description x',
    stdin: '{"key":"two"}',
  },
  'put: one key': { before: [putSecret], argv: 'put sm:NAME/db:key', stdin: 'two' },
  'put --restore': {
    before: [putSecret, { argv: 'delete sm:NAME/db --force --yes' }],
    argv: 'put sm:NAME/db --restore',
    stdin: '{"key":"two"}',
  },
  restore: {
    before: [putSecret, { argv: 'delete sm:NAME/db --force --yes' }],
    argv: 'restore sm:NAME/db',
  },
  'delete: parameter': { before: [put], argv: 'delete /NAME/db --force --yes' },
  'delete: secret': { before: [putSecret], argv: 'delete sm:NAME/db --force --yes' },
  'delete: for good': {
    before: [putSecret],
    argv: 'delete sm:NAME/db --force --yes --no-recovery',
  },
  'import --prune': {
    before: [{ argv: 'put /NAME/OLD', stdin: 'x' }],
    argv: 'import - --prefix /NAME --prune --prune-in-use --yes',
    stdin: 'A=1\n',
  },
  'import --as-json': { argv: 'import - --as-json sm:NAME/all', stdin: 'A=1\n' },
  'rollback: parameter': {
    before: [put, { ...put, stdin: 'two' }],
    argv: 'rollback /NAME/db',
  },
  'rollback: secret': {
    before: [putSecret, { ...putSecret, stdin: '{"key":"two"}' }],
    argv: 'rollback sm:NAME/db',
  },
  'role create: new': {
    before: [put],
    argv: 'role create NAME --secret /NAME/db --managed-policy always --tag a=b',
  },
  'role create: more': {
    before: [put, putSecret, role],
    argv: 'role create NAME --secret /NAME/db --secret sm:NAME/db --tag a=b --description x --managed-policy always',
  },
  'role create --split': {
    before: [put, role],
    argv: `role create NAME --secret /NAME/db --split ${many}`,
  },
  'role create --exact': {
    before: [put, { argv: `role create NAME --split ${many}` }],
    argv: 'role create NAME --secret /NAME/db --exact --yes',
  },
  'role delete': {
    before: [put, { argv: `role create NAME --split ${many} --managed-policy always` }],
    argv: 'role delete NAME --force --yes',
  },
  register: { before: [put], argv: register.argv },
  'register: next': {
    before: [put, register],
    argv: `${register.argv} --image httpd:2.5`,
  },
  'register --service': {
    before: [put, register],
    service: 'NAME',
    argv: `${register.argv} --image httpd:2.5 --service shop/NAME`,
  },
  'rotate --redeploy': {
    before: [put, register],
    service: 'NAME',
    argv: 'rotate /NAME/db --redeploy',
    stdin: 'two',
  },
  migrate: {
    before: [{ argv: 'register plain.json --family NAME --execution-role shared' }],
    argv: 'migrate NAME --prefix /NAME --no-role --delete-old --force --yes',
  },
};

const plain = JSON.stringify({
  ...(JSON.parse(webDefinition) as object),
  containerDefinitions: [
    {
      name: 'web',
      image: 'httpd:2.4',
      environment: [{ name: 'DB_PASSWORD', value: 'hunter2-7Hq2x' }],
    },
  ],
});

const limit = atOnce(4);
let shop: Shop;
let swept = 0;
let names = 0;
beforeAll(async () => {
  shop = await openShop();
  const stdin = manySecrets.map((name) => `${name.replace('/many/', '')}: x`).join('\n');
  const made = await shop.run(['import', '-', '--prefix', '/many', '--format', 'yaml'], { stdin });
  expect(made.code, made.stderr).toBe(0);
  const role = { RoleName: 'shared', AssumeRolePolicyDocument: policy({ Principal: tasks }) };
  await shop.iam.send(new CreateRoleCommand(role));
  const PolicyDocument = policy({ Resource: '*' }, 'ssm:GetParameters');
  const grant = { RoleName: 'shared', PolicyName: 'all', PolicyDocument };
  await shop.iam.send(new PutRolePolicyCommand(grant));
});
afterAll(async () => {
  await shop.sandbox.close();
  process.stdout.write(`write faults: ${swept} calls, one at a time\n`);
});

const tasks = { Service: 'ecs-tasks.amazonaws.com' };
function policy(member: object, Action = 'sts:AssumeRole'): string {
  const Statement = [{ Effect: 'Allow', Action, ...member }];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

interface Outcome {
  code: number;
  said: string;
  stderr: string;
  /** What was stored before; empty where something is spoilt. */
  before: string;
  after: string;
  writes: string[];
}

/** Runs a scenario under a name of its own, a few at a time: calls are to be late on purpose only. */
const runOnce: typeof runNow = (scenario, plan) => limit(() => runNow(scenario, plan));

async function runNow(
  { before = [], argv, stdin = '', service }: Scenario,
  plan?: SpoilPlan,
): Promise<Outcome> {
  names += 1;
  const name = `n${String(names).padStart(4, '0')}`;
  const words = (line: string): string[] => line.replaceAll('NAME', name).split(' ');
  const setting = (given: string): Setting => ({ stdin: given, files: { 'plain.json': plain } });
  for (const step of before) {
    const made = await shop.run(words(step.argv), setting(step.stdin ?? ''));
    expect(made.code, `${step.argv}: ${made.stderr}`).toBe(0);
  }
  if (service !== undefined) {
    await shop.service({
      cluster: 'shop',
      name,
      taskDefinition: name,
      deploymentConfiguration: {},
    });
  }
  const state = async (): Promise<string> =>
    anonymous(JSON.stringify(await whatIsStored(shop, name)), name);
  const stored = plan ? '' : await state();
  await using server = await spoilWrites(shop.sandbox.url, plan);
  const limit = plan?.spoil === 'late' ? ['--request-timeout', '2s'] : [];
  const seen = await shop.run([...words(argv), '--json', ...limit], {
    ...setting(stdin),
    env: { ECS_SECRETS_ENDPOINT_URL: server.url },
  });
  return {
    code: seen.code,
    said: anonymous(seen.stdout, name),
    stderr: seen.stderr,
    before: stored,
    after: await state(),
    writes: server.writes,
  };
}

// Nobody knows what became of a call whose answers are all unreadable, unless a look shows it.
test.concurrent.each([
  'put: parameter',
  'put: secret',
  'put --restore',
  'delete: parameter',
  'delete: secret',
  'register',
])('%s: all answers to one of its writes are pages', async (name) => {
  const scenario = scenarios[name];
  if (!scenario) throw new Error(name);
  const clean = await runOnce(scenario);
  const first = [...new Set(clean.writes)].map((write) => clean.writes.indexOf(write) + 1);
  for (const at of first) {
    const seen = await runOnce(scenario, { spoil: 'page', at, always: true });
    swept += 1;
    const where = `${clean.writes[at - 1] ?? ''}, exit ${seen.code}: ${seen.stderr}`;
    if (seen.code === 0) expect(seen.after, where).toBe(clean.after);
    else expect(seen.stderr, where).toMatch(/error: .*may have been (stored|carried out)/);
  }
});

test.concurrent.each(
  [
    'put: new parameter',
    'put: secret',
    'role create: new',
    'register',
    'rotate --redeploy',
  ].flatMap((name) =>
    (['typed', 'empty', 'moved'] as const).map((spoil) => [name, spoil] as const),
  ),
)('%s: the answer to its first write is %s', async (name, spoil) => {
  const scenario = scenarios[name];
  if (!scenario) throw new Error(name);
  const clean = await runOnce(scenario);
  const seen = await runOnce(scenario, { spoil, at: 1 });
  swept += 1;
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.said).toBe(clean.said);
  expect(seen.after).toBe(clean.after);
});

/** Without what differs from run to run. */
function anonymous(text: string, name: string): string {
  return text
    .replaceAll(name, 'NAME')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replace(/(secret:NAME\/\w+)-\w{6}/g, '$1')
    .replace(/ecs-svc\/\d+/g, 'DEPLOYMENT')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/"seconds": \d+/g, '"seconds": 0');
}

test.concurrent.each(Object.entries(scenarios))(
  '%s: each of its writes goes wrong once',
  async (_name, scenario) => {
    const clean = await runOnce(scenario);
    expect(clean.code, clean.stderr).toBe(0);
    expect(clean.writes.length, 'writes').toBeGreaterThan(0);
    expect(clean.after).not.toBe(clean.before);
    const wrong: string[] = [];
    const plans = clean.writes.flatMap((_, index) =>
      spoils
        .filter((_spoil, at) => isWhole || (index + at) % 2 === 0)
        .map((spoil) => ({ spoil, at: index + 1 })),
    );
    await Promise.all(
      plans.map(async (plan) => {
        const seen = await runOnce(scenario, plan);
        const where = `${clean.writes[plan.at - 1] ?? ''} ${plan.spoil}, exit ${seen.code}: ${seen.stderr}`;
        swept += 1;
        const difference =
          differenceOf(clean.said, seen.said) ?? differenceOf(clean.after, seen.after);
        if (seen.code !== 0) wrong.push(where);
        else if (difference !== undefined) wrong.push(`${where.slice(0, 200)}${difference}`);
      }),
    );
    expect(wrong).toEqual([]);
  },
);

/** Where two texts part, as much as it takes to see it. */
function differenceOf(wanted: string, got: string): string | undefined {
  if (wanted === got) return undefined;
  let at = 0;
  while (at < wanted.length && wanted[at] === got[at]) at += 1;
  const from = Math.max(0, at - 150);
  return `\nwanted …${wanted.slice(from, from + 400)}\ngot …${got.slice(from, from + 400)}`;
}

/** Runs so many jobs at once. */
function atOnce(most: number): <T>(job: () => Promise<T>) => Promise<T> {
  const lanes = Array.from({ length: most }, () => Promise.resolve());
  let turn = 0;
  return (job) => {
    turn = (turn + 1) % most;
    const result = (lanes[turn] ?? Promise.resolve()).then(job);
    lanes[turn] = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  };
}
