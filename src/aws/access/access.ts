import type { AwsCredentialIdentity } from '@smithy/types';
import { shownUrl } from '../../model/shown-url.ts';
import { connectTimeout, defaultRequestTimeout } from '../calls/call-limit.ts';
import type { AwsConfig } from '../calls/client.ts';
import type { KnownValues } from '../calls/known-values.ts';
import { createConnections, type Connections } from './connections.ts';
import type { CredentialTools } from './credential-sources.ts';
import { chooseCredentials, type ChosenCredentials } from './credentials.ts';
import { credentialsError } from './credentials-error.ts';
import { memoized } from './memoized.ts';
import { loadProfiles, type Env, type Profiles, type Sourced } from './profiles.ts';
import { resolveSettings, serviceKeys, type Settings } from './settings.ts';
import type { Setup } from './setup.ts';

/** The command-line options for access to AWS. */
export interface AccessOptions {
  env: Env;
  region?: Sourced | undefined;
  profile?: Sourced | undefined;
  endpoint?: Sourced | undefined;
  /** The maximum number of retries of a call. */
  retries?: Sourced<number> | undefined;
  /** A role to assume with the credentials that are found. */
  assumeRole?: (Sourced & { externalId?: string; sessionName?: string }) | undefined;
  /** The account that all calls must use. */
  account?: Sourced | undefined;
  /** Asks for the code of an MFA device. */
  mfaCode?: ((device: string) => Promise<string>) | undefined;
}

/** The access to AWS: the settings in effect from options, environment and configuration files. */
export interface Access extends Setup {
  /** Loads the credentials, once for all clients, and again before they expire. Throws CliError. */
  credentials: () => Promise<AwsCredentialIdentity>;
  report: AccessReport;
}

/** The settings in effect, and their sources; nothing in it is secret. */
export interface AccessReport {
  profile: Sourced | undefined;
  /** The source of the credentials, and other settings that are ignored. */
  credentials: { source: string; ignored: string[] };
  region: Sourced | undefined;
  /** Custom endpoints; one for all services has no `service`. */
  endpoints: (Sourced & { service: string | undefined })[];
  /** The proxy for STS, and therefore for most services. */
  proxy: Sourced | undefined;
  /** The setting that names the certificate file. */
  caBundle: string | undefined;
  fips: Sourced<boolean> | undefined;
  dualstack: Sourced<boolean> | undefined;
  retryMode: Sourced | undefined;
  maxAttempts: Sourced<number> | undefined;
}

/**
 * Determines the access to AWS. No call is made before credentials are requested. Throws UsageError
 * and InvalidInput for invalid settings.
 */
export async function openAccess(
  options: AccessOptions,
  config: Omit<AwsConfig, 'access'>,
  values: KnownValues,
): Promise<Access> {
  const { env } = options;
  const profiles = await loadProfiles(env, options.profile);
  const settings = resolveSettings(env, profiles, options);
  const timeout = Math.min(config.requestTimeout ?? defaultRequestTimeout, connectTimeout);
  const { cutOff } = config;
  const connections = createConnections(env, settings.caBundle, { timeout, values, cutOff });
  for (const name of secretVariables) addSecret(values, env[name]);
  const tools = (): CredentialTools => {
    // STS is called like every service, but without its own credentials.
    const forSts = { ...config, values, access: { profiles, settings, connections } };
    const roles = async () =>
      (await import('./roles.ts')).createRoles(forSts, env, options.mfaCode);
    const sdk = async () =>
      (await import('./sdk-chain.ts')).createSdkChain({ profiles, settings, connections });
    return {
      env,
      profiles,
      values,
      assumeRole: async (role, source) => (await roles()).assume(role, source),
      assumeRoleWithToken: async (role) => (await roles()).assumeWithToken(role),
      fromSdk: async (profile) => (await sdk()).fromProfile(profile),
      fromContainer: async () => (await sdk()).fromContainer(env),
      fromInstance: async () => (await sdk()).fromInstance(),
    };
  };
  const chosen = withRole(chooseCredentials(tools()), options, tools);
  return {
    profiles,
    settings,
    connections,
    credentials: memoized(async () => {
      const got = await chosen.load().catch((error: unknown) => {
        throw credentialsError(error, { source: chosen.name, profile: profiles.name, values });
      });
      addSecret(values, got.secretAccessKey);
      addSecret(values, got.sessionToken);
      return got;
    }),
    report: reportOf(profiles, settings, connections, chosen),
  };
}

// --- internal ---

const secretVariables = [
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
];

/** A shorter text is not an AWS credential: it may be the "test" of an emulator. */
const shortestSecret = 16;

function addSecret(values: KnownValues, secret: string | undefined): void {
  if (secret !== undefined && secret.length >= shortestSecret) values.add(secret);
}

/** The role of the command line is assumed after everything in a profile. */
function withRole(
  base: ChosenCredentials,
  { assumeRole }: AccessOptions,
  tools: () => CredentialTools,
): ChosenCredentials {
  if (!assumeRole) return base;
  const { value, source, externalId, sessionName } = assumeRole;
  const role = {
    RoleArn: value,
    ...(externalId !== undefined && { ExternalId: externalId }),
    ...(sessionName !== undefined && { RoleSessionName: sessionName }),
  };
  return {
    name: `role ${value} (${source}), assumed with ${base.name}`,
    load: () => tools().assumeRole(role, base),
    ignored: base.ignored,
  };
}

function reportOf(
  profiles: Profiles,
  settings: Settings,
  { proxyFor }: Connections,
  { name, ignored }: ChosenCredentials,
): AccessReport {
  const found = serviceKeys.map((service) => ({ service, ...settings.endpoint(service) }));
  const same = new Set(found.map(({ value, source }) => `${value} ${source}`)).size === 1;
  const endpoints = found.flatMap(({ service, value, source }) =>
    value === undefined || source === undefined
      ? []
      : [{ value: shownUrl(value), source, service: same ? undefined : service }],
  );
  const { region } = settings;
  const sts =
    settings.endpoint('sts')?.value ?? `https://sts.${region?.value ?? 'x'}.amazonaws.com`;
  const proxy = proxyFor(sts);
  return {
    profile: profiles.given,
    credentials: { source: name, ignored },
    region,
    endpoints: same ? endpoints.slice(0, 1) : endpoints,
    proxy: proxy && { value: proxy.url, source: proxy.source },
    caBundle: settings.caBundle?.source,
    fips: settings.fips,
    dualstack: settings.dualstack,
    retryMode: settings.retryMode,
    maxAttempts: settings.maxAttempts,
  };
}
