import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runBin, runProgram } from './helpers/run.ts';
import { startSandbox } from '../src/sandbox/index.ts';

const node = JSON.stringify(process.execPath);

test('the built program prints its help, and nothing on stderr', async () => {
  const seen = await runBin(['--help']);
  expect(seen).toMatchObject({ code: 0, stderr: '' });
  expect(seen.stdout).toContain('Usage: ecs-secrets');
});

test('it stores a value from a pipe without a word of the SDK on stderr', async () => {
  const sandbox = await startSandbox();
  const seen = await runBin(['put', '/shop/a'], {
    stdin: 'x',
    env: { ...sandbox.environment, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: undefined },
  });
  await sandbox.close();
  expect(seen).toEqual({ code: 0, stdout: 'parameter /shop/a created (version 1)\n', stderr: '' });
});

test('sandbox runs a program with an AWS of its own, and exits with its code', async () => {
  const script =
    'console.log(process.env.AWS_ENDPOINT_URL, process.env.AWS_PROFILE); process.exit(7)';
  const seen = await runBin(['sandbox', '--', process.execPath, '-e', script], {
    env: { AWS_PROFILE: 'production' },
  });
  expect(seen.code).toBe(7);
  expect(seen.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+ undefined\n$/);
});

test('sandbox passes the options of the program on untouched', async () => {
  const script = 'console.log(JSON.stringify(process.argv.slice(1)))';
  const seen = await runBin([
    'sandbox',
    '--',
    process.execPath,
    '-e',
    script,
    '--',
    '--json',
    '-y',
  ]);
  expect(seen.stdout).toBe('["--json","-y"]\n');
});

test('sandbox says which program it cannot run', async () => {
  const seen = await runBin(['sandbox', '--', 'no-such-program']);
  expect(seen.code).toBe(127);
  expect(seen.stderr).toBe('error: cannot run no-such-program: there is no such program\n');
});

test('the second region of a sandbox is what --region says', async () => {
  const seen = await runBin([
    'sandbox',
    '--region',
    'eu-west-1',
    '--',
    'sh',
    '-c',
    `${node} -p process.env.AWS_REGION`,
  ]);
  expect(seen.stdout).toBe('eu-west-1\n');
});

test('a reader that goes away changes neither the work nor the exit code', async () => {
  const sandbox = await startSandbox();
  const bin = JSON.stringify(fileURLToPath(new URL('../bin/ecs-secrets.js', import.meta.url)));
  const script = `printf x | ${node} ${bin} put /shop/a --debug 2>&1 | true; ${node} ${bin} put /shop/none --value-file /none | true; echo "$?"`;
  const seen = await runProgram('bash', ['-o', 'pipefail', '-c', script], {
    env: sandbox.environment,
  });
  const again = await runBin(['put', '/shop/a'], { stdin: 'x', env: sandbox.environment });
  await sandbox.close();
  expect(seen.stdout).toBe('1\n');
  expect(again.stdout).toBe('parameter /shop/a unchanged\n');
});

test('nothing meant for the sandbox goes through a proxy', async () => {
  const script = 'console.log(process.env.NO_PROXY, process.env.no_proxy)';
  const seen = await runBin(['sandbox', '--', process.execPath, '-e', script], {
    env: { HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'intern', no_proxy: undefined },
  });
  expect(seen.stdout).toBe('intern,127.0.0.1,localhost intern,127.0.0.1,localhost\n');
});

test('a port in use is told as such', async () => {
  const sandbox = await startSandbox();
  const seen = await runBin(['sandbox', '--port', new URL(sandbox.url).port, '--', 'true']);
  await sandbox.close();
  expect(seen).toMatchObject({ code: 1 });
  expect(seen.stderr).toMatch(/^error: port \d+ is in use\nhint: omit --port/);
});
