import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runBin, type Seen, type Setting } from '../../helpers/run.ts';
import { latestRevision, openShop, type Shop } from '../../helpers/scene.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// What uses the declared secrets of one environment: export, exec and register.
const mark = 'MARKED-VALUE-51ab';
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  for (const name of ['/shop/dev/db', '/shop/prod/db', '/shop/prod/token']) {
    const parameter = { Name: name, Value: `${mark}-of-${name}`, Type: 'SecureString' } as const;
    await shop.ssm.send(new PutParameterCommand(parameter));
  }
  await shop.run(['put', 'sm:shop/dev/api:key'], { stdin: `${mark}-key` });
  await shop.run(['put', 'sm:shop/prod/api:other'], { stdin: mark });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/dev/db']);
});
afterAll(() => shop.sandbox.close());

const project = {
  prefix: '/shop/prod',
  environments: ['dev', 'prod'],
  secrets: {
    DB_PASSWORD: '/shop/{env}/db',
    API_KEY: { from: 'sm:shop/{env}/api:key', environments: { prod: { required: false } } },
    TOKEN: { from: '/shop/{env}/token', required: false },
  },
};

function within(argv: string[], setting: Setting = {}, declared: object = project): Promise<Seen> {
  const files = { ...setting.files, '.ecs-secrets.json': JSON.stringify(declared) };
  return shop.run(argv, { ...setting, files });
}

test('export prints the secrets of the environment; what is optional and missing is left out', async () => {
  const dev = await within(['export', '--declared', '--environment', 'dev', '--json']);
  expect(JSON.parse(dev.stdout)).toEqual({
    DB_PASSWORD: `${mark}-of-/shop/dev/db`,
    API_KEY: `${mark}-key`,
  });
  expect(dev.stderr).toBe(
    'note: TOKEN is optional and left out: there is no parameter ssm:/shop/dev/token\n',
  );
  const env = { ECS_SECRETS_ENVIRONMENT: 'prod' };
  const prod = await within(['export', '--declared', '--only', 'TOKEN'], { env });
  expect(prod).toMatchObject({ code: 0, stdout: `TOKEN=${mark}-of-/shop/prod/token\n` });
  expect(prod.stderr).toContain('API_KEY is optional and left out: sm:shop/prod/api has no key');
});

test('what did not exist at a time is not to be stored now', async () => {
  const argv = ['export', '--declared', '--environment', 'dev', '--at', '2020-01-01'];
  const { code, stderr } = await within(argv);
  expect(code).toBe(1);
  expect(stderr).toContain('error: DB_PASSWORD: ssm:/shop/dev/db did not exist at 2020-01-01');
  expect(stderr).not.toContain('ecs-secrets check');
});

test('other sources overwrite it', async () => {
  const files = { '.env.local': 'DB_PASSWORD=mine\nMORE=x\n' };
  const argv = ['export', '--declared', '--environment', 'dev', '.env.local'];
  const seen = await within(argv, { files });
  expect(seen.stdout).toContain('DB_PASSWORD=mine\nMORE=x\n');
  expect(seen.stderr).toContain('note: .env.local overwrites DB_PASSWORD');
});

/** Required secrets that are not there, for each of the commands. */
const lacking = {
  environments: ['none'],
  secrets: {
    A: '/shop/{env}/a',
    B: 'sm:shop/{env}/b',
    C: 'sm:shop/dev/api:nokey',
    OPTIONAL: { from: '/shop/{env}/c', required: false },
    THERE: '/shop/dev/db',
  },
};
const uses = [
  ['export', '--declared'],
  ['exec', '--declared', '--', 'true'],
  ['register', 'web.json', '--secrets-from-declared', '--execution-role', 'r', '--read-values'],
];

test.each(uses)(
  '%s lists all required secrets that are missing, and does nothing',
  async (...argv) => {
    const seen = await within(argv, {}, lacking);
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toMatch(/error: A: there is no parameter (ssm:)?\/shop\/none\/a\n/);
    expect(seen.stderr).toContain('error: B: there is no secret sm:shop/none/b');
    expect(seen.stderr).toContain('error: C: sm:shop/dev/api has no key "nokey"');
    expect(seen.stderr).not.toMatch(/OPTIONAL|THERE/);
    expect(seen.stderr).toContain(
      'hint: to see the commands that store them: ecs-secrets check --environment none\n',
    );
    expect(seen.stderr).not.toContain(mark);
  },
);

