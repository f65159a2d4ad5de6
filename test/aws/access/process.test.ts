import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordingAws, type RecordingAws } from '../../helpers/recording-aws.ts';
import { runBin } from '../../helpers/run.ts';

// The built program with proxies: it ends when its work is done, and loads what it needs only.
let aws: RecordingAws;
let folder: string;
beforeAll(async () => {
  aws = await recordingAws(['sts.us-east-1.amazonaws.com']);
  folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-proxy-'));
  await writeFile(join(folder, 'ca.pem'), aws.ca);
});
afterAll(async () => {
  await aws[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const env = () => ({
  AWS_REGION: 'us-east-1',
  AWS_CA_BUNDLE: join(folder, 'ca.pem'),
  HTTPS_PROXY: aws.proxyUrl.replace('//', '//me:SECRET-WORD@'),
});

test('a command through a proxy ends, and the libraries print no password', async () => {
  const seen = await runBin(['whoami'], { env: { ...env(), DEBUG: '*' } });
  expect(seen.code).toBe(0);
  expect(seen.stdout).toContain(`proxy        ${aws.proxyUrl} (HTTPS_PROXY)`);
  expect(aws.asked).toEqual(['CONNECT sts.us-east-1.amazonaws.com:443']);
  expect(aws.calls.map(({ proxy }) => proxy)).toEqual(['me:SECRET-WORD']);
  expect(seen.stdout + seen.stderr).not.toMatch(/SECRET-WORD|bWU6U0VDUkVU/);
});

test('a proxy that does not answer does not keep the process', async () => {
  aws.refuse('silent');
  const seen = await runBin(['whoami', '--request-timeout', '300ms'], { env: env() });
  aws.refuse(undefined);
  expect(seen.code).toBe(1);
  expect(seen.stderr).toMatch(/error: (cannot reach AWS for|AWS did not answer) sts:GetCallerI/);
});

test('what proxies, roles and SSO need is not loaded without them', async () => {
  const loaded = async (argv: string[], stdin = ''): Promise<string[]> => {
    const NODE_V8_COVERAGE = await mkdtemp(join(folder, 'loaded-'));
    const local = {
      AWS_ENDPOINT_URL: aws.url,
      AWS_CA_BUNDLE: '',
      AWS_REGION: 'us-east-1',
      NODE_V8_COVERAGE,
    };
    await runBin(argv, { stdin, env: local });
    const [file = ''] = await readdir(NODE_V8_COVERAGE);
    const text = await readFile(join(NODE_V8_COVERAGE, file), 'utf8');
    const { result } = JSON.parse(text) as { result: { url: string }[] };
    return result.flatMap(({ url }) => /dist\/([\w-]+)-[\w-]{8}\.js$/.exec(url)?.[1] ?? []);
  };
  expect((await loaded(['--version'])).sort()).toEqual(['rolldown-runtime', 'start']);
  const put = await loaded(['put', '/a'], 'x');
  expect(put).toContain('sdk');
  for (const name of ['agents', 'roles', 'sdk-chain', 'sts', 'credential-process']) {
    expect(put).not.toContain(name);
  }
});
