import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitWords } from '../../../src/model/shell.ts';
import type { Seen, Setting } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

// The secrets that a project declares: what is missing where. No output has a value.
const mark = 'MARKED-VALUE-7c1d';
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  const parameters = [
    ['/shop/staging/db', 'SecureString'],
    ['/shop/prod/db', 'SecureString'],
    ['/shop/prod/old', 'SecureString'],
    ['/shop/prod/more/key', 'SecureString'],
    ['/shop/staging/hosts', 'StringList'],
    ['/common/token', 'SecureString'],
  ] as const;
  for (const [Name, Type] of parameters) {
    await shop.ssm.send(new PutParameterCommand({ Name, Type, Value: mark }));
  }
  for (const [Name, value] of [
    ['shop/staging/api', { key: mark, port: 8080, empty: '' }],
    ['shop/prod/api', { other: mark, port: '1', empty: mark }],
    ['shop/prod/text', mark],
  ] as const) {
    const SecretString = typeof value === 'string' ? value : JSON.stringify(value);
    await shop.secrets.send(new CreateSecretCommand({ Name, SecretString }));
  }
  await shop.secrets.send(new CreateSecretCommand({ Name: 'shop/prod/hollow' }));
  await shop.run(['put', 'sm:shop/prod/gone'], { stdin: mark });
  await shop.run(['delete', 'sm:shop/prod/gone', '--yes', '--force']);
});
afterAll(() => shop.sandbox.close());

const project = {
  environments: ['staging', 'prod'],
  secrets: {
    DB_PASSWORD: '/shop/{env}/db',
    API_KEY: 'sm:shop/{env}/api:key',
    TOKEN: { from: '/common/token', description: 'of the mail service' },
    SENTRY_DSN: { from: '/shop/{env}/sentry', required: false },
    ONLY_PROD: { from: 'sm:shop/{env}/text', environments: ['prod'] },
  },
};

function within(declared: object | string, argv: string[], setting: Setting = {}): Promise<Seen> {
  const text = typeof declared === 'string' ? declared : JSON.stringify(declared);
  return shop.run(argv, { ...setting, files: { ...setting.files, '.ecs-secrets.json': text } });
}

async function checked(declared: object, argv: string[] = [], setting: Setting = {}) {
  const seen = await within(declared, ['check', '--json', ...argv], setting);
  expect(seen.stdout + seen.stderr).not.toContain(mark);
  return { ...seen, data: JSON.parse(seen.stdout) as Checked };
}

interface Checked {
  environments: {
    name: string;
    secrets: { variable: string; state: string; message?: string }[];
    undeclared: string[];
  }[];
  missing: number;
  warnings: number;
  notChecked: number;
  fix: string[];
}

test('a table of what is where, the reasons, and the commands that store what is missing', async () => {
  const seen = await within(project, ['check']);
  expect(seen.code).toBe(3);
  expect(seen.stdout).toBe(
    [
      'VARIABLE\tstaging\tprod',
      'DB_PASSWORD\tok\tok',
      'API_KEY\tok\tno key',
      'TOKEN\tok\tok',
      'SENTRY_DSN\tmissing (optional)\tmissing (optional)',
      'ONLY_PROD\t-\tok',
      '',
      'staging: SENTRY_DSN: there is no parameter /shop/staging/sentry (optional)',
      'prod: API_KEY: sm:shop/prod/api has no key "key"; it has other, port, empty',
      'prod: SENTRY_DSN: there is no parameter /shop/prod/sentry (optional)',
      '',
      'To fix:',
      '  ecs-secrets put sm:shop/prod/api:key',
      '',
    ].join('\n'),
  );
  expect(seen.stderr).toBe(
    [
      'note: not declared in staging: /shop/staging/hosts',
      'note: not declared in prod: /shop/prod/more/key, /shop/prod/old, sm:shop/prod/hollow',
      '',
    ].join('\n'),
  );
  expect(seen.stdout + seen.stderr).not.toContain(mark);
});

