import { cacheName, type Surroundings, type Way } from '../../helpers/access-scene.ts';

/** A row of the table: surroundings, and the way that a call takes in them. */
export interface Row extends Surroundings {
  name: string;
  way: Way;
  /** What the AWS CLI does where it differs, and why; or why it is not asked. */
  differs?: { why: string; way?: Partial<Way> };
}

const deploy = 'arn:aws:iam::123456789012:role/deploy';
const other = 'arn:aws:iam::123456789012:role/other';
const keys = (name: string): string =>
  `aws_access_key_id = AKIA-${name}\naws_secret_access_key = secret\n`;
const inEnv = { AWS_ACCESS_KEY_ID: 'AKIA-ENV', AWS_SECRET_ACCESS_KEY: 'secret' };
const east = { AWS_DEFAULT_REGION: 'us-east-1' };
const plain = { region: 'us-east-1', host: 'plain' };
const host = 'ssm.us-east-1.amazonaws.com';
const inAnHour = new Date(Date.now() + 3_600_000).toISOString();

/** Hosts of AWS that the rows lead to. */
export const hosts = [
  host,
  'ssm.eu-west-1.amazonaws.com',
  'ssm.cn-north-1.amazonaws.com.cn',
  'ssm-fips.us-east-1.amazonaws.com',
  'ssm.us-east-1.api.aws',
  'ssm-fips.us-east-1.api.aws',
  'sts.us-east-1.amazonaws.com',
  'sts.eu-west-1.amazonaws.com',
  'sts.cn-north-1.amazonaws.com.cn',
  'sts-fips.us-east-1.amazonaws.com',
  'sts.us-east-1.api.aws',
  'sts-fips.us-east-1.api.aws',
];

