import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { parseArn, type Scope } from '../model/secrets/partition.ts';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';

/** The caller: its partition and account, and the region of the configuration. */
export interface Caller extends Scope {
  arn: string;
}

/** Creates the function that returns the caller's identity from STS. */
export function createCallerLookup(config: AwsConfig): () => Promise<Caller> {
  const client = supervised(new STSClient(clientSettings(config, 'sts')), 'sts', config);
  return async () => {
    const { Arn = '', Account = '' } = await client.send(new GetCallerIdentityCommand({}));
    return {
      arn: Arn,
      account: Account,
      partition: parseArn(Arn)?.partition ?? 'aws',
      region: await client.config.region(),
    };
  };
}