test('one environment that is complete; chosen by option or variable', async () => {
  for (const [argv, env] of [
    [['--environment', 'staging'], {}],
    [[], { ECS_SECRETS_ENVIRONMENT: 'staging' }],
  ] as const) {
    const { code, data, stderr } = await checked(project, [...argv], { env });
    expect({ code, names: data.environments.map(({ name }) => name) }).toEqual({
      code: 0,
      names: ['staging'],
    });
    expect(stderr.includes('only staging is checked')).toBe('ECS_SECRETS_ENVIRONMENT' in env);
  }
  const wrong = await within(project, ['check', '--environment', 'production']);
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('hint: declared: staging, prod');
});

test('what is said of each secret', async () => {
  const cases: Record<string, [from: string, state: string, message?: string]> = {
    PARAMETER: ['/shop/prod/db', 'ok'],
    BARE: ['ssm:nothing', 'missing', 'there is no parameter ssm:nothing'],
    LIST: ['/shop/staging/hosts', 'wrong-type', 'is a StringList'],
    NONE: ['sm:shop/none', 'missing', 'there is no secret sm:shop/none'],
    HOLLOW: ['sm:shop/prod/hollow', 'no-value', 'has no value'],
    HOLLOW_KEY: ['sm:shop/prod/hollow:k', 'no-value', 'has no value'],
    GONE: ['sm:shop/prod/gone:k', 'no-value', 'sm:shop/prod/gone is scheduled for deletion'],
    TEXT: ['sm:shop/prod/text:k', 'no-key', 'is not a JSON object'],
    EMPTY: [
      'sm:shop/staging/api:empty',
      'empty',
      'the key "empty" of sm:shop/staging/api is empty',
    ],
    NUMBER: ['sm:shop/staging/api:port', 'wrong-type', 'is not a string'],
    STAGE: [
      'sm:shop/prod/api:other:AWSPREVIOUS',
      'no-value',
      'no version at the stage AWSPREVIOUS',
    ],
    CURRENT: ['sm:shop/prod/api:other:AWSCURRENT', 'ok'],
    ARN: ['arn:aws:ssm:us-east-1:123456789012:parameter/shop/prod/db', 'ok'],
    FOREIGN: [
      'arn:aws:ssm:us-east-1:210987654321:parameter/shop/prod/db',
      'not-checked',
      'belongs to account 210987654321',
    ],
  };
  const secrets = Object.fromEntries(Object.entries(cases).map(([name, [from]]) => [name, from]));
  const { code, data, stderr } = await checked({ secrets });
  const found = data.environments[0]?.secrets ?? [];
  expect(found.map(({ variable, state }) => [variable, state])).toEqual(
    Object.entries(cases).map(([name, [, state]]) => [name, state]),
  );
  for (const { variable, message } of found) {
    if (cases[variable]?.[2] === undefined) expect(message).toBeUndefined();
    else expect(message).toContain(cases[variable][2]);
  }
  expect(data).toMatchObject({ missing: 7, warnings: 3, notChecked: 1 });
  expect(code).toBe(3);
  expect(stderr).toContain('warning: not checked: FOREIGN: ');
});

test.each<[string, object, string[], number]>([
  ['only warnings', { X: '/shop/staging/hosts' }, [], 0],
  ['only warnings, with --strict', { X: '/shop/staging/hosts' }, ['--strict'], 3],
  ['optional: no key', { X: { from: 'sm:shop/prod/text:k', required: false } }, [], 0],
  ['optional: not there', { X: { from: '/shop/none', required: false } }, ['--strict'], 0],
  [
    'optional: not to be seen',
    { X: { from: 'arn:aws:ssm:us-east-1:210987654321:parameter/x', required: false } },
    [],
    0,
  ],
  ['required: not to be seen', { X: 'arn:aws:ssm:us-east-1:210987654321:parameter/x' }, [], 1],
])('exit code: %s', async (_name, secrets, argv, code) => {
  expect(await within({ secrets }, ['check', ...argv])).toMatchObject({ code });
});

