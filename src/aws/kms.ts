import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from '@aws-sdk/client-kms';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';
import { parsedDocument } from './calls/unreadable-answer.ts';

/** The facts that determine whether and how a policy has to name a key. */
export interface KeyDescription {
  arn: string;
  /**
   * False for AWS-managed keys, whose key policies already allow the account through the service.
   */
  customerManaged: boolean;
  /** `Enabled`, `Disabled`, `PendingDeletion`, … */
  state: string | undefined;
}

/** The KMS calls that this tool makes. */
export interface Kms {
  /** Resolves an ID, ARN, alias or alias ARN. Throws AwsError NotFoundException. */
  describeKey(id: string): Promise<KeyDescription>;
  /** The key's policy, decoded. */
  keyPolicy(arn: string): Promise<unknown>;
}

/** Creates the KMS gateway for a region. */
export function createKms(config: AwsConfig, region?: string): Kms {
  const client = supervised(new KMSClient(clientSettings(config, 'kms', region)), 'kms', config);
  return {
    async describeKey(id) {
      const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: id }));
      return {
        arn: KeyMetadata?.Arn ?? '',
        customerManaged: KeyMetadata?.KeyManager === 'CUSTOMER',
        state: KeyMetadata?.KeyState,
      };
    },

    async keyPolicy(arn) {
      const { Policy } = await client.send(
        new GetKeyPolicyCommand({ KeyId: arn, PolicyName: 'default' }),
      );
      return parsedDocument('kms:GetKeyPolicy', Policy);
    },
  };
}