/** Where credentials come from. */
const credentials: Row[] = [
  {
    name: 'keys of the environment',
    to: 'plain',
    env: { ...inEnv, ...east },
    way: { signer: 'AKIA-ENV', ...plain },
  },
  {
    name: 'keys of the environment before AWS_PROFILE',
    to: 'plain',
    env: { ...inEnv, ...east, AWS_PROFILE: 'ci' },
    credentials: `[ci]\n${keys('CI')}`,
    way: { signer: 'AKIA-ENV', ...plain },
  },
  {
    name: '--profile before keys of the environment',
    to: 'plain',
    env: { ...inEnv, ...east },
    credentials: `[ci]\n${keys('CI')}`,
    argv: ['--profile', 'ci'],
    way: { signer: 'AKIA-CI', ...plain },
  },
  {
    name: '--profile before AWS_PROFILE',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'no-such-profile' },
    credentials: `[ci]\n${keys('CI')}`,
    argv: ['--profile', 'ci'],
    way: { signer: 'AKIA-CI', ...plain },
  },
  {
    name: 'AWS_PROFILE',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'ci' },
    credentials: `[default]\n${keys('DEFAULT')}[ci]\n${keys('CI')}`,
    way: { signer: 'AKIA-CI', ...plain },
  },
  {
    name: 'AWS_DEFAULT_PROFILE before AWS_PROFILE',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'ci', AWS_DEFAULT_PROFILE: 'dev' },
    credentials: `[dev]\n${keys('DEV')}[ci]\n${keys('CI')}`,
    way: { signer: 'AKIA-DEV', ...plain },
  },
  {
    name: 'the profile default',
    to: 'plain',
    env: east,
    credentials: `[default]\n${keys('DEFAULT')}`,
    way: { signer: 'AKIA-DEFAULT', ...plain },
  },
  {
    name: 'the credentials file before the config file',
    to: 'plain',
    env: east,
    config: `[default]\n${keys('CONFIG')}`,
    credentials: `[default]\n${keys('CREDENTIALS')}`,
    way: { signer: 'AKIA-CREDENTIALS', ...plain },
  },
  {
    name: 'keys of the config file',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'ci' },
    config: `[profile ci]\n${keys('CONFIG')}`,
    way: { signer: 'AKIA-CONFIG', ...plain },
  },
  {
    name: 'files named by variables',
    to: 'plain',
    env: { ...east, AWS_CONFIG_FILE: 'HOME/a', AWS_SHARED_CREDENTIALS_FILE: '~/b' },
    files: { a: '[default]\nregion = eu-west-1\n', b: `[default]\n${keys('NAMED')}` },
    way: { signer: 'AKIA-NAMED', ...plain },
  },
  {
    name: 'a role with a source profile',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'ci' },
    config: `[profile ci]\nrole_arn = ${deploy}\nsource_profile = base\n`,
    credentials: `[base]\n${keys('BASE')}`,
    way: { signer: 'ASIA-DEPLOY', ...plain, roles: ['AKIA-BASE → deploy'] },
  },
  {
    name: 'a role of --profile before keys of the environment',
    to: 'plain',
    env: { ...inEnv, ...east },
    config: `[profile ci]\nrole_arn = ${deploy}\nsource_profile = base\n`,
    credentials: `[base]\n${keys('BASE')}`,
    argv: ['--profile', 'ci'],
    way: { signer: 'ASIA-DEPLOY', ...plain, roles: ['AKIA-BASE → deploy'] },
  },
  {
    name: 'keys of the environment before a role of AWS_PROFILE',
    to: 'plain',
    env: { ...inEnv, ...east, AWS_PROFILE: 'ci' },
    config: `[profile ci]\nrole_arn = ${deploy}\nsource_profile = base\n`,
    credentials: `[base]\n${keys('BASE')}`,
    way: { signer: 'AKIA-ENV', ...plain },
  },
  {
    name: 'a role assumed by a role',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'ci' },
    config: `[profile ci]\nrole_arn = ${deploy}\nsource_profile = mid\n[profile mid]\nrole_arn = ${other}\nsource_profile = base\n`,
    credentials: `[base]\n${keys('BASE')}`,
    way: {
      signer: 'ASIA-DEPLOY',
      ...plain,
      roles: ['AKIA-BASE → other', 'ASIA-OTHER → deploy'],
    },
  },
  {
    name: 'a role whose profile has the keys itself',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'ci' },
    config: `[profile ci]\nrole_arn = ${deploy}\nsource_profile = ci\n`,
    credentials: `[ci]\n${keys('CI')}`,
    way: { signer: 'ASIA-DEPLOY', ...plain, roles: ['AKIA-CI → deploy'] },
  },
  {
    name: 'a role with credential_source Environment',
    to: 'plain',
    env: { ...inEnv, ...east },
    config: `[profile ci]\nrole_arn = ${deploy}\ncredential_source = Environment\n`,
    argv: ['--profile', 'ci'],
    way: { signer: 'ASIA-DEPLOY', ...plain, roles: ['AKIA-ENV → deploy'] },
  },
  {
    name: 'a role with credential_source EcsContainer',
    to: 'plain',
    env: { ...east, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'PLAIN/container', AWS_PROFILE: 'ci' },
    config: `[profile ci]\nrole_arn = ${deploy}\ncredential_source = EcsContainer\n`,
    way: { signer: 'ASIA-DEPLOY', ...plain, roles: ['ASIA-CONTAINER → deploy'] },
  },
  {
    name: 'a web identity token before the profile default',
    to: 'plain',
    env: { ...east, AWS_WEB_IDENTITY_TOKEN_FILE: 'HOME/token', AWS_ROLE_ARN: deploy },
    credentials: `[default]\n${keys('DEFAULT')}`,
    files: { token: 'a.web.token' },
    way: { signer: 'ASIA-DEPLOY', ...plain, roles: ['nobody → deploy'] },
  },
  {
    name: '--profile before a web identity token',
    to: 'plain',
    env: { ...east, AWS_WEB_IDENTITY_TOKEN_FILE: 'HOME/token', AWS_ROLE_ARN: deploy },
    credentials: `[ci]\n${keys('CI')}`,
    files: { token: 'a.web.token' },
    argv: ['--profile', 'ci'],
    way: { signer: 'AKIA-CI', ...plain },
  },
  {
    name: 'keys of the environment before a web identity token',
    to: 'plain',
    env: { ...inEnv, ...east, AWS_WEB_IDENTITY_TOKEN_FILE: 'HOME/token', AWS_ROLE_ARN: deploy },
    files: { token: 'a.web.token' },
    way: { signer: 'AKIA-ENV', ...plain },
  },
  {
    name: 'a web identity token of a profile',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'ci' },
    config: `[profile ci]\nrole_arn = ${other}\nweb_identity_token_file = HOME/token\n`,
    files: { token: 'a.web.token' },
    way: { signer: 'ASIA-OTHER', ...plain, roles: ['nobody → other'] },
  },
  {
    name: 'credential_process of --profile',
    to: 'plain',
    env: { ...inEnv, ...east },
    config: '[profile ci]\ncredential_process = cat "HOME/its words.json"\n',
    files: {
      'its words.json':
        '{"Version": 1, "AccessKeyId": "AKIA-PROCESS", "SecretAccessKey": "secret"}',
    },
    argv: ['--profile', 'ci'],
    way: { signer: 'AKIA-PROCESS', ...plain },
  },
  {
    name: 'keys of the credentials file before credential_process',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'ci' },
    config: '[profile ci]\ncredential_process = false\n',
    credentials: `[ci]\n${keys('CI')}`,
    way: { signer: 'AKIA-CI', ...plain },
  },
  {
    name: 'credential_process before keys of the config file',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'ci' },
    config: `[profile ci]\ncredential_process = cat HOME/words\n${keys('CONFIG')}`,
    files: { words: '{"Version":1,"AccessKeyId":"AKIA-PROCESS","SecretAccessKey":"secret"}' },
    way: { signer: 'AKIA-PROCESS', ...plain },
  },
  {
    name: 'a session of SSO',
    to: 'plain',
    env: east,
    config:
      '[profile ci]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = dev\n' +
      '[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n',
    files: {
      [`.aws/sso/cache/${cacheName('corp')}`]: JSON.stringify({
        accessToken: 'sso-token',
        expiresAt: inAnHour,
      }),
    },
    argv: ['--profile', 'ci'],
    way: { signer: 'ASIA-SSO', ...plain },
  },
  {
    name: 'a session of SSO without a section of its own',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'ci' },
    config:
      '[profile ci]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n' +
      'sso_account_id = 123456789012\nsso_role_name = dev\n',
    files: {
      [`.aws/sso/cache/${cacheName('https://corp.awsapps.com/start')}`]: JSON.stringify({
        accessToken: 'sso-token',
        expiresAt: inAnHour,
      }),
    },
    way: { signer: 'ASIA-SSO', ...plain },
  },
  {
    name: 'the role of a container',
    to: 'plain',
    env: { ...east, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'PLAIN/container' },
    way: { signer: 'ASIA-CONTAINER', ...plain },
  },
  {
    name: 'the profile default before the role of a container',
    to: 'plain',
    env: { ...east, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'PLAIN/container' },
    credentials: `[default]\n${keys('DEFAULT')}`,
    way: { signer: 'AKIA-DEFAULT', ...plain },
  },
  {
    name: 'the role of an instance',
    to: 'plain',
    env: {
      ...east,
      AWS_EC2_METADATA_DISABLED: 'false',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: 'PLAIN',
    },
    way: { signer: 'ASIA-INSTANCE', ...plain },
  },
  {
    name: 'a session that the AWS CLI has stored for a role with MFA',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'ci' },
    config: `[profile ci]\nrole_arn = ${deploy}\nsource_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/me\nduration_seconds = 3600\nexternal_id = ünique\n`,
    credentials: `[base]\n${keys('BASE')}`,
    files: {
      [`.aws/cli/cache/${cacheName(
        '{"DurationSeconds": 3600, "ExternalId": "\\u00fcnique", "RoleArn": "arn:aws:iam::123456789012:role/deploy", "SerialNumber": "arn:aws:iam::123456789012:mfa/me"}',
      )}`]: JSON.stringify({
        Credentials: {
          AccessKeyId: 'ASIA-STORED',
          SecretAccessKey: 'secret',
          SessionToken: 'token',
          Expiration: inAnHour,
        },
      }),
    },
    way: { signer: 'ASIA-STORED', ...plain },
  },
  {
    name: '--assume-role',
    to: 'plain',
    env: { ...inEnv, ...east },
    argv: ['--assume-role', deploy],
    way: { signer: 'ASIA-DEPLOY', ...plain, roles: ['AKIA-ENV → deploy'] },
    differs: { why: 'the AWS CLI has no such option' },
  },
  {
    name: '--assume-role after the role of the profile',
    to: 'plain',
    env: { ...inEnv, ...east },
    config: `[profile ci]\nrole_arn = ${other}\nsource_profile = base\n`,
    credentials: `[base]\n${keys('BASE')}`,
    argv: ['--assume-role', deploy, '--profile', 'ci'],
    way: {
      signer: 'ASIA-DEPLOY',
      ...plain,
      roles: ['AKIA-BASE → other', 'ASIA-OTHER → deploy'],
    },
    differs: { why: 'the AWS CLI has no such option' },
  },
];

