import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessScene, type AccessScene, type Surroundings } from '../../helpers/access-scene.ts';
import { hosts } from './ways.ts';

// Wrong settings: what is said, with which exit code, and that nothing was called with them.
let scene: AccessScene;
beforeAll(async () => {
  scene = await accessScene(hosts);
});
afterAll(() => scene[Symbol.asyncDispose]());

const keys = { AWS_ACCESS_KEY_ID: 'AKIA-ENV', AWS_SECRET_ACCESS_KEY: 'secret' };
const region = { AWS_REGION: 'us-east-1' };
const role = 'role_arn = arn:aws:iam::123456789012:role/deploy';
const sso = 'sso_account_id = 123456789012\nsso_role_name = dev';

interface Case extends Partial<Surroundings> {
  code: number;
  error: string;
  hint?: string;
}

const cases: [name: string, Case][] = [
  [
    'a profile that does not exist, named before the region',
    {
      env: { ...keys, AWS_PROFILE: 'nope' },
      code: 2,
      error: 'the profile "nope" does not exist (AWS_PROFILE)',
      hint: 'aws configure list-profiles',
    },
  ],
  [
    'a profile of the command line that does not exist',
    {
      env: region,
      argv: ['--profile', 'nope'],
      code: 2,
      error: 'the profile "nope" does not exist (--profile)',
    },
  ],
  [
    'a profile without credentials',
    {
      env: region,
      argv: ['--profile', 'bare'],
      config: '[profile bare]\nregion = us-east-1\n',
      code: 1,
      error: 'no AWS credentials were found',
      hint: 'AWS_ACCESS_KEY_ID',
    },
  ],
  ['no credentials at all', { env: region, code: 1, error: 'no AWS credentials were found' }],
  ['no region', { env: keys, code: 1, error: 'no AWS region is set', hint: '--region' }],
  [
    'an empty AWS_REGION',
    { env: { ...keys, AWS_REGION: '' }, code: 1, error: 'no AWS region is set' },
  ],
  [
    'a region with a slip',
    {
      env: keys,
      argv: ['--region', 'eu-wst-1'],
      code: 2,
      error: '"eu-wst-1" is not an AWS region',
      hint: 'did you mean eu-west-1?',
    },
  ],
  [
    'a region of a profile with a slip',
    {
      env: { AWS_PROFILE: 'p' },
      config: '[profile p]\nregion = eu-wst-1\n',
      code: 2,
      error: '"eu-wst-1" is not an AWS region (profile "p")',
      hint: 'did you mean eu-west-1?',
    },
  ],
  [
    'an endpoint without scheme',
    {
      env: { ...keys, ...region, AWS_ENDPOINT_URL: 'localhost:4566' },
      code: 2,
      error: 'AWS_ENDPOINT_URL: the endpoint is not an http(s) URL: localhost:4566',
      hint: 'did you mean http://localhost:4566?',
    },
  ],
  [
    'an endpoint of a profile that is no URL',
    {
      env: { ...keys, ...region },
      argv: ['--profile', 'p'],
      config: '[profile p]\nendpoint_url = here\n',
      code: 2,
      error: 'profile "p": the endpoint is not an http(s) URL: here',
    },
  ],
  [
    'a services section that does not exist',
    {
      env: { ...keys, ...region, AWS_PROFILE: 'p' },
      config: '[profile p]\nservices = gone\n',
      code: 2,
      error: 'the section [services gone] of profile "p" does not exist',
    },
  ],
  [
    'a missing file of a web identity token',
    {
      env: {
        ...region,
        AWS_WEB_IDENTITY_TOKEN_FILE: '/gone/secret-path',
        AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/deploy',
      },
      code: 2,
      error: 'AWS_WEB_IDENTITY_TOKEN_FILE: the file with the token does not exist',
    },
  ],
  [
    'a web identity token without a role',
    {
      env: { ...region, AWS_WEB_IDENTITY_TOKEN_FILE: 'HOME/token' },
      code: 2,
      error: 'AWS_WEB_IDENTITY_TOKEN_FILE is set without a role to assume',
      hint: 'set AWS_ROLE_ARN',
    },
  ],
  [
    'a line break in a key ID',
    {
      env: { ...keys, ...region, AWS_ACCESS_KEY_ID: 'AKIA-ENV\n' },
      code: 2,
      error: 'AWS_ACCESS_KEY_ID contains a line break',
    },
  ],
  [
    'a space in a session token',
    {
      env: { ...keys, ...region, AWS_SESSION_TOKEN: 'a token' },
      code: 2,
      error: 'AWS_SESSION_TOKEN contains a space or a character that is not ASCII',
    },
  ],
  [
    'half a pair of keys',
    {
      env: { ...region, AWS_ACCESS_KEY_ID: 'AKIA-ENV' },
      code: 2,
      error: 'AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY',
    },
  ],
  [
    'half a pair of keys in a profile',
    {
      env: { ...region, AWS_PROFILE: 'p' },
      credentials: '[p]\naws_access_key_id = AKIA-P\n',
      code: 2,
      error: 'profile "p" has aws_access_key_id and no aws_secret_access_key',
    },
  ],
  [
    'a credential_process that fails, in its own words',
    {
      env: { ...region, AWS_PROFILE: 'p' },
      config:
        '[profile p]\ncredential_process = echo starting >&2; echo "vault is sealed, run sso login" >&2; exit 3\n',
      code: 1,
      error: 'the credential_process of profile "p" failed: vault is sealed, run sso login',
      hint: 'run the command by hand',
    },
  ],
  [
    'a credential_process that says nothing',
    {
      env: { ...region, AWS_PROFILE: 'p' },
      config: '[profile p]\ncredential_process = exit 7\n',
      code: 1,
      error: 'the credential_process of profile "p" failed (exit code 7)',
    },
  ],
  [
    'a credential_process that prints no JSON',
    {
      env: { ...region, AWS_PROFILE: 'p' },
      config: '[profile p]\ncredential_process = echo SECRET-WORD\n',
      code: 1,
      error: 'the credential_process of profile "p" did not print JSON',
    },
  ],
  [
    'a credential_process with old credentials',
    {
      env: { ...region, AWS_PROFILE: 'p' },
      config: '[profile p]\ncredential_process = cat HOME/out\n',
      files: {
        out: '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"2020-01-01T00:00:00Z"}',
      },
      code: 1,
      error: 'the credential_process of profile "p" printed credentials that have expired',
    },
  ],
  [
    'an SSO session that has expired',
    {
      env: { ...region, AWS_PROFILE: 'p' },
      config: `[profile p]\nsso_session = corp\n${sso}\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n`,
      code: 1,
      error: 'the SSO session of profile "p" has expired',
      hint: 'aws sso login --profile p',
    },
  ],
  [
    'an sso-session section that does not exist',
    {
      env: { ...region, AWS_PROFILE: 'p' },
      config: `[profile p]\nsso_session = gone\n${sso}\n`,
      code: 2,
      error: 'the section [sso-session gone] of profile "p" does not exist',
    },
  ],
  [
    'SSO that lacks a setting',
    {
      env: { ...region, AWS_PROFILE: 'p' },
      config: `[profile p]\nsso_start_url = https://corp.awsapps.com/start\n${sso}\n`,
      code: 2,
      error: 'SSO of profile "p" lacks sso_region',
    },
  ],
  [
    'a role without a source',
    {
      env: { ...region, AWS_PROFILE: 'p' },
      config: `[profile p]\n${role}\n`,
      code: 2,
      error: 'profile "p" has a role_arn without source_profile or credential_source',
    },
  ],
  [
    'a source profile that does not exist',
    {
      env: { ...region, AWS_PROFILE: 'p' },
      config: `[profile p]\n${role}\nsource_profile = gone\n`,
      code: 2,
      error: 'profile "p" has source_profile = gone, which does not exist',
    },
  ],
  [
    'source profiles in a circle',
    {
      env: { ...region, AWS_PROFILE: 'a' },
      config: `[profile a]\n${role}\nsource_profile = b\n[profile b]\n${role}\nsource_profile = a\n`,
      code: 2,
      error: 'profile "b" leads back to itself by source_profile: a → b → a',
    },
  ],
  [
    'an unknown credential_source',
    {
      env: { ...region, AWS_PROFILE: 'p' },
      config: `[profile p]\n${role}\ncredential_source = Lambda\n`,
      code: 2,
      error: 'profile "p" has credential_source = Lambda, which gives no credentials here',
    },
  ],
  [
    'a file of certificates that does not exist',
    {
      env: { ...keys, ...region, AWS_ENDPOINT_URL: 'TLS', AWS_CA_BUNDLE: '/gone/secret-path' },
      code: 2,
      error: 'AWS_CA_BUNDLE: the file does not exist',
    },
  ],
  [
    'a file without certificates',
    {
      env: { ...region },
      argv: ['--profile', 'p'],
      config:
        '[profile p]\nca_bundle = HOME/empty\nendpoint_url = TLS\naws_access_key_id = A\naws_secret_access_key = s\n',
      files: { empty: 'nothing' },
      code: 2,
      error: 'ca_bundle of profile "p": the file has no certificates',
    },
  ],
  [
    'a file with a broken certificate',
    {
      env: { ...keys, ...region, AWS_ENDPOINT_URL: 'TLS', AWS_CA_BUNDLE: 'HOME/broken' },
      files: { broken: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' },
      code: 2,
      error: 'AWS_CA_BUNDLE: the file has a certificate that cannot be read',
    },
  ],
  [
    'a certificate that nobody trusts',
    {
      env: { ...keys, ...region, AWS_ENDPOINT_URL: 'TLS' },
      code: 1,
      error: 'cannot reach AWS for ssm:DescribeParameters: UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      hint: 'AWS_CA_BUNDLE',
    },
  ],
  [
    'a SOCKS proxy',
    {
      env: { ...keys, ...region, HTTPS_PROXY: 'socks5://me:SECRET-WORD@127.0.0.1:1' },
      code: 2,
      error: 'HTTPS_PROXY is a socks5 proxy; an http(s) proxy is needed',
    },
  ],
  [
    'a proxy whose password is not encoded',
    {
      env: { ...keys, ...region, HTTPS_PROXY: 'http://me:SECRET/WORD@127.0.0.1:1' },
      code: 2,
      error: 'HTTPS_PROXY is no URL; an http(s) proxy is needed',
      hint: '%XX',
    },
  ],
  [
    'a proxy that is not there',
    {
      env: { ...keys, ...region, HTTPS_PROXY: 'http://me:SECRET-WORD@127.0.0.1:1' },
      code: 1,
      error:
        'cannot reach AWS for ssm:DescribeParameters: the proxy http://127.0.0.1:1 (HTTPS_PROXY): ECONNREFUSED',
      hint: 'check HTTPS_PROXY, and NO_PROXY',
    },
  ],
  [
    'FIPS with an endpoint of its own',
    {
      env: { ...keys, ...region, AWS_USE_FIPS_ENDPOINT: 'true', AWS_ENDPOINT_URL: 'PLAIN' },
      code: 2,
      error:
        'the endpoint of AWS_ENDPOINT_URL has no FIPS or dual-stack form (AWS_USE_FIPS_ENDPOINT)',
    },
  ],
  [
    'several settings, all told at once',
    {
      env: { ...keys, ...region, AWS_MAX_ATTEMPTS: 'many', AWS_RETRY_MODE: 'fast' },
      code: 2,
      error:
        'AWS_RETRY_MODE: "fast" is not a retry mode (legacy, standard, adaptive)\nerror: AWS_MAX_ATTEMPTS: "many" is not a number of attempts (1 or more)',
    },
  ],
  [
    '--assume-role with what is no role',
    {
      env: { ...keys, ...region },
      argv: ['--assume-role', 'deploy'],
      code: 2,
      error: '--assume-role: "deploy" is not the ARN of a role',
    },
  ],
  [
    '--external-id alone',
    {
      env: { ...keys, ...region },
      argv: ['--external-id', 'x'],
      code: 2,
      error: '--external-id needs --assume-role',
    },
  ],
];

test.each(cases)('%s is told', async (_name, { code, error, hint, ...given }) => {
  const seen = await scene.ours({ to: 'itself', ...given }, ['get', '/x']);
  expect(seen.stderr).toContain(`error: ${error}\n`);
  expect(seen.code).toBe(code);
  if (hint !== undefined) expect(seen.stderr).toMatch(new RegExp(`^hint: .*${escaped(hint)}`, 'm'));
  expect(seen.stdout + seen.stderr).not.toMatch(/SECRET(?!_)|secret-path/);
  expect(scene.aws.calls.filter(({ signer }) => signer !== undefined)).toEqual([]);
});

test.each([
  [407, 'wants a user name and a password (407)', 'http://127.0.0.1:PROXY_PORT', 'USER:PASSWORD'],
  [
    407,
    'does not accept the user name and password (407)',
    'http://me:SECRET-WORD@127.0.0.1:PROXY_PORT',
    'check them in HTTPS_PROXY',
  ],
  [403, 'answered 403', 'http://me:SECRET-WORD@127.0.0.1:PROXY_PORT', 'check HTTPS_PROXY'],
  [
    'close',
    'Proxy connection ended before receiving CONNECT response',
    'PROXY',
    'check HTTPS_PROXY',
  ],
] as const)('a proxy that answers %s: it %s', async (answer, words, proxy, hint) => {
  scene.aws.refuse(answer);
  const env = { ...keys, ...region, HTTPS_PROXY: proxy };
  const argv = ['--debug'];
  const seen = await scene.ours({ to: 'itself', env, argv }, ['get', '/x']);
  scene.aws.refuse(undefined);
  expect(seen.code).toBe(1);
  expect(seen.stderr).toContain(
    'cannot reach AWS for ssm:DescribeParameters: the proxy http://127',
  );
  expect(seen.stderr).toContain(words);
  expect(seen.stderr).toContain(hint);
  expect(seen.stderr).not.toContain('SECRET-WORD');
});

test('a proxy for plain text that wants a password is told as such', async () => {
  scene.aws.refuse(407);
  const env = { ...keys, ...region, HTTP_PROXY: 'PROXY' };
  const seen = await scene.ours({ to: 'plain', env });
  scene.aws.refuse(undefined);
  expect(seen.stderr).toContain('(HTTP_PROXY) wants a user name and a password (407)');
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