test('the printed commands store what is missing, each in its environment', async () => {
  const declared = {
    environments: { staging: { stage: 's' }, prod: { stage: 'p', env: 'production' } },
    secrets: {
      NEW: '/fill/{stage}/new',
      KEY: 'sm:fill/{env}:key',
      TWICE: '/fill/{stage}/{env}',
      FIXED: '/fill/fixed',
    },
  };
  const { code, data, stderr } = await checked(declared);
  expect(code).toBe(3);
  expect(stderr).toContain(
    'note: none of the secrets in prod is in account 123456789012, region us-east-1',
  );
  expect(data.fix).toEqual([
    'ecs-secrets put /fill/s/new',
    'ecs-secrets put sm:fill/staging:key',
    'ecs-secrets put /fill/s/staging',
    'ecs-secrets put /fill/fixed',
    'ecs-secrets put /fill/p/new',
    'ecs-secrets put sm:fill/production:key',
    'ecs-secrets put /fill/p/production',
  ]);
  for (const line of data.fix) {
    const stored = await shop.run(splitWords(line).slice(1), { stdin: mark });
    expect(stored, stored.stderr).toMatchObject({ code: 0 });
  }
  expect((await checked(declared)).code).toBe(0);
});

test('the printed commands reach the same region; a file without environments has one', async () => {
  const declared = {
    prefix: '/shop/prod',
    secrets: { DB: '/shop/prod/db', NEW: '/shop/prod/new' },
  };
  const { data } = await checked(declared, ['--region', 'us-east-1']);
  expect(data.environments).toMatchObject([
    { name: 'default', undeclared: ['/shop/prod/more/key', '/shop/prod/old'] },
  ]);
  expect(data.fix).toEqual(['ecs-secrets put /shop/prod/new --region us-east-1']);
});

test('what may not be looked at is reported, and the rest is checked', async () => {
  const fault = { service: 'secretsmanager', operation: 'DescribeSecret', times: 1 };
  shop.sandbox.inject({ ...fault, code: 'AccessDeniedException' });
  const declared = {
    environments: ['prod'],
    secrets: { A: 'sm:shop/{env}/text', DB: '/shop/{env}/db' },
  };
  const seen = await within(declared, ['check']);
  expect(seen.code).toBe(1);
  expect(seen.stdout).toContain('A\tnot checked\nDB\tok\n');
  expect(seen.stderr).toMatch(/note: not declared in prod: .*sm:shop\/prod\/hollow/);
  expect(seen.stderr).not.toMatch(/not declared in prod: .*sm:shop\/prod\/text/);
  expect(seen.stderr).toMatch(/error: not checked in prod: A: .*secretsmanager:DescribeSecret/);
});

test('JSON secrets are not read with --no-read-values', async () => {
  const { code, data } = await checked(project, ['--no-read-values']);
  expect(code).toBe(0);
  expect(data.notChecked).toBe(0);
  expect(data.environments[1]?.secrets).toContainEqual(
    expect.objectContaining({ variable: 'API_KEY', state: 'not-read' }),
  );
});

test('a JUnit report and a summary', async () => {
  const files: Record<string, string> = {
    '.ecs-secrets.json': JSON.stringify(project),
    summary: '',
  };
  const env = { GITHUB_STEP_SUMMARY: 'summary' };
  await shop.run(['check', '--junit', 'report.xml'], { files, env });
  expect(files['report.xml']).toContain('tests="9" failures="1" errors="0" skipped="0"');
  expect(files.summary ?? '').toContain('| problem | prod | API&#95;KEY |');
  expect(JSON.stringify(files)).not.toContain(mark);
});

test.each([
  [undefined, 'there is no .ecs-secrets.json that declares secrets'],
  ['{}', '.ecs-secrets.json declares no secrets'],
])('without a declaration: %s', async (text, message) => {
  const files: Record<string, string> = text === undefined ? {} : { '.ecs-secrets.json': text };
  const seen = await shop.run(['check'], { files });
  expect(seen).toMatchObject({ code: 2, stdout: '' });
  expect(seen.stderr).toContain(`error: ${message}`);
});
