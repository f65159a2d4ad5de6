import {
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { GetRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describedBelow, valuesBelow } from '../../helpers/parameters.ts';
import type { Setting } from '../../helpers/run.ts';
import { latestRevision, openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
const role = 'arn:aws:iam::123456789012:role/r';
const plain = {
  web: {
    DB_PASSWORD: 'MARK-db-7Hq2',
    API_TOKEN: 'MARK-web-9xLp3Rt',
    HOST: 'db.internal',
    GITHUB_TOKEN: 'ghp_x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7Hg0Jc',
  },
  worker: { DB_PASSWORD: 'MARK-db-7Hq2', API_TOKEN: 'MARK-worker-Kj8sW2', PORT: '8080' },
};

beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/other'], { stdin: 'other' });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/other']);
  await registerPlain();
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'app' });
});
afterEach(() => shop.sandbox.close());

async function registerPlain(): Promise<void> {
  await shop.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'app',
      executionRoleArn: role,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: Object.entries(plain).map(([name, environment]) => ({
        name,
        image: 'httpd:2.4',
        memory: 64,
        essential: true,
        environment: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
      })),
    }),
  );
}

/** What the containers of the service's tasks were started with. */
async function environments(): Promise<Record<string, string>[]> {
  const names = [...new Set(Object.values(plain).flatMap((one) => Object.keys(one)))];
  const all: Record<string, string>[] = [];
  for (const [index] of Object.keys(plain).entries()) {
    const environment: Record<string, string> = {};
    for (const name of names) {
      const [value] = await injectedInto(index, name);
      if (value !== undefined) environment[name] = value;
    }
    all.push(environment);
  }
  return all;
}

async function injectedInto(container: number, name: string): Promise<(string | undefined)[]> {
  const { taskArns = [] } = await shop.ecs.send(
    new ListTasksCommand({ cluster: 'shop', serviceName: 'web' }),
  );
  return Promise.all(
    taskArns.map(async (arn) => {
      const id = arn.split('/').at(-1) ?? '';
      const answer = await fetch(`${shop.sandbox.url}/_sandbox/tasks/${id}/environment`);
      const { containers } = (await answer.json()) as {
        containers: { environment: Record<string, string> }[];
      };
      return containers[container]?.environment[name];
    }),
  );
}

async function plainNames(): Promise<string[]> {
  const revision = await latestRevision(shop.ecs, 'app');
  return (revision?.containerDefinitions ?? []).flatMap(({ name = '', environment = [] }) =>
    environment.map((entry) => `${name}:${entry.name ?? ''}`),
  );
}

const argv = ['migrate', 'app', '--prefix', '/shop/app'];
const service = ['--service', 'shop/web'];

test('shows the plan in a dry run, without values, and does nothing', async () => {
  const seen = await shop.run([...argv, '--dry-run']);
  expect(seen.code).toBe(0);
  expect(seen.stdout.split('\n').map((line) => line.split('\t').slice(0, 2))).toEqual([
    ['VARIABLE', 'BECOMES'],
    ['web:DB_PASSWORD', '/shop/app/DB_PASSWORD'],
    ['web:API_TOKEN', '/shop/app/web/API_TOKEN'],
    ['web:GITHUB_TOKEN', '/shop/app/GITHUB_TOKEN'],
    ['worker:DB_PASSWORD', '/shop/app/DB_PASSWORD'],
    ['worker:API_TOKEN', '/shop/app/worker/API_TOKEN'],
    [''],
  ]);
  expect(seen.stdout + seen.stderr).not.toContain('MARK');
  expect(await valuesBelow(shop.ssm, '/shop/app')).toEqual({});
});

test('asks, and leaves everything as it is for a no', async () => {
  const seen = await shop.run(argv, { terminal: { answer: 'n' } });
  expect(seen.code).toBe(130);
  expect(seen.stderr).toContain('Move these 5 variables into the store');
  const unasked = await shop.run(argv);
  expect(unasked.code).toBe(2);
  expect(unasked.stderr).toMatch(
    /^VARIABLE\tBECOMES\tWHY\nweb:DB_PASSWORD\t\/shop\/app\/DB_PASSWORD\tpassword by name\n/,
  );
  expect(await plainNames()).toHaveLength(7);
});

