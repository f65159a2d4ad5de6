import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runBin, type Seen } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  // As chamber stores them: /service/key, in lower case.
  for (const [name, value] of [
    ['/shop/db_password', 'p1'],
    ['/shop/api-key', 'k1'],
    ['/shared/api-key', 'k0'],
    ['/shared/region', 'r0'],
  ] as const) {
    await shop.ssm.send(
      new PutParameterCommand({ Name: name, Value: value, Type: 'SecureString' }),
    );
  }
  for (const [Name, SecretString] of [
    ['j1', '{"user":"u","port":1.0,"same":"s"}'],
    ['j2', '{"user":"v","port":1,"same":"s"}'],
    ['empty', '{}'],
    ['text', 'MARK-of-a-text'],
    ['both', '{"A":"1"}'],
    ['both/B', '2'],
  ]) {
    await shop.secrets.send(new CreateSecretCommand({ Name, SecretString }));
  }
});
afterAll(() => shop.sandbox.close());

const web = JSON.stringify({
  family: 'web',
  containerDefinitions: [
    { name: 'web', image: 'x', environment: [{ name: 'DB_PASSWORD', value: 'p1' }] },
  ],
});

/** Files of one command. */
const files = {
  '.env': 'DB_PASSWORD=p1\nAPI_KEY=other\nNOT_SET=\n',
  'app.json': web,
  'map.yaml': 'user: u\nport: 1.0\nsame: s\n',
};

const json = async (...argv: string[]): Promise<unknown> => {
  const seen = await shop.run([...argv, '--format', 'json'], { files: { ...files } });
  if (seen.code !== 0) throw new Error(seen.stderr);
  return JSON.parse(seen.stdout);
};

describe('diff compares any two sources', () => {
  test.each<[string, string[], string, number]>([
    ['JSON secrets, key by key', ['sm:j1', 'sm:j2'], '~ port\n~ user\n', 3],
    ['a JSON secret with itself', ['sm:j1', 'sm:j1'], 'no differences (3 equal)\n', 0],
    ['a file and a JSON secret', ['map.yaml', 'sm:j1'], 'no differences (3 equal)\n', 0],
    ['a dotenv file and a prefix', ['.env', '/shop', '--upper-case'], '~ API_KEY\n', 3],
    ['a task definition file and a dotenv file', ['app.json', '.env'], '+ API_KEY\n', 3],
    ['standard input and a prefix', ['-', '/shop'], '- X\n+ api_key\n+ db_password\n', 3],
    [
      'names without their prefix',
      ['/shop', '.env', '--upper-case', '--strip-prefix', 'DB_', '--add-prefix', 'A_'],
      '~ A_API_KEY\n- A_DB_PASSWORD\n+ A_PASSWORD\n',
      3,
    ],
  ])('%s', async (_name, argv, stdout, code) => {
    const seen = await shop.run(['diff', ...argv], { files: { ...files }, stdin: 'X=1\n' });
    expect(seen).toEqual({ code, stdout, stderr: '' });
  });

  test('a file and a family that is registered', async () => {
    await shop.run(['register', 'web.json', '--image', 'httpd', '--cpu', '256', '--memory', '512']);
    const own = JSON.stringify({
      family: 'web',
      containerDefinitions: [
        { name: 'web', image: 'x', environment: [{ name: 'HOST', value: 'y' }] },
      ],
    });
    const bytes = { 'own.json': Buffer.from(own) };
    expect(await shop.run(['diff', 'own.json', 'web'], { bytes })).toMatchObject({
      code: 3,
      stdout: '~ HOST\n',
    });
  });
});

describe('a JSON secret as a source', () => {
  test('gives its keys as a container would get them', async () => {
    const seen = await shop.run(['export', 'sm:j1']);
    expect(seen).toEqual({
      code: 0,
      stdout: 'user=u\nport=1\nsame=s\n',
      stderr:
        'warning: the key "port" of sm:j1 is not a string: the ECS agent formats it as Go does (12345678 as 1.2345678e+07)\n',
    });
    const { arn } = await shop.json(['get', 'sm:both']);
    expect(await json('export', String(arn))).toEqual({ A: '1' });
    expect(await json('export', '--prefix', 'sm:j2')).toMatchObject({ user: 'v' });
  });

  test('gives way to the secrets below its name, with a note', async () => {
    const seen = await shop.run(['export', 'sm:both']);
    expect(seen).toMatchObject({ code: 0, stdout: 'B=2\n' });
    expect(seen.stderr).toContain('note: sm:both stands for the secrets below it');
    expect(await shop.run(['export', 'sm:both/'])).toEqual({
      code: 0,
      stdout: 'B=2\n',
      stderr: '',
    });
  });

  test('is needed, and has keys', async () => {
    const text = await shop.run(['export', 'sm:text']);
    expect(text).toMatchObject({ code: 1, stdout: '' });
    expect(text.stderr).toContain('sm:text is not a JSON object');
    expect(text.stderr).not.toContain('MARK');
    const none = await shop.run(['export', 'sm:none']);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('there is nothing below sm:none');
    expect(await json('export', 'sm:none', '--allow-empty')).toEqual({});
  });

  test('is read without the permission to list secrets', async () => {
    const fault = { service: 'secretsmanager', operation: 'ListSecrets', times: 2 };
    shop.sandbox.inject({ ...fault, code: 'AccessDeniedException' });
    expect(await json('export', 'sm:j2')).toMatchObject({ user: 'v' });
    const refused = await shop.run(['export', 'sm:none']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/access denied to secretsmanager:ListSecrets/);
  });
});

