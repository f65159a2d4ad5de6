import { InvalidInput, Problems } from '../../model/problems.ts';
import { meantRegion } from '../../model/meant-region.ts';
import { shownUrl } from '../../model/shown-url.ts';
import {
  firstSet,
  fromVariable,
  type Env,
  type Profiles,
  type Section,
  type Sourced,
} from './profiles.ts';

/** The called services, as named in the `services` sections of the configuration file. */
export const serviceKeys = [
  'sts',
  'ssm',
  'secrets_manager',
  'kms',
  'iam',
  'ecs',
  'ec2',
  'ecr',
  'elastic_load_balancing_v2',
  'cloudwatch_logs',
  'eventbridge',
  'scheduler',
  'codedeploy',
  'cloudformation',
  'sfn',
] as const;

/** One of them, or the service for SSO credentials. */
export type ServiceKey = (typeof serviceKeys)[number] | 'sso';

/** The settings for access to AWS, except the credentials. Unset ones are undefined. */
export interface Settings {
  region: Sourced | undefined;
  /** The endpoint of a service, if it is not the default. */
  endpoint(service: ServiceKey): Sourced | undefined;
  /** Path of a file with the certificates to trust instead of the default ones. */
  caBundle: Sourced | undefined;
  fips: Sourced<boolean> | undefined;
  dualstack: Sourced<boolean> | undefined;
  /** `legacy`, `standard` or `adaptive`; see `calls/retries.ts`. */
  retryMode: Sourced | undefined;
  /** The maximum number of attempts of a call, including the first. */
  maxAttempts: Sourced<number> | undefined;
}

/**
 * The settings of the command line, the environment and the profile, in this order of precedence.
 * In the environment, AWS_REGION has precedence over AWS_DEFAULT_REGION. Throws InvalidInput with
 * all invalid settings.
 */
export function resolveSettings(
  env: Env,
  profiles: Profiles,
  option: {
    region?: Sourced | undefined;
    endpoint?: Sourced | undefined;
    retries?: Sourced<number> | undefined;
  },
): Settings {
  const problems = new Problems();
  const read = <T>(parse: (given: Sourced) => T, ...given: (Sourced | undefined)[]) => {
    const found = given.find((one) => one !== undefined);
    if (!found) return undefined;
    const value = problems.attempt(() => parse(found));
    return value === undefined ? undefined : { value, source: found.source };
  };
  const ofProfile = (key: string): Sourced | undefined => setting(profiles, profiles.own, key);
  const both = (variable: string, key: string) =>
    [fromVariable(env, variable), ofProfile(key)] as const;
  const region = read(
    parseRegion,
    option.region,
    fromVariable(env, 'AWS_REGION'),
    ...both('AWS_DEFAULT_REGION', 'region'),
  );
  const endpoint = problems.attempt(() => endpoints(env, profiles, option.endpoint));
  const settings = {
    region,
    caBundle: read(text, ...both('AWS_CA_BUNDLE', 'ca_bundle')),
    fips: read(parseBoolean, ...both('AWS_USE_FIPS_ENDPOINT', 'use_fips_endpoint')),
    dualstack: read(parseBoolean, ...both('AWS_USE_DUALSTACK_ENDPOINT', 'use_dualstack_endpoint')),
    retryMode: read(parseRetryMode, ...both('AWS_RETRY_MODE', 'retry_mode')),
    maxAttempts: option.retries
      ? { ...option.retries, value: option.retries.value + 1 }
      : read(parseAttempts, ...both('AWS_MAX_ATTEMPTS', 'max_attempts')),
  };
  problems.throwIfAny();
  return { ...settings, endpoint: endpoint ?? (() => undefined) };
}

/** The source of a setting in a profile, for messages. */
export function ofProfileText(name: string): string {
  return `profile "${name}"`;
}

// --- internal ---

function setting(profiles: Profiles, section: Section, key: string): Sourced | undefined {
  const value = section[key];
  return value ? { value, source: ofProfileText(profiles.name) } : undefined;
}

/**
 * Looks up a service's endpoint, in the order of the AWS CLI ("Service-specific endpoints" in the
 * SDKs and Tools guide). Throws InvalidInput.
 */
function endpoints(
  env: Env,
  profiles: Profiles,
  option: Sourced | undefined,
): (service: ServiceKey) => Sourced | undefined {
  const { own } = profiles;
  const isIgnored =
    firstSet(
      env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS,
      own.ignore_configured_endpoint_urls,
    )?.toLowerCase() === 'true';
  const problems = new Problems();
  const checked = (given: Sourced | undefined): void => {
    if (given) problems.attempt(() => parseUrl(given));
  };
  checked(option);
  if (option || isIgnored) {
    problems.throwIfAny();
    return () => option;
  }
  const prefix = 'AWS_ENDPOINT_URL';
  const variables = Object.keys(env).filter((name) => name.startsWith(prefix));
  for (const name of variables) checked(fromVariable(env, name));
  checked(setting(profiles, own, 'endpoint_url'));
  const services = own.services ? profiles.section('services', own.services) : {};
  if (!services) {
    problems.add(
      `the section [services ${own.services ?? ''}] of ${ofProfileText(profiles.name)} does not exist`,
    );
  }
  for (const key of Object.keys(services ?? {}).filter((one) => one.endsWith('.endpoint_url'))) {
    checked(setting(profiles, services ?? {}, key));
  }
  problems.throwIfAny();
  return (service) =>
    fromVariable(env, `${prefix}_${service.toUpperCase()}`) ??
    fromVariable(env, prefix) ??
    setting(profiles, services ?? {}, `${service}.endpoint_url`) ??
    setting(profiles, own, 'endpoint_url');
}

const text = ({ value }: Sourced): string => value;

function parseRegion({ value, source }: Sourced): string {
  const meant = meantRegion(value);
  if (meant === value) return value;
  throw new InvalidInput(
    `"${value}" is not an AWS region (${source})`,
    meant === undefined ? 'regions are written like eu-west-1' : `did you mean ${meant}?`,
  );
}

function parseUrl({ value, source }: Sourced): string {
  if (URL.canParse(value) && /^https?:/i.test(value)) return value;
  const shown = shownUrl(value);
  throw new InvalidInput(
    `${source}: the endpoint is not an http(s) URL: ${shown}`,
    /^[\w.-]+(:\d+)?(\/|$)/.test(value) ? `did you mean http://${shown}?` : undefined,
  );
}

function parseBoolean({ value, source }: Sourced): boolean {
  const written = value.toLowerCase();
  if (written === 'true' || written === 'false') return written === 'true';
  throw new InvalidInput(
    `${source}: a FIPS or dual-stack setting is true or false, not "${value}"`,
  );
}

function parseRetryMode({ value, source }: Sourced): string {
  if (['legacy', 'standard', 'adaptive'].includes(value)) return value;
  throw new InvalidInput(`${source}: "${value}" is not a retry mode (legacy, standard, adaptive)`);
}

function parseAttempts({ value, source }: Sourced): number {
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new InvalidInput(`${source}: "${value}" is not a number of attempts (1 or more)`);
}
