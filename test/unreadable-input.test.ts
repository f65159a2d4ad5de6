import { fileURLToPath } from 'node:url';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, runProgram } from './helpers/run.ts';
import { openShop, type Shop } from './helpers/scene.ts';

const bin = fileURLToPath(new URL('../bin/ecs-secrets.js', import.meta.url));

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.sandbox.close());

const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
const container = `{"name":"c","image":"i","memory":128,"x":${deep}}`;
const definition = `{"family":"f","containerDefinitions":[${container}]}`;

test.each([
  ['register', ['register', '-', '--dry-run'], definition],
  ['verify', ['verify', '-'], definition],
  ['audit', ['audit', '-'], definition],
  ['import of JSON', ['import', '-', '--prefix', '/a', '--format', 'json'], deep],
  ['import of YAML', ['import', '-', '--prefix', '/a', '--format', 'yaml'], '['.repeat(100_000)],
])('%s refuses a document of 5,000 levels', async (_what, argv, stdin) => {
  const seen = await shop.run(argv, { stdin });
  expect(seen).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: standard input is nested deeper than 200 levels\n',
  });
});

test('brackets within texts do not nest', async () => {
  const stdin = JSON.stringify({ A: `${'['.repeat(1_000)}x9Q`, B: '\\"{'.repeat(300) });
  const argv = ['import', '-', '--prefix', '/brackets', '--format', 'json', '--dry-run'];
  expect(await shop.run(argv, { stdin })).toMatchObject({ code: 0, stderr: '' });
});

test('an argument that is no Unicode text is refused', async () => {
  const seen = await run(['role', 'show', 'a\ud800']);
  expect(seen).toMatchObject({ code: 2, stdout: '' });
  expect(seen.stderr).toBe('error: an argument is not valid Unicode text\n');
});

test.each([
  ['put', ['put', '/a']],
  ['verify', ['verify', '-']],
])('standard input that cannot be read is an error of %s', async (_what, argv) => {
  const seen = await run(argv, { stdinError: 'EIO' });
  expect(seen).toMatchObject({ code: 1, stdout: '' });
  expect(seen.stderr).toMatch(/^error: cannot read standard input: EIO\nhint: /);
});

test('the password of --endpoint-url is in no printed command and no error', async () => {
  const url = shop.sandbox.url.replace('//', '//user:hunter2@');
  const stdin = definition
    .replace(deep, '1')
    .replace('"x"', '"secrets":[{"name":"A","valueFrom":"/none"}],"x"');
  const seen = await run(['verify', '-', '--endpoint-url', url], { stdin });
  expect(seen.stdout + seen.stderr).toContain(`--endpoint-url ${shop.sandbox.url}`);
  expect(seen.stdout + seen.stderr).not.toContain('hunter2');
  const wrong = await run(['list', '--endpoint-url', 'ftp://user:hunter2@host/']);
  expect(wrong.stderr).toBe('error: --endpoint-url is not an http(s) URL: ftp://host/\n');
});

test('a secret that is missing is reported with the region of its ARN', async () => {
  const arn = 'arn:aws:ssm:eu-west-1:123456789012:parameter/none';
  const seen = await shop.run(['role', 'create', 'r', '--secret', arn]);
  expect(seen.stderr).toContain(`${arn} (account 123456789012, region eu-west-1)`);
});

test('a quota that is reached is not tried again', async () => {
  await shop.run(['put', 'sm:full'], { stdin: 'v' });
  for (let version = 1; version < 100; version += 1) {
    const SecretString = String(version);
    await shop.secrets.send(new PutSecretValueCommand({ SecretId: 'full', SecretString }));
  }
  const seen = await shop.run(['put', 'sm:full', '--debug'], { stdin: 'one more' });
  expect(seen.code).toBe(1);
  expect(seen.stderr).toMatch(/PutSecretValue LimitExceededException \(\d+ ms\)/);
});

test.skipIf(process.platform === 'win32')(
  'too few file descriptors are no internal error',
  async () => {
    const script = `ulimit -n 20; "${process.execPath}" "${bin}" list`;
    const seen = await runProgram('bash', ['-c', script], { env: shop.sandbox.environment });
    expect(seen.stderr).not.toContain('defect');
  },
);
