import { fromHttp } from '@aws-sdk/credential-provider-http';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { fromInstanceMetadata } from '@smithy/credential-provider-imds';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Env } from './profiles.ts';
import type { Setup } from './setup.ts';

/** The SDK's own sources, used if they behave like the AWS CLI. */
export interface SdkChain {
  /** The credentials of a profile's SSO or login session. */
  fromProfile(profile: string): Promise<AwsCredentialIdentity>;
  /** The role of a container, from the address in its variables. */
  fromContainer(env: Env): Promise<AwsCredentialIdentity>;
  fromInstance(): Promise<AwsCredentialIdentity>;
}

/** Creates the sources of a run. They throw the SDK's errors. */
export function createSdkChain({ profiles, settings, connections }: Setup): SdkChain {
  return {
    async fromProfile(profile) {
      const own = profiles.find(profile) ?? {};
      const session = own.sso_session ? profiles.section('sso-session', own.sso_session) : own;
      const region = session?.sso_region ?? settings.region?.value;
      const endpoint = settings.endpoint('sso')?.value;
      const requestHandler = await connections.handlerFor(
        endpoint ?? `https://portal.sso.${region ?? 'x'}.amazonaws.com`,
      );
      const clientConfig = {
        ...(endpoint !== undefined && { endpoint }),
        ...(requestHandler && { requestHandler }),
        ignoreConfiguredEndpointUrls: true,
        useFipsEndpoint: settings.fips?.value ?? false,
        useDualstackEndpoint: settings.dualstack?.value ?? false,
        maxAttempts: 3,
      };
      return defaultProvider({ profile, clientConfig, logger: silent })();
    },
    fromContainer: (env) =>
      fromHttp({
        awsContainerCredentialsRelativeUri: env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
        awsContainerCredentialsFullUri: env.AWS_CONTAINER_CREDENTIALS_FULL_URI,
        awsContainerAuthorizationToken: env.AWS_CONTAINER_AUTHORIZATION_TOKEN,
        awsContainerAuthorizationTokenFile: env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE,
        logger: silent,
      })(),
    fromInstance: () => fromInstanceMetadata({ logger: silent })(),
  };
}

// --- internal ---

const nothing = (): void => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };
