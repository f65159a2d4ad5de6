import { UsageError } from '../../errors.ts';
import {
  fromKeysOf,
  keys,
  ofContainer,
  ofInstance,
  type CredentialSource,
  type CredentialTools,
} from './credential-sources.ts';
import { firstSet, type Env, type Section } from './profiles.ts';
import type { RoleArguments } from './session-cache.ts';
import { ofProfileText } from './settings.ts';

/** The variable that names the file of a web identity token. */
export const tokenVariable = 'AWS_WEB_IDENTITY_TOKEN_FILE';

/**
 * The sources of a profile, in order of precedence. `isWithEnvironment`: also use the variables for
 * a web identity token. `visited` are the profiles that led here.
 */
export function ofProfile(
  name: string,
  tools: CredentialTools,
  { isWithEnvironment, visited = [name] }: { isWithEnvironment: boolean; visited?: string[] },
): CredentialSource[] {
  const { env, profiles } = tools;
  const own = profiles.find(name) ?? {};
  const of = ofProfileText(name);
  const isRole = hasRole(own) && (visited.length === 1 || !hasKeys(own));
  const command = own.credential_process;
  const stored = profiles.inCredentialsFile(name);
  const fromSdk = (what: string): CredentialSource => ({
    name: `${what} of ${of}`,
    load: () => tools.fromSdk(name),
  });
  return [
    ...some(isRole ? ofRole(name, own, tools, visited) : undefined),
    ...some(withToken(own, isWithEnvironment ? env : {}, of, tools)),
    ...some(own.sso_account_id || own.sso_role_name ? withSso(own, of, tools, fromSdk) : undefined),
    ...some(stored.aws_access_key_id ? staticKeys(stored, of) : undefined),
    ...some(own.login_session ? fromSdk('the login session') : undefined),
    ...some(command ? withProcess(command, name, tools) : undefined),
    ...some(own.aws_access_key_id && !stored.aws_access_key_id ? staticKeys(own, of) : undefined),
  ];
}

// --- internal ---

const some = <T>(one: T | undefined): T[] => (one === undefined ? [] : [one]);

function hasRole(own: Section): boolean {
  return Boolean(own.role_arn) && !own.web_identity_token_file;
}

function hasKeys(own: Section): boolean {
  return Boolean(own.aws_access_key_id ?? own.aws_secret_access_key);
}

function staticKeys(own: Section, of: string): CredentialSource {
  return {
    name: `the keys of ${of}`,
    load: () => {
      const { aws_access_key_id: id = '', aws_secret_access_key: secret } = own;
      if (!secret) {
        throw new UsageError(
          `${of} has aws_access_key_id and no aws_secret_access_key`,
          'set both, or neither',
        );
      }
      const token = own.aws_security_token ?? own.aws_session_token;
      const named = (value: string, key: string) => ({ value, source: `${key} of ${of}` });
      return Promise.resolve(
        keys(
          named(id, 'aws_access_key_id'),
          named(secret, 'aws_secret_access_key'),
          token ? named(token, 'aws_session_token') : undefined,
        ),
      );
    },
  };
}

function ofRole(
  name: string,
  own: Section,
  tools: CredentialTools,
  visited: string[],
): CredentialSource {
  const { role_arn: RoleArn = '', mfa_serial, external_id, role_session_name } = own;
  const duration = /^\d+$/.exec(own.duration_seconds ?? '')?.[0];
  const role: RoleArguments = {
    RoleArn,
    ...(role_session_name && { RoleSessionName: role_session_name }),
    ...(external_id && { ExternalId: external_id }),
    ...(mfa_serial && { SerialNumber: mfa_serial }),
    ...(duration && { DurationSeconds: Number(duration) }),
  };
  return {
    name: `role ${RoleArn} of ${ofProfileText(name)}`,
    // Not async, so that errors in the settings are thrown before any prompt or call.
    load: () => tools.assumeRole(role, sourceOf(name, own, tools, visited)),
  };
}

