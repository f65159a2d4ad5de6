import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { parseArn, type Scope } from '../model/secrets/partition.ts';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';

/** Who calls, and where from: partition and account of the caller, region of the configuration. */
export interface Caller extends Scope {
  arn: string;
}

/** Makes the function that asks STS who the caller is. */
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