test('moves all that is found, and new tasks get the same values as before', async () => {
  const audited = await shop.run(['audit', '--family', 'app', '--json']);
  expect(audited.code).toBe(3);
  expect((JSON.parse(audited.stdout) as { findings: unknown[] }).findings).toHaveLength(5);
  const before = await environments();
  const seen = await shop.run([...argv, ...service, '--yes']);
  expect(seen.code).toBe(0);
  expect(seen.stdout + seen.stderr).not.toContain('MARK');
  expect(seen.stdout).toContain('4 stored');
  expect(seen.stdout).toContain('app:1 still holds');
  expect(seen.stderr).toContain('rotate them');
  expect(await valuesBelow(shop.ssm, '/shop/app')).toEqual({
    '/shop/app/DB_PASSWORD': plain.web.DB_PASSWORD,
    '/shop/app/GITHUB_TOKEN': plain.web.GITHUB_TOKEN,
    '/shop/app/web/API_TOKEN': plain.web.API_TOKEN,
    '/shop/app/worker/API_TOKEN': plain.worker.API_TOKEN,
  });
  expect(await plainNames()).toEqual(['web:HOST', 'worker:PORT']);
  expect(await environments()).toEqual(before);
  expect((await shop.run([...argv, '--dry-run'])).stdout).toContain('no plain variable');
  expect(await shop.run(['audit', '--family', 'app'])).toMatchObject({ code: 0 });
});

test('keeps what the role grants already', async () => {
  await shop.run([...argv, '--yes']);
  const { PolicyDocument = '' } = await shop.iam.send(
    new GetRolePolicyCommand({ RoleName: 'r', PolicyName: 'ecs-secrets' }),
  );
  const document = decodeURIComponent(PolicyDocument);
  expect(document).toContain('parameter/shop/other');
  expect(document).toContain('parameter/shop/app/DB_PASSWORD');
});

test('keeps what a role in managed policies grants, and has ECS trusted', async () => {
  const many = Array.from({ length: 200 }, (_, index) => `/not-there-yet/${index}`);
  const secrets = ['/shop/other', ...many].flatMap((name) => ['--secret', name]);
  await shop.run(['role', 'create', 'r', ...secrets, '--split', '--allow-missing']);
  const lambda = { Service: 'lambda.amazonaws.com' };
  const Statement = [{ Effect: 'Allow', Principal: lambda, Action: 'sts:AssumeRole' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await shop.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'r', PolicyDocument }));
  expect(await shop.run([...argv, '--yes'])).toMatchObject({ code: 0 });
  const checked = await shop.run([
    ...['role', 'check', 'r', '--task-definition', 'app', '--allow-missing'],
    ...secrets,
  ]);
  expect(checked).toMatchObject({ code: 0 });
});

test.each([
  ['the second value', 'ssm', 'PutParameter', 'ValidationException'],
  ['the role', 'iam', 'PutRolePolicy', 'MalformedPolicyDocument'],
  ['the revision', 'ecs', 'RegisterTaskDefinition', 'InvalidParameterException'],
  ['the deployment', 'ecs', 'UpdateService', 'InvalidParameterException'],
])(
  'stopped at %s it finishes when run again, and stores nothing twice',
  async (_n, api, op, code) => {
    shop.sandbox.inject({ service: api, operation: op, code, message: 'stopped', times: 1 });
    const stopped = await shop.run([...argv, ...service, '--yes']);
    expect(stopped.code).not.toBe(0);
    const seen = await shop.run([...argv, ...service, '--yes']);
    expect(seen).toMatchObject({ code: 0 });
    expect(await plainNames()).toEqual(['web:HOST', 'worker:PORT']);
    const versions = (await describedBelow(shop.ssm, '/shop/app')).map(({ Version }) => Version);
    expect(versions).toEqual([1, 1, 1, 1]);
    expect(await environments()).toEqual(
      [
        { ...plain.web, PORT: undefined },
        { ...plain.worker, HOST: undefined, GITHUB_TOKEN: undefined },
      ].map((one) => JSON.parse(JSON.stringify(one)) as Record<string, string>),
    );
  },
);