describe('several sources', () => {
  test('are merged in order, and what is overwritten is said', async () => {
    const argv = ['export', '/shared', '/shop', '.env', '--upper-case'];
    const seen = await shop.run(argv, { files: { ...files } });
    expect(seen).toEqual({
      code: 0,
      stdout: "API_KEY=other\nDB_PASSWORD=p1\nNOT_SET=''\nREGION=r0\n",
      stderr: 'note: /shop overwrites API_KEY\nnote: .env overwrites DB_PASSWORD, API_KEY\n',
    });
    const strict = await shop.run([...argv, '--strict'], { files: { ...files } });
    expect(strict).toMatchObject({ code: 1, stdout: '' });
    expect(strict.stderr).toContain('error: /shop overwrites API_KEY\n');
  });

  test('are narrowed to names that must exist', async () => {
    const argv = ['/shop', '/shared', '--upper-case', '--only', 'API-KEY,REGION'];
    expect(await json('export', ...argv)).toEqual({ 'API-KEY': 'k0', REGION: 'r0' });
  });

  test('cannot be given in two ways', async () => {
    const seen = await shop.run(['export', '/shop', '--prefix', '/shared']);
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toContain('two sources are given');
  });
});

describe('exec', () => {
  const printed = ['--', process.execPath, '-p', 'JSON.stringify(process.env)'];
  const bin = (argv: readonly string[], env = {}): Promise<Seen> =>
    runBin(['exec', ...argv], { env: { ...shop.sandbox.environment, ...env } });

  test('takes sources before --, merged in order', async () => {
    const seen = await bin(['/shared', '/shop', '--upper-case', '--pristine', ...printed]);
    expect(seen.stderr).toBe('note: /shop overwrites API_KEY\n');
    expect(JSON.parse(seen.stdout)).toEqual({ API_KEY: 'k1', DB_PASSWORD: 'p1', REGION: 'r0' });
    const strict = await bin(['/shared', '/shop', '--strict', ...printed]);
    expect(strict).toMatchObject({ code: 1, stdout: '' });
    const none = await bin(['/shop', '--']);
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('no program is given after --');
  });

  test.each<[string[], number, string]>([
    [['/shop'], 2, 'no program is given: write -- and the program after the sources'],
    [['npm', 'start'], 2, 'no program is given: write -- and the program after the sources'],
    [['--', 'npm', 'start'], 2, 'no source is given'],
    [['--prefix', '/shop', '--'], 2, "missing required argument 'command'"],
    [['/shop', '--strict-file', 'full.env', '--', 'npm'], 2, 'there is no placeholder in the file'],
    [['/shop', '--strict-file', 'gone.env', '--', 'npm'], 1, 'cannot read gone.env'],
    [['/shop', '--strict-file', 'more.env', '--', 'npm'], 1, '/shop has no value for OTHER'],
  ])('%j is refused', async (argv, code, says) => {
    const own = { 'full.env': 'DB_PASSWORD=p1-of-production\n', 'more.env': 'OTHER=your-key\n' };
    const seen = await shop.run(['exec', ...argv], { files: own });
    expect(seen).toMatchObject({ code, stdout: '' });
    expect(seen.stderr).toContain(`error: ${says}`);
  });

  test('--strict-file sets exactly the variables that a file has a placeholder for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
    const example = join(folder, '.env.example');
    try {
      await writeFile(example, 'DB_PASSWORD=chamberme\nAPI_KEY=\nMODE=production\n');
      const argv = ['/shop', '--upper-case', '--strict-file', example, '--pristine', ...printed];
      expect(JSON.parse((await bin(argv)).stdout)).toEqual({ API_KEY: 'k1', DB_PASSWORD: 'p1' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('--only passes some, and fails if one is missing', async () => {
    const seen = await bin(['sm:j1', '--only', 'user,same', '--pristine', ...printed]);
    expect(JSON.parse(seen.stdout)).toEqual({ user: 'u', same: 's' });
    const missing = await bin(['sm:j2', '--only', 'user,USER', ...printed]);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('error: sm:j2 has no value for USER\n');
  });

  test('--strict-value sets exactly the variables that have a placeholder', async () => {
    const argv = ['/shop', '--upper-case', '--strict-value', 'chamberme', ...printed];
    const seen = await bin(argv, { DB_PASSWORD: 'chamberme', OTHER: 'x' });
    const env = JSON.parse(seen.stdout) as Record<string, string>;
    expect(env).toMatchObject({ DB_PASSWORD: 'p1', OTHER: 'x' });
    expect(env).not.toHaveProperty('API_KEY');
    const left = await bin(argv, { DB_PASSWORD: 'chamberme', OTHER: 'chamberme' });
    expect(left).toMatchObject({ code: 1, stdout: '' });
    expect(left.stderr).toContain('/shop has no value for OTHER');
    expect((await bin(argv)).code).toBe(2);
  });
});