/** Which region counts, and which endpoint. */
const places: Row[] = [
  {
    name: 'AWS_REGION before AWS_DEFAULT_REGION',
    to: 'plain',
    env: { ...inEnv, AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-east-1' },
    way: { signer: 'AKIA-ENV', region: 'eu-west-1', host: 'plain' },
    differs: {
      why: 'version 1 of the AWS CLI does not know AWS_REGION; version 2 and the SDKs do',
      way: { region: 'us-east-1' },
    },
  },
  {
    name: 'an empty AWS_REGION is not set',
    to: 'plain',
    env: { ...inEnv, AWS_REGION: '', AWS_DEFAULT_REGION: 'us-east-1' },
    way: { signer: 'AKIA-ENV', ...plain },
  },
  {
    name: 'AWS_DEFAULT_REGION before the region of --profile',
    to: 'plain',
    env: east,
    config: `[profile ci]\nregion = eu-west-1\n${keys('CI')}`,
    argv: ['--profile', 'ci'],
    way: { signer: 'AKIA-CI', ...plain },
  },
  {
    name: '--region before AWS_DEFAULT_REGION',
    to: 'plain',
    env: { ...inEnv, ...east },
    argv: ['--region', 'eu-west-1'],
    way: { signer: 'AKIA-ENV', region: 'eu-west-1', host: 'plain' },
  },
  {
    name: 'the region of --profile, for its role too',
    to: 'aws',
    config: `[profile ci]\nregion = eu-west-1\nrole_arn = ${deploy}\nsource_profile = base\n[profile base]\nregion = us-east-1\n${keys('BASE')}`,
    argv: ['--profile', 'ci'],
    way: {
      signer: 'ASIA-DEPLOY',
      region: 'eu-west-1',
      host: 'ssm.eu-west-1.amazonaws.com',
      proxy: '',
      roles: ['AKIA-BASE → deploy'],
    },
  },
  {
    name: 'a region of China',
    to: 'aws',
    env: { ...inEnv, AWS_DEFAULT_REGION: 'cn-north-1' },
    way: {
      signer: 'AKIA-ENV',
      region: 'cn-north-1',
      host: 'ssm.cn-north-1.amazonaws.com.cn',
      proxy: '',
    },
  },
  {
    name: 'endpoint_url of AWS_PROFILE',
    to: 'itself',
    env: { ...east, AWS_PROFILE: 'ep' },
    config: `[profile ep]\nendpoint_url = PLAIN\n${keys('EP')}`,
    way: { signer: 'AKIA-EP', ...plain },
  },
  {
    name: 'endpoint_url of --profile',
    to: 'itself',
    env: east,
    config: `[profile ep]\nendpoint_url = PLAIN\n${keys('EP')}`,
    argv: ['--profile', 'ep'],
    way: { signer: 'AKIA-EP', ...plain },
  },
  {
    name: 'the services section of --profile',
    to: 'itself',
    env: east,
    config: `[profile ep]\nservices = local\nendpoint_url = http://127.0.0.1:1\n${keys('EP')}[services local]\nssm =\n  endpoint_url = PLAIN\nsts =\n  endpoint_url = PLAIN\n`,
    argv: ['--profile', 'ep'],
    way: { signer: 'AKIA-EP', ...plain },
  },
  {
    name: 'AWS_ENDPOINT_URL before the services section',
    to: 'plain',
    env: { ...east, AWS_PROFILE: 'ep' },
    config: `[profile ep]\nservices = local\n${keys('EP')}[services local]\nssm =\n  endpoint_url = http://127.0.0.1:1\n`,
    way: { signer: 'AKIA-EP', ...plain },
  },
  {
    name: 'AWS_ENDPOINT_URL_SSM before AWS_ENDPOINT_URL',
    to: 'itself',
    env: {
      ...inEnv,
      ...east,
      AWS_ENDPOINT_URL: 'TLS',
      AWS_ENDPOINT_URL_SSM: 'PLAIN',
      AWS_CA_BUNDLE: 'CA.pem',
    },
    way: { signer: 'AKIA-ENV', ...plain },
  },
  {
    name: '--endpoint-url before AWS_ENDPOINT_URL_SSM',
    to: 'itself',
    env: { ...inEnv, ...east, AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:1' },
    argv: ['--endpoint-url', 'PLAIN'],
    way: { signer: 'AKIA-ENV', ...plain },
  },
  {
    name: '--endpoint-url for the role of the profile',
    to: 'itself',
    env: { ...east, AWS_PROFILE: 'ci', AWS_ENDPOINT_URL: 'TLS', AWS_CA_BUNDLE: 'CA.pem' },
    config: `[profile ci]\nrole_arn = ${deploy}\nsource_profile = base\n`,
    credentials: `[base]\n${keys('BASE')}`,
    argv: ['--endpoint-url', 'PLAIN'],
    way: { signer: 'ASIA-DEPLOY', ...plain, roles: ['AKIA-BASE → deploy'] },
  },
  {
    name: 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
    to: 'aws',
    env: {
      ...inEnv,
      ...east,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
    },
    way: { signer: 'AKIA-ENV', region: 'us-east-1', host, proxy: '' },
  },
  {
    name: 'AWS_USE_FIPS_ENDPOINT',
    to: 'aws',
    env: { ...inEnv, ...east, AWS_USE_FIPS_ENDPOINT: 'true' },
    way: {
      signer: 'AKIA-ENV',
      region: 'us-east-1',
      host: 'ssm-fips.us-east-1.amazonaws.com',
      proxy: '',
    },
  },
  {
    name: 'use_fips_endpoint of --profile',
    to: 'aws',
    env: east,
    config: `[profile ci]\nuse_fips_endpoint = true\n${keys('CI')}`,
    argv: ['--profile', 'ci'],
    way: {
      signer: 'AKIA-CI',
      region: 'us-east-1',
      host: 'ssm-fips.us-east-1.amazonaws.com',
      proxy: '',
    },
  },
  {
    name: 'AWS_USE_DUALSTACK_ENDPOINT',
    to: 'aws',
    env: { ...inEnv, ...east, AWS_USE_DUALSTACK_ENDPOINT: 'true' },
    way: { signer: 'AKIA-ENV', region: 'us-east-1', host: 'ssm.us-east-1.api.aws', proxy: '' },
  },
  {
    name: 'AWS_USE_FIPS_ENDPOINT=false before the profile',
    to: 'aws',
    env: { ...east, AWS_USE_FIPS_ENDPOINT: 'false', AWS_PROFILE: 'ci' },
    config: `[profile ci]\nuse_fips_endpoint = true\n${keys('CI')}`,
    way: { signer: 'AKIA-CI', region: 'us-east-1', host, proxy: '' },
  },
];

/** Proxies and certificates. */
const connections: Row[] = [
  {
    name: 'HTTPS_PROXY',
    to: 'aws',
    env: { ...inEnv, ...east },
    way: { signer: 'AKIA-ENV', region: 'us-east-1', host, proxy: '' },
  },
  {
    name: 'https_proxy before HTTPS_PROXY',
    to: 'aws',
    env: { ...inEnv, ...east, HTTPS_PROXY: 'http://127.0.0.1:1', https_proxy: 'PROXY' },
    way: { signer: 'AKIA-ENV', region: 'us-east-1', host, proxy: '' },
  },
  {
    name: 'an empty https_proxy before HTTPS_PROXY',
    to: 'itself',
    env: {
      ...inEnv,
      ...east,
      AWS_ENDPOINT_URL: 'TLS',
      AWS_CA_BUNDLE: 'CA.pem',
      HTTPS_PROXY: 'http://127.0.0.1:1',
      https_proxy: '',
    },
    way: { signer: 'AKIA-ENV', region: 'us-east-1', host: 'tls' },
  },
  {
    name: 'a proxy with user name and password',
    to: 'aws',
    env: { ...inEnv, ...east, HTTPS_PROXY: 'http://me:p%40ss%2Fword@127.0.0.1:PROXY_PORT' },
    way: { signer: 'AKIA-ENV', region: 'us-east-1', host, proxy: 'me:p@ss/word' },
  },
  {
    name: 'a proxy without scheme',
    to: 'aws',
    env: { ...inEnv, ...east, HTTPS_PROXY: '127.0.0.1:PROXY_PORT' },
    way: { signer: 'AKIA-ENV', region: 'us-east-1', host, proxy: '' },
  },
  {
    name: 'the calls for a role through the proxy',
    to: 'aws',
    env: { ...east, AWS_PROFILE: 'ci' },
    config: `[profile ci]\nrole_arn = ${deploy}\nsource_profile = base\n`,
    credentials: `[base]\n${keys('BASE')}`,
    way: {
      signer: 'ASIA-DEPLOY',
      region: 'us-east-1',
      host,
      proxy: '',
      roles: ['AKIA-BASE → deploy'],
    },
  },
  {
    name: 'HTTP_PROXY for an endpoint without TLS',
    to: 'plain',
    env: { ...inEnv, ...east, HTTP_PROXY: 'http://me:word@127.0.0.1:PROXY_PORT' },
    way: { signer: 'AKIA-ENV', ...plain, proxy: 'me:word' },
  },
  {
    name: 'HTTPS_PROXY is not for an endpoint without TLS',
    to: 'plain',
    env: { ...inEnv, ...east, HTTPS_PROXY: 'http://127.0.0.1:1' },
    way: { signer: 'AKIA-ENV', ...plain },
  },
  ...['127.0.0.1', '*', 'example.com, 127.0.0.1', '0.0.1'].map((list): Row => ({
    name: `NO_PROXY=${list}`,
    to: 'plain',
    env: { ...inEnv, ...east, HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: list },
    way: { signer: 'AKIA-ENV', ...plain },
  })),
  {
    name: 'no_proxy before NO_PROXY',
    to: 'plain',
    env: { ...inEnv, ...east, HTTP_PROXY: 'PROXY', no_proxy: 'example.com', NO_PROXY: '*' },
    way: { signer: 'AKIA-ENV', ...plain, proxy: '' },
  },
  {
    name: 'NO_PROXY with another host',
    to: 'plain',
    env: { ...inEnv, ...east, HTTP_PROXY: 'PROXY', NO_PROXY: 'localhost,27.0.0.1' },
    way: { signer: 'AKIA-ENV', ...plain, proxy: '' },
  },
  {
    name: 'NO_PROXY with a range of addresses',
    to: 'plain',
    env: { ...inEnv, ...east, HTTP_PROXY: 'PROXY', NO_PROXY: '127.0.0.0/8' },
    way: { signer: 'AKIA-ENV', ...plain },
    differs: { why: 'curl knows ranges, the AWS CLI does not', way: { proxy: '' } },
  },
  {
    name: 'AWS_CA_BUNDLE',
    to: 'itself',
    env: { ...inEnv, ...east, AWS_ENDPOINT_URL: 'TLS', AWS_CA_BUNDLE: 'CA.pem' },
    way: { signer: 'AKIA-ENV', region: 'us-east-1', host: 'tls' },
  },
  {
    name: 'ca_bundle of --profile',
    to: 'itself',
    env: east,
    config: `[profile ci]\nca_bundle = CA.pem\nendpoint_url = TLS\n${keys('CI')}`,
    argv: ['--profile', 'ci'],
    way: { signer: 'AKIA-CI', region: 'us-east-1', host: 'tls' },
  },
];

/** All rows. */
export const rows: readonly Row[] = [...credentials, ...places, ...connections];
