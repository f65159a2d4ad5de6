import { fromHttp } from '@aws-sdk/credential-provider-http';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { fromInstanceMetadata } from '@smithy/credential-provider-imds';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Env } from './profiles.ts';
import type { Setup } from './setup.ts';

/** The SDK's own sources, for what it does as the AWS CLI does. */
export interface SdkChain {
  /** The SSO or login session of a profile. */
  fromProfile(profile: string): Promise<AwsCredentialIdentity>;
  /** The role of a container, at the address that its variables name. */
  fromContainer(env: Env): Promise<AwsCredentialIdentity>;
  fromInstance(): Promise<AwsCredentialIdentity>;
}

/** Makes it for a run. Its errors are the SDK's. */
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
