import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { UsageError } from '../../errors.ts';

/** The environment of the process, or a fake one in a test. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A setting and its source: `AWS_REGION`, `--region`, `profile "ci"`. */
export interface Sourced<T = string> {
  value: T;
  source: string;
}

/** A section of the AWS configuration files; nested settings have keys like `ssm.endpoint_url`. */
export type Section = Readonly<Record<string, string | undefined>>;

/** The AWS configuration files (`~/.aws/config` and `credentials`), and the profile in effect. */
export interface Profiles {
  /** The requested name; undefined if none: the profile "default" is used then, if it exists. */
  given: Sourced | undefined;
  /** The profile in effect; empty if there is none. */
  own: Section;
  /** The name of `own`. */
  name: string;
  /**
   * A profile merged from both files; the credentials file has precedence. Undefined if there is
   * none.
   */
  find(name: string): Section | undefined;
  /** The settings of a profile in the credentials file alone. */
  inCredentialsFile(name: string): Section;
  /** A section that is not a profile. */
  section(kind: 'services' | 'sso-session', name: string): Section | undefined;
}

/**
 * Reads the configuration files of the AWS CLI, which may be missing. `option` is the profile of
 * the command line; AWS_DEFAULT_PROFILE has precedence over AWS_PROFILE, as in the AWS CLI. Throws
 * UsageError for a profile that does not exist.
 */
export async function loadProfiles(env: Env, option: Sourced | undefined): Promise<Profiles> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    configFilepath: fileOf(env, 'AWS_CONFIG_FILE', 'config'),
    filepath: fileOf(env, 'AWS_SHARED_CREDENTIALS_FILE', 'credentials'),
    ignoreCache: true,
  });
  const given =
    option ?? fromVariable(env, 'AWS_DEFAULT_PROFILE') ?? fromVariable(env, 'AWS_PROFILE');
  const find = (name: string): Section | undefined => {
    const [config, credentials] = [configFile[name], credentialsFile[name]];
    return config || credentials ? { ...config, ...credentials } : undefined;
  };
  const name = given?.value ?? 'default';
  const own = find(name);
  if (given && !own) {
    throw new UsageError(
      `the profile "${name}" does not exist (${given.source})`,
      'aws configure list-profiles lists the profiles',
    );
  }
  return {
    given,
    own: own ?? {},
    name,
    find,
    inCredentialsFile: (one) => credentialsFile[one] ?? {},
    section: (kind, one) => configFile[`${kind}.${one}`],
  };
}

/** An environment variable; an empty one counts as unset. */
export function fromVariable(env: Env, name: string): Sourced | undefined {
  const value = env[name];
  return value ? { value, source: name } : undefined;
}

/** The first text that is set and not empty. */
export function firstSet(...texts: (string | undefined)[]): string | undefined {
  return texts.find(Boolean);
}

/** The user's home folder, determined as in the AWS CLI and the SDKs. */
export function homeOf(env: Env): string {
  return firstSet(env.HOME, env.USERPROFILE) ?? homedir();
}

// --- internal ---

function fileOf(env: Env, variable: string, name: string): string {
  const given = firstSet(env[variable]) ?? `~/.aws/${name}`;
  return given.startsWith('~/') ? join(homeOf(env), given.slice(2)) : given;
}
