import type { AwsCredentialIdentity } from '@smithy/types';
import { UsageError } from '../../errors.ts';
import type { KnownValues } from '../calls/known-values.ts';
import { fromVariable, type Env, type Profiles, type Sourced } from './profiles.ts';
import type { RoleArguments } from './session-cache.ts';

/** What brings credentials. */
export interface CredentialSource {
  /** What it is in a few words: `AWS_ACCESS_KEY_ID`, `SSO of profile "ci"`. */
  name: string;
  load(): Promise<AwsCredentialIdentity>;
}

/** What the sources need. */
export interface CredentialTools {
  env: Env;
  profiles: Profiles;
  /** What no message may show. */
  values: KnownValues;
  assumeRole(role: RoleArguments, source: CredentialSource): Promise<AwsCredentialIdentity>;
  assumeRoleWithToken(role: {
    roleArn: string;
    sessionName: string | undefined;
    /** Path of a file, and what names it. */
    tokenFile: string;
    source: string;
  }): Promise<AwsCredentialIdentity>;
  /** The SSO or login session of a profile. */
  fromSdk(profile: string): Promise<AwsCredentialIdentity>;
  fromContainer: () => Promise<AwsCredentialIdentity>;
  fromInstance: () => Promise<AwsCredentialIdentity>;
}

/** The variable of the environment by which its keys are known. */
export const keyVariable = 'AWS_ACCESS_KEY_ID';

/** The keys of the environment, if there are any. */
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

/** Keys as they are signed with. Throws UsageError for what cannot stand in a header. */
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

/** The role of an EC2 instance, which is looked for where nothing else is set. */
export function ofInstance({ fromInstance }: CredentialTools): CredentialSource {
  return { name: 'the role of the EC2 instance', load: fromInstance };
}