test('export of a time before required secrets existed asks for a later time', async () => {
  const seen = await within(['export', '--declared', '--environment', 'dev', '--at', '3h']);
  expect(seen).toMatchObject({ code: 1, stdout: '' });
  expect(seen.stderr).toMatch(/did not exist at .* UTC\nhint: choose a later time with --at\n$/);
});

test.each(uses)('%s needs one environment', async (...argv) => {
  const several = await within(argv);
  expect(several).toMatchObject({ code: 2, stdout: '' });
  expect(several.stderr).toContain(
    'name one of dev, prod with --environment or ECS_SECRETS_ENVIRONMENT',
  );
  const env = { ECS_SECRETS_ENVIRONMENT: 'test' };
  const unknown = await within(argv, { env });
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toContain(
    'the environment "test" is not declared\nhint: declared: dev, prod',
  );
  const none = await shop.run(argv);
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toContain('there is no .ecs-secrets.json that declares secrets');
});

test('--environment needs the option that it is for; its variable does not', async () => {
  for (const argv of [
    ['export', '/shop/dev'],
    ['register', 'web.json', '--execution-role', 'r', '--dry-run'],
  ]) {
    const seen = await within([...argv, '--environment', 'dev']);
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toMatch(/error: --environment requires --(secrets-from-)?declared/);
    const env = { ECS_SECRETS_ENVIRONMENT: 'dev' };
    expect(await within(argv, { env })).toMatchObject({ code: 0 });
  }
});

test('exec sets the variables, and none that makes programs run other code', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
  try {
    await writeFile(join(folder, '.ecs-secrets.json'), JSON.stringify(project));
    const argv = ['exec', '--declared', '--', 'sh', '-c', 'printf %s "$API_KEY"'];
    const env = { ...shop.sandbox.environment, ECS_SECRETS_ENVIRONMENT: 'dev' };
    expect(await runBin(argv, { cwd: folder, env })).toMatchObject({
      code: 0,
      stdout: `${mark}-key`,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
  const unsafe = { secrets: { LD_PRELOAD: '/shop/dev/db' } };
  const refused = await within(['exec', '--declared', '--', 'true'], {}, unsafe);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('LD_PRELOAD');
});

test('register sets references in the containers that are named, or in the essential one', async () => {
  const container = (name: string, essential: boolean) => ({
    name,
    image: 'x',
    memory: 64,
    essential,
  });
  const definition = (...containers: object[]) =>
    JSON.stringify({ family: 'app', containerDefinitions: containers });
  const files = { 'app.json': definition(container('log', false), container('app', true)) };
  const declared = {
    secrets: {
      DB: '/shop/dev/db',
      KEY: { from: 'sm:shop/dev/api:key', container: ['log', 'app', 'worker'] },
      ELSEWHERE: { from: '/not/there', container: 'worker' },
      MAYBE: { from: '/not/there', required: false },
      MAYBE_KEY: { from: 'sm:shop/dev/api:none', required: false },
    },
  };
  const argv = ['register', 'app.json', '--secrets-from-declared', '--execution-role', 'r'];
  const seen = await within(argv, { files }, declared);
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.stderr).toContain(
    'ELSEWHERE is left out: the task definition has no container worker\n',
  );
  expect(seen.stderr).toContain('MAYBE is optional and left out: there is no parameter /not/there');
  expect(seen.stderr).toContain('MAYBE_KEY is optional and left out: sm:shop/dev/api has no key');
  expect(seen.stdout + seen.stderr).not.toContain(mark);
  const revision = await latestRevision(shop.ecs, 'app');
  const secrets = revision?.containerDefinitions?.map((one) => [one.name, one.secrets]);
  const db = 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/dev/db';
  const key = expect.stringMatching(
    /^arn:aws:secretsmanager:.*:secret:shop\/dev\/api-\w{6}:key::$/,
  ) as string;
  expect(secrets).toEqual([
    ['log', [{ name: 'KEY', valueFrom: key }]],
    [
      'app',
      [
        { name: 'DB', valueFrom: db },
        { name: 'KEY', valueFrom: key },
      ],
    ],
  ]);

  const two = { 'app.json': definition(container('a', true), container('b', true)) };
  const unclear = await within(argv, { files: two }, declared);
  expect(unclear).toMatchObject({ code: 2, stdout: '' });
  expect(unclear.stderr).toContain('secrets.DB names no container; the essential ones are a, b');
});
