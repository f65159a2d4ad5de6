import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { startSandbox, type RunningSandbox, type SandboxOptions } from '../../src/sandbox/index.ts';

/** Clients that call a sandbox as somebody. */
export interface Clients {
  ssm: SSMClient;
  secrets: SecretsManagerClient;
  kms: KMSClient;
  iam: IAMClient;
  sts: STSClient;
  ecs: ECSClient;
  logs: CloudWatchLogsClient;
  ec2: EC2Client;
}

/** A sandbox and clients that call it as the account's owner. */
export interface Scene extends AsyncDisposable, Clients {
  sandbox: RunningSandbox;
}

/** Starts a sandbox whose clients try each call once. */
export async function openScene(options: SandboxOptions = {}): Promise<Scene> {
  const sandbox = await startSandbox(options);
  return {
    sandbox,
    ...clientsTo(sandbox, options.region),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

/** Clients that sign with these credentials. */
export function clientsTo(
  { url }: RunningSandbox,
  region = 'us-east-1',
  credentials = { accessKeyId: 'test', secretAccessKey: 'test' },
): Clients {
  const config = { endpoint: url, region, credentials, maxAttempts: 1 };
  return {
    ssm: new SSMClient(config),
    secrets: new SecretsManagerClient(config),
    kms: new KMSClient(config),
    iam: new IAMClient(config),
    sts: new STSClient(config),
    ecs: new ECSClient(config),
    logs: new CloudWatchLogsClient(config),
    ec2: new EC2Client(config),
  };
}

/** Makes a role that everybody in the account may assume and allows it what a policy allows. */
export async function createDeployer({ iam }: Clients, policy?: object): Promise<void> {
  const trust = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:root' },
      Action: 'sts:AssumeRole',
    },
  };
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  await iam.send(new CreateRoleCommand({ RoleName: 'deployer', AssumeRolePolicyDocument }));
  if (policy) await grantDeployer({ iam }, policy);
}

/** Replaces what that role is allowed. */
export async function grantDeployer({ iam }: Pick<Clients, 'iam'>, policy: object): Promise<void> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: policy });
  const of = { RoleName: 'deployer', PolicyName: 'own' };
  await iam.send(new PutRolePolicyCommand({ ...of, PolicyDocument }));
}

/** Clients of a session of a role, by default of that one. */
export async function assume(
  { sandbox, sts }: Scene,
  more: Partial<AssumeRoleCommandInput> = {},
): Promise<Clients> {
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: 'arn:aws:iam::123456789012:role/deployer',
      RoleSessionName: 'ci',
      ...more,
    }),
  );
  return clientsTo(sandbox, 'us-east-1', {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
  });
}

/** Name and message of the error that a call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return { name: error.name, message: error.message };
    throw error;
  }
  throw new Error('the call did not fail');
}
