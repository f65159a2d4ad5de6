import {
  fromKeysOf,
  keyVariable,
  ofContainer,
  ofInstance,
  type CredentialSource,
  type CredentialTools,
} from './credential-sources.ts';
import { ofProfile, tokenVariable } from './profile-credentials.ts';

/** The source that counts, and the names of others that are set and do not. */
export interface ChosenCredentials extends CredentialSource {
  ignored: string[];
}

/**
 * Chooses where credentials come from, in the order of the AWS CLI (botocore, create_credential_resolver):
 * keys of the environment, unless a profile is named on the command line; a role of the profile; web
 * identity; SSO; keys of the credentials file; a login session; credential_process; keys of the config
 * file; a container's role; an instance's. Throws UsageError for settings that cannot work.
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