test('never overwrites another value, and stores nothing then', async () => {
  await shop.run(['put', '/shop/app/DB_PASSWORD'], { stdin: 'another' });
  const seen = await shop.run([...argv, '--yes']);
  expect(seen.code).toBe(1);
  expect(seen.stderr).toContain('/shop/app/DB_PASSWORD already exists with a different value');
  expect(await valuesBelow(shop.ssm, '/shop/app')).toEqual({ '/shop/app/DB_PASSWORD': 'another' });
  const left = ['--except', 'DB_PASSWORD', '--yes'];
  expect((await shop.run([...argv, ...left])).code).toBe(0);
  expect(await plainNames()).toContain('web:DB_PASSWORD');
});

test('takes variables that are named, and refuses those that are not there', async () => {
  const seen = await shop.run([...argv, '--variable', 'web:HOST', '--dry-run']);
  expect(seen.stdout).toMatch(/web:HOST\t\/shop\/app\/HOST\tnamed/);
  const none = await shop.run([...argv, '--variable', 'NOPE', '--except', 'web:PORT']);
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(/no plain variable NOPE[\s\S]*no plain variable web:PORT/);
});

test('moves into Secrets Manager too', async () => {
  expect((await shop.run(['migrate', 'app', '--prefix', 'sm:shop/app', '--yes'])).code).toBe(0);
  const value = await shop.run(['get', 'sm:shop/app/web/API_TOKEN', '--reveal']);
  expect(value.stdout).toBe(plain.web.API_TOKEN);
});

test('makes the role where there is none, and says so where it is not named', async () => {
  const definition = JSON.stringify({
    family: 'new',
    containerDefinitions: [
      {
        name: 'a',
        image: 'x',
        memory: 64,
        environment: [{ name: 'DB_PASSWORD', value: 'MARK-7Hq2sW' }],
      },
    ],
  });
  const files: Setting['files'] = { 'new.json': definition };
  const file = ['migrate', 'new.json', '--prefix', '/new', '--yes'];
  const without = await shop.run(file, { files });
  expect(without.code).toBe(1);
  expect(without.stderr).toContain('give --execution-role NAME');
  expect(await valuesBelow(shop.ssm, '/new')).toEqual({});
  const seen = await shop.run(
    [...file, '--execution-role', 'new-role', '--output-file', 'clean.json'],
    { files },
  );
  expect(seen).toMatchObject({ code: 0 });
  expect(files['clean.json']).not.toContain('MARK');
  expect((await shop.run(['role', 'check', 'new-role', '--task-definition', 'new'])).code).toBe(0);
});

test('takes old revisions away on request, and never one in use', async () => {
  await registerPlain();
  const kept = await shop.run([...argv, '--yes', '--deregister-old']);
  expect(kept.stdout).toMatch(/app:1 still holds .*: used by service shop\/web/);
  expect(kept.stdout).toMatch(/app:2 still holds .*: deregistered/);
  const json = await shop.json([...argv, ...service, '--yes', '--delete-old']);
  expect(json.oldRevisions).toMatchObject([
    { arn: expect.stringMatching(/app:1$/) as string, retired: true, users: [] },
    { arn: expect.stringMatching(/app:2$/) as string, retired: true },
  ]);
  for (const status of ['ACTIVE', 'INACTIVE'] as const) {
    const { taskDefinitionArns = [] } = await shop.ecs.send(
      new ListTaskDefinitionsCommand({ familyPrefix: 'app', status }),
    );
    expect(taskDefinitionArns.filter((arn) => /app:[12]$/.test(arn))).toEqual([]);
  }
});

test('a service that is not there stops it before anything is stored', async () => {
  const seen = await shop.run([...argv, '--service', 'shop/none', '--yes']);
  expect(seen.code).toBe(1);
  expect(await valuesBelow(shop.ssm, '/shop/app')).toEqual({});
});

test('warns of secrets in places that ECS injects nothing into', async () => {
  await shop.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'cmd',
      containerDefinitions: [
        { name: 'a', image: 'x', memory: 64, command: ['run', '--password=MARK-7Hq2sW9xLp'] },
      ],
    }),
  );
  const seen = await shop.run(['migrate', 'cmd', '--prefix', '/cmd', '--dry-run']);
  expect(seen.stderr).toContain('containerDefinitions[0].command');
  expect(seen.stderr).not.toContain('MARK');
});
