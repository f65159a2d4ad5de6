import type { AwsCredentialIdentity } from '@smithy/types';
import { UsageError } from '../../errors.ts';
import type { KnownValues } from '../calls/known-values.ts';
import { fromVariable, type Env, type Profiles, type Sourced } from './profiles.ts';
import type { RoleArguments } from './session-cache.ts';

/** A source of credentials. */
export interface CredentialSource {
  /** Its short name: `AWS_ACCESS_KEY_ID`, `SSO of profile "ci"`. */
  name: string;
  load(): Promise<AwsCredentialIdentity>;
}

/** The dependencies of the sources. */
export interface CredentialTools {
  env: Env;
  profiles: Profiles;
  /** Values that no message may show. */
  values: KnownValues;
  assumeRole(role: RoleArguments, source: CredentialSource): Promise<AwsCredentialIdentity>;
  assumeRoleWithToken(role: {
    roleArn: string;
    sessionName: string | undefined;
    /** Path of a file, and the setting that names it. */
    tokenFile: string;
    source: string;
  }): Promise<AwsCredentialIdentity>;
  /** The credentials of a profile's SSO or login session. */
  fromSdk(profile: string): Promise<AwsCredentialIdentity>;
  fromContainer: () => Promise<AwsCredentialIdentity>;
  fromInstance: () => Promise<AwsCredentialIdentity>;
}

/** The environment variable of the access key ID, which also names this source. */
export const keyVariable = 'AWS_ACCESS_KEY_ID';

/** The keys in the environment, if any. */
export function fromKeysOf(env: Env): CredentialSource | undefined {
  const id = fromVariable(env, keyVariable);
  if (!id) return undefined;
  const secret = fromVariable(env, 'AWS_SECRET_ACCESS_KEY');
  const token = fromVariable(env, 'AWS_SECURITY_TOKEN') ?? fromVariable(env, 'AWS_SESSION_TOKEN');
  return {
    name: keyVariable,
    load: () => {
      if (!secret) {
        throw new UsageError(
          'AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY',
          'set both, or neither',
        );
      }
      return Promise.resolve(keys(id, secret, token));
    },
  };
}

/** Keys for signing. Throws UsageError if they contain characters that are invalid in a header. */
export function keys(
  id: Sourced,
  secret: Sourced,
  token: Sourced | undefined,
): AwsCredentialIdentity {
  for (const { value, source } of [id, secret, ...(token ? [token] : [])]) {
    if (/[^!-~]/.test(value)) {
      const what = /[\r\n]/.test(value)
        ? 'a line break'
        : 'a space or a character that is not ASCII';
      throw new UsageError(`${source} contains ${what}`, 'set it again, without that');
    }
  }
  return {
    accessKeyId: id.value,
    secretAccessKey: secret.value,
    ...(token && { sessionToken: token.value }),
  };
}

/** The role of a container, if its variables are set. */
export function ofContainer({ env, fromContainer }: CredentialTools): CredentialSource | undefined {
  const variables = ['RELATIVE_URI', 'FULL_URI'].map((end) => `AWS_CONTAINER_CREDENTIALS_${end}`);
  const name = variables.find((one) => env[one]);
  return name === undefined ? undefined : { name, load: fromContainer };
}

/** The role of an EC2 instance, used if nothing else is set. */
export function ofInstance({ fromInstance }: CredentialTools): CredentialSource {
  return { name: 'the role of the EC2 instance', load: fromInstance };
}
