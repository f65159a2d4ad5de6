import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessScene, type AccessScene } from '../../helpers/access-scene.ts';

let scene: AccessScene;
beforeAll(async () => {
  scene = await accessScene(['sts.eu-west-1.amazonaws.com']);
});
afterAll(() => scene[Symbol.asyncDispose]());

const keys = { AWS_ACCESS_KEY_ID: 'AKIA-ENV', AWS_SECRET_ACCESS_KEY: 'secret' };
const role = 'arn:aws:iam::123456789012:role/deploy';
const ci = `[profile ci]\nrole_arn = ${role}\nsource_profile = base\nregion = eu-west-1\nmax_attempts = 7\n`;
const base = '[base]\naws_access_key_id = AKIA-BASE\naws_secret_access_key = secret\n';

test('whoami says who calls, how, and what sets it', async () => {
  const env = {
    ...keys,
    AWS_PROFILE: 'ci',
    HTTPS_PROXY: 'http://me:SECRET-WORD@127.0.0.1:PROXY_PORT',
  };
  const given = { to: 'aws' as const, config: ci, credentials: base, env };
  const seen = await scene.ours(given, ['whoami']);
  expect(seen.stderr).toBe('');
  expect(seen.stdout.replaceAll(scene.aws.proxyUrl, 'PROXY').split('\n')).toEqual([
    'account      123456789012',
    'identity     arn:aws:iam::123456789012:user/who',
    'credentials  AWS_ACCESS_KEY_ID',
    `             not used: role ${role} of profile "ci"`,
    'profile      ci (AWS_PROFILE)',
    'region       eu-west-1 (profile "ci")',
    "endpoint     AWS's own",
    'proxy        PROXY (HTTPS_PROXY)',
    'certificates AWS_CA_BUNDLE',
    'attempts     7 (profile "ci")',
    '',
  ]);
});

test('whoami --json is the same as data', async () => {
  const env = { ...keys, AWS_WEB_IDENTITY_TOKEN_FILE: '/secret-path/token' };
  const given = { to: 'plain' as const, config: ci, credentials: base, env };
  const argv = ['whoami', '--json', '--profile', 'ci', '--region', 'us-east-1'];
  const seen = await scene.ours(given, argv);
  expect(JSON.parse(seen.stdout)).toEqual({
    account: '123456789012',
    arn: 'arn:aws:iam::123456789012:user/who',
    credentials: {
      source: `role ${role} of profile "ci"`,
      ignored: ['AWS_ACCESS_KEY_ID', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
    },
    profile: { value: 'ci', source: '--profile' },
    region: { value: 'us-east-1', source: '--region' },
    endpoints: [{ value: scene.aws.url, source: 'AWS_ENDPOINT_URL' }],
    maxAttempts: { value: 7, source: 'profile "ci"' },
  });
});

test('whoami names endpoints of single services', async () => {
  const env = {
    ...keys,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_STS: 'PLAIN',
    ECS_SECRETS_PROFILE: 'local',
  };
  const config =
    '[profile local]\nservices = here\naws_access_key_id = A\naws_secret_access_key = s\n[services here]\nssm =\n  endpoint_url = http://me:SECRET@127.0.0.1:1/\n';
  const seen = await scene.ours({ to: 'itself', config, env }, ['whoami']);
  expect(seen.code).toBe(0);
  expect(seen.stdout).toContain('profile      local (ECS_SECRETS_PROFILE)');
  expect(seen.stdout).toContain(`endpoint     sts: ${scene.aws.url} (AWS_ENDPOINT_URL_STS)`);
  expect(seen.stdout).toContain('endpoint     ssm: http://127.0.0.1:1/ (profile "local")');
  expect(seen.stdout).not.toContain('SECRET@');
});

test('whoami prints what it knows where AWS cannot be reached, and fails', async () => {
  const env = { ...keys, AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  const seen = await scene.ours({ to: 'itself', env }, ['whoami']);
  expect(seen.code).toBe(1);
  expect(seen.stdout).toMatch(/^credentials {2}AWS_ACCESS_KEY_ID$/m);
  expect(seen.stderr).toContain('error: cannot reach AWS for sts:GetCallerIdentity');
});

test('whoami shows another account than the one that --account names, and fails', async () => {
  const given = { to: 'plain' as const, env: { ...keys, AWS_REGION: 'us-east-1' } };
  const seen = await scene.ours(given, ['whoami', '--account', '210987654321']);
  expect(seen.code).toBe(2);
  expect(seen.stdout).toContain('credentials  AWS_ACCESS_KEY_ID');
  expect(seen.stderr).toContain('error: these credentials are of account 123456789012');
});

test('--debug says the same before the first call', async () => {
  const env = {
    ...keys,
    AWS_PROFILE: 'ci',
    HTTP_PROXY: 'http://me:SECRET-WORD@127.0.0.1:PROXY_PORT',
  };
  const given = { to: 'plain' as const, config: ci, credentials: base, env };
  const argv = ['list', '/x', '--store', 'parameter-store', '--quiet', '--debug'];
  const seen = await scene.ours(given, argv);
  expect(seen.code).toBe(0);
  expect(seen.stderr.split('\n').slice(0, 5)).toEqual([
    'debug: profile ci (AWS_PROFILE)',
    `debug: credentials: AWS_ACCESS_KEY_ID, not role ${role} of profile "ci"`,
    'debug: region eu-west-1 (profile "ci")',
    `debug: endpoint ${scene.aws.url} (AWS_ENDPOINT_URL)`,
    `debug: proxy ${scene.aws.proxyUrl} (HTTP_PROXY)`,
  ]);
  expect(seen.stderr).not.toContain('SECRET-WORD');
});
