import {
  fromKeysOf,
  keyVariable,
  ofContainer,
  ofInstance,
  type CredentialSource,
  type CredentialTools,
} from './credential-sources.ts';
import { ofProfile, tokenVariable } from './profile-credentials.ts';

/** The source in effect, and the names of other sources that are set but ignored. */
export interface ChosenCredentials extends CredentialSource {
  ignored: string[];
}

/**
 * Chooses the source of the credentials, in the order of the AWS CLI (botocore,
 * create_credential_resolver): keys in the environment, unless the command line names a profile; a
 * role of the profile; web identity; SSO; keys in the credentials file; a login session;
 * credential_process; keys in the config file; a container's role; an instance's role. Throws
 * UsageError for settings that cannot work.
 */
export function chooseCredentials(tools: CredentialTools): ChosenCredentials {
  const { env, profiles } = tools;
  const isNamed = profiles.given !== undefined && !profiles.given.source.startsWith('AWS_');
  const found = [
    ...some(fromKeysOf(env)),
    ...ofProfile(profiles.name, tools, { isWithEnvironment: !isNamed }),
    ...some(ofContainer(tools)),
  ];
  const usable = isNamed ? found.filter(({ name }) => name !== keyVariable) : found;
  const chosen = usable[0] ?? ofInstance(tools);
  const token = isNamed && env[tokenVariable] ? [tokenVariable] : [];
  const ignored = [...found.map(({ name }) => name), ...token];
  return { ...chosen, ignored: ignored.filter((one) => one !== chosen.name) };
}

// --- internal ---

const some = <T>(one: T | undefined): T[] => (one === undefined ? [] : [one]);