/** The source of the credentials that assume the role of a profile. */
function sourceOf(
  name: string,
  own: Section,
  tools: CredentialTools,
  visited: string[],
): CredentialSource {
  const { source_profile: from, credential_source: kind } = own;
  const of = ofProfileText(name);
  const fail = (what: string): UsageError =>
    new UsageError(`${of} ${what}`, 'check the profile in the AWS configuration file');
  if (from && kind) throw fail('has both source_profile and credential_source');
  if (kind) {
    const source = ofNamedSource(kind, tools);
    if (!source) throw fail(`has credential_source = ${kind}, which gives no credentials here`);
    return source;
  }
  if (!from) throw fail('has a role_arn without source_profile or credential_source');
  const source = tools.profiles.find(from);
  if (!source) throw fail(`has source_profile = ${from}, which does not exist`);
  if (visited.includes(from) && !(from === name && hasKeys(source))) {
    throw fail(`leads back to itself by source_profile: ${[...visited, from].join(' → ')}`);
  }
  const options = { isWithEnvironment: false, visited: [...visited, from] };
  const [first] = ofProfile(from, tools, options);
  if (!first) throw fail(`has source_profile = ${from}, which has no credentials`);
  return first;
}

function ofNamedSource(kind: string, tools: CredentialTools): CredentialSource | undefined {
  const known: Record<string, () => CredentialSource | undefined> = {
    environment: () => fromKeysOf(tools.env),
    ecscontainer: () => ofContainer(tools),
    ec2instancemetadata: () => ofInstance(tools),
  };
  return known[kind.toLowerCase()]?.();
}

function withToken(
  own: Section,
  env: Env,
  of: string,
  tools: CredentialTools,
): CredentialSource | undefined {
  const tokenFile = firstSet(env[tokenVariable], own.web_identity_token_file);
  if (!tokenFile) return undefined;
  const source = env[tokenVariable] ? tokenVariable : `web_identity_token_file of ${of}`;
  return {
    name: source,
    load: () => {
      const roleArn = firstSet(env.AWS_ROLE_ARN, own.role_arn);
      if (!roleArn) {
        const set = env[tokenVariable] ? 'AWS_ROLE_ARN' : 'role_arn in the profile';
        throw new UsageError(`${source} is set without a role to assume`, `set ${set}`);
      }
      const sessionName = firstSet(env.AWS_ROLE_SESSION_NAME, own.role_session_name);
      return tools.assumeRoleWithToken({ roleArn, sessionName, tokenFile, source });
    },
  };
}

function withSso(
  own: Section,
  of: string,
  { profiles }: CredentialTools,
  fromSdk: (what: string) => CredentialSource,
): CredentialSource {
  const source = fromSdk('SSO');
  return {
    ...source,
    load: () => {
      const session = own.sso_session ? profiles.section('sso-session', own.sso_session) : {};
      if (!session) {
        throw new UsageError(
          `the section [sso-session ${own.sso_session ?? ''}] of ${of} does not exist`,
          'aws configure sso writes it',
        );
      }
      const all: Section = { ...own, ...session };
      const missing = ['sso_start_url', 'sso_region', 'sso_account_id', 'sso_role_name'].filter(
        (key) => !all[key],
      );
      if (missing.length > 0) {
        throw new UsageError(`SSO of ${of} lacks ${missing.join(', ')}`, 'run aws configure sso');
      }
      return source.load();
    },
  };
}

function withProcess(command: string, name: string, tools: CredentialTools): CredentialSource {
  const { env, values } = tools;
  return {
    name: `credential_process of ${ofProfileText(name)}`,
    load: async () => {
      const { runCredentialProcess } = await import('./credential-process.ts');
      const redact = (text: string): string => values.redact(text) ?? '';
      return runCredentialProcess(command, { env, profile: name, redact });
    },
  };
}
