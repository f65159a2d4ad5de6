import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, runProgram, type Seen, type Setting } from './run.ts';
import { recordingAws, type RecordedCall, type RecordingAws } from './recording-aws.ts';

/** The surroundings of a command: environment and files, in which `PLAIN`, `TLS`, `PROXY`, `CA` and `HOME` stand for what the servers have. */
export interface Surroundings {
  /** `plain`: AWS_ENDPOINT_URL is set; `aws`: the hosts of AWS, through a proxy. */
  to: 'plain' | 'aws' | 'itself';
  env?: Record<string, string>;
  /** ~/.aws/config and ~/.aws/credentials. */
  config?: string;
  credentials?: string;
  /** Other files, by their paths under the home folder. */
  files?: Record<string, string>;
  argv?: string[];
}

/** Who read the parameters, and how. */
export interface Way {
  signer: string | undefined;
  region: string | undefined;
  /** `plain` and `tls` are the servers; otherwise a host of AWS. */
  host: string;
  /** User name and password for the proxy, empty without; undefined where none was used. */
  proxy?: string | undefined;
  /** The calls that assumed roles: `AKIA-A → deploy`. */
  roles?: string[];
}

/** Runs commands in surroundings, ours in this process and the AWS CLI. */
export interface AccessScene extends AsyncDisposable {
  aws: RecordingAws;
  ours(given: Surroundings, argv?: readonly string[], setting?: Setting): Promise<Seen>;
  theirs(given: Surroundings): Promise<Seen>;
  /** The way of the last command, from what arrived. */
  way(): Way;
  /** The home folder of the last command. */
  home(): string;
}

/** Opens one, whose servers know these hosts of AWS. */
export async function accessScene(hosts: readonly string[]): Promise<AccessScene> {
  const aws = await recordingAws(hosts);
  const root = await mkdtemp(join(tmpdir(), 'ecs-secrets-access-'));
  let count = 0;
  let home = root;
  const fill = (text: string): string =>
    text
      .replaceAll('PLAIN', aws.url)
      .replaceAll('TLS', aws.tlsUrl)
      .replaceAll('PROXY_PORT', new URL(aws.proxyUrl).port)
      .replaceAll('PROXY', aws.proxyUrl)
      .replaceAll('CA.pem', join(home, 'CA.pem'))
      .replaceAll('HOME', home);
  const prepare = async ({ to, env = {}, config, credentials, files = {} }: Surroundings) => {
    home = join(root, String((count += 1)));
    const all = {
      'CA.pem': aws.ca,
      ...files,
      ...(config !== undefined && { '.aws/config': config }),
      ...(credentials !== undefined && { '.aws/credentials': credentials }),
    };
    for (const [path, text] of Object.entries(all)) {
      await mkdir(join(home, path, '..'), { recursive: true });
      await writeFile(join(home, path), fill(text));
    }
    aws.calls.length = 0;
    aws.asked.length = 0;
    const servers: Record<string, string> =
      to === 'plain'
        ? { AWS_ENDPOINT_URL: 'PLAIN' }
        : to === 'aws'
          ? { HTTPS_PROXY: 'PROXY', AWS_CA_BUNDLE: 'CA.pem' }
          : {};
    const given = { AWS_EC2_METADATA_DISABLED: 'true', ...servers, ...env };
    return Object.fromEntries([
      ['HOME', home],
      ...Object.entries(given).map(([name, text]) => [name, fill(text)]),
    ]) as Record<string, string>;
  };
  const calls = (operation: RegExp): RecordedCall[] =>
    aws.calls.filter((call) => operation.test(call.operation));
  return {
    aws,
    home: () => home,
    async ours(
      given,
      argv = ['list', '/x', '--store', 'parameter-store', '--quiet'],
      setting = {},
    ) {
      const env = await prepare(given);
      return inEnvironment(env, () =>
        run([...argv, ...(given.argv ?? []).map(fill)], {
          ...setting,
          env: { ...nothing(), AWS_REGION: undefined, ...env },
        }),
      );
    },
    async theirs(given) {
      const env = await prepare(given);
      const argv = ['ssm', 'describe-parameters', ...(given.argv ?? []).map(fill)];
      return runProgram('aws', argv, { env: { ...nothing(), ...env } });
    },
    way() {
      const call = calls(/^DescribeParameters$/).at(-1);
      const servers = [
        [new URL(aws.url).host, 'plain'],
        [new URL(aws.tlsUrl).host, 'tls'],
      ];
      const named = servers.find(([host]) => host === call?.host)?.[1];
      const roles = calls(/^AssumeRole/).map(({ signer = 'nobody', body }) => {
        const arn = decodeURIComponent(/RoleArn=([^&]*)/.exec(body)?.[1] ?? '');
        return `${signer} → ${arn.split('/').at(-1) ?? ''}`;
      });
      return {
        signer: call?.signer,
        region: call?.region,
        host: named ?? call?.host ?? 'none',
        ...(call?.proxy !== undefined && { proxy: call.proxy }),
        ...(roles.length > 0 && { roles }),
      };
    },
    async [Symbol.asyncDispose]() {
      await aws[Symbol.asyncDispose]();
      await rm(root, { recursive: true });
    },
  };
}

/** The name of the file in which a session of SSO or of a role is kept. */
export function cacheName(text: string): string {
  return `${createHash('sha1').update(text).digest('hex')}.json`;
}

// --- internal ---

const access = /^(AWS_|ECS_SECRETS_|HOME$|CI$|(https?|no|all)_proxy$)/i;

/** What unsets all variables of the tests that decide about the way to AWS. */
function nothing(): Record<string, string | undefined> {
  const names = Object.keys(process.env).filter((name) => access.test(name));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/** The SDK reads some variables of the process itself. */
async function inEnvironment<T>(env: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = Object.entries(process.env).filter(([name]) => access.test(name));
  for (const [name] of before) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, env);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, Object.fromEntries(before));
  }
}
