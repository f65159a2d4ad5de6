import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { accessScene, cacheName, type AccessScene } from '../../helpers/access-scene.ts';
import { runProgram } from '../../helpers/run.ts';
import { hosts } from './ways.ts';

let scene: AccessScene;
beforeAll(async () => {
  scene = await accessScene(hosts);
});
afterAll(() => scene[Symbol.asyncDispose]());

const region = { AWS_DEFAULT_REGION: 'us-east-1' };
const inEnv = { ...region, AWS_ACCESS_KEY_ID: 'AKIA-ENV', AWS_SECRET_ACCESS_KEY: 'secret' };
const device = 'arn:aws:iam::123456789012:mfa/me';
const deploy = 'arn:aws:iam::123456789012:role/deploy';
const list = ['list', '/x', '--store', 'parameter-store', '--quiet'];
const mfa = {
  to: 'plain' as const,
  env: { ...region, AWS_PROFILE: 'ci' },
  config: `[profile ci]\nrole_arn = ${deploy}\nsource_profile = base\nmfa_serial = ${device}\n`,
  credentials: '[base]\naws_access_key_id = AKIA-BASE\naws_secret_access_key = secret\n',
};

describe('the code of an MFA device', () => {
  test('is asked for on a terminal, once for all calls, and the session is stored', async () => {
    const seen = await scene.ours(mfa, list, { terminal: { answer: '123456' } });
    expect([seen.code, seen.stderr]).toEqual([0, '']);
    const assumed = scene.aws.calls.filter(({ operation }) => operation === 'AssumeRole');
    expect(assumed).toHaveLength(1);
    expect(assumed[0]?.body).toContain('TokenCode=123456');
    expect(assumed[0]?.body).toContain(`SerialNumber=${encodeURIComponent(device)}`);
    const folder = join(scene.home(), '.aws/cli/cache');
    const name = cacheName(`{"RoleArn": "${deploy}", "SerialNumber": "${device}"}`);
    expect(await readdir(folder)).toEqual([name]);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  test.runIf(inject('awsCli'))('is not asked for again by the AWS CLI', async () => {
    await scene.ours(mfa, [...list, '--mfa-code', '123456']);
    scene.aws.calls.length = 0;
    const env = { ...mfa.env, AWS_ENDPOINT_URL: scene.aws.url, HOME: scene.home() };
    const own = { AWS_ACCESS_KEY_ID: undefined, AWS_CONFIG_FILE: undefined };
    const files = { AWS_SHARED_CREDENTIALS_FILE: undefined };
    const seen = await runProgram('aws', ['ssm', 'describe-parameters'], {
      env: { ...own, ...files, ...env },
    });
    expect([seen.code, seen.stderr]).toEqual([0, '']);
    expect(scene.way()).toEqual({ signer: 'ASIA-DEPLOY', region: 'us-east-1', host: 'plain' });
  });

  test('comes from --mfa-code where nobody can be asked', async () => {
    const without = await scene.ours(mfa);
    expect(without.code).toBe(2);
    expect(without.stderr).toContain(`error: cannot ask for the MFA code of ${device}`);
    expect(without.stderr).toContain('hint: pass --mfa-code CODE');
    expect(scene.aws.calls).toEqual([]);
    const seen = await scene.ours(mfa, [...list, '--mfa-code', '654321']);
    expect(seen.code).toBe(0);
    expect(scene.way().signer).toBe('ASIA-DEPLOY');
  });

  test('that AWS refuses is told as such, and is not shown', async () => {
    const seen = await scene.ours(mfa, [...list, '--mfa-code', '000000', '--debug', '--json']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain(`error: the MFA code of ${device} is not accepted`);
    expect(seen.stderr).not.toContain('000000');
    const store = await readdir(scene.home());
    expect(store).not.toContain('.aws/cli');
  });

  test('that is no code is not shown', async () => {
    const seen = await scene.ours(mfa, [...list, '--mfa-code', 'SECRET']);
    expect([seen.code, seen.stderr]).toEqual([2, 'error: --mfa-code does not have 6 digits\n']);
  });

  test('that is not entered ends the command', async () => {
    const seen = await scene.ours(mfa, list, { terminal: { answer: undefined } });
    expect([seen.code, seen.stderr]).toEqual([
      130,
      'error: no MFA code was entered; nothing was done\n',
    ]);
  });
});

test('--assume-role passes external ID and session name on', async () => {
  const given = ['--assume-role', deploy, '--external-id', 'ext', '--role-session-name', 'ci-7'];
  const seen = await scene.ours({ to: 'plain', env: inEnv }, [...list, ...given]);
  expect(seen.code).toBe(0);
  const [call] = scene.aws.calls.filter(({ operation }) => operation === 'AssumeRole');
  expect(call?.body).toContain('ExternalId=ext');
  expect(call?.body).toContain('RoleSessionName=ci-7');
  expect(await readFile(join(scene.home(), 'CA.pem'), 'utf8')).toContain('CERTIFICATE');
});

test('credentials of a role that come too late are no uncertain write', async () => {
  const env = { ...mfa.env, AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' };
  const config = `[profile ci]\nrole_arn = ${deploy}\nsource_profile = base\n`;
  const seen = await scene.ours({ ...mfa, config, env }, ['put', '/a'], { stdin: 'x' });
  expect(seen.code).toBe(1);
  expect(seen.stderr).toContain('cannot reach AWS for sts:AssumeRole');
  expect(seen.stderr).not.toContain('may have been carried out');
  expect(scene.aws.calls).toEqual([]);
});

describe('--account', () => {
  const argv = ['list', '/x', '--store', 'parameter-store', '--quiet'];
  const operations = () => scene.aws.calls.map(({ operation }) => operation);

  test('lets a command run in that account, and asks once', async () => {
    const given = { to: 'plain' as const, env: { ...inEnv, ECS_SECRETS_ACCOUNT: '123456789012' } };
    expect((await scene.ours(given, argv)).code).toBe(0);
    expect(operations()).toEqual(['GetCallerIdentity', 'DescribeParameters']);
  });

  test.each([
    ['list', '/x'],
    ['put', '/x'],
    ['import', '-', '--prefix', '/x'],
    ['where-used', '/x'],
    ['rotate', '/x', '--redeploy'],
    ['role', 'create', 'r', '--secret', '/x'],
    ['register', '--family', 'web'],
    ['audit'],
    ['export', '--prefix', '/x'],
  ])('refuses another account before any other call: %s', async (...words) => {
    const given = { to: 'plain' as const, env: inEnv };
    const seen = await scene.ours(given, [...words, '--account', '210987654321'], {
      stdin: 'A=1',
    });
    expect(seen.stderr).toContain(
      'error: these credentials are of account 123456789012, not of 210987654321 (--account); nothing was done',
    );
    expect(seen.code).toBe(2);
    expect(operations()).toEqual(['GetCallerIdentity']);
  });

  test('takes an account ID only', async () => {
    const seen = await scene.ours({ to: 'plain', env: inEnv }, [...argv, '--account', '12']);
    expect([seen.code, scene.aws.calls]).toEqual([2, []]);
    expect(seen.stderr).toContain('error: --account: "12" is not an AWS account ID');
  });
});
