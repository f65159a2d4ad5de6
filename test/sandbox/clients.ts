import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { startSandbox, type RunningSandbox, type SandboxOptions } from '../../src/sandbox/index.ts';

/** A sandbox and clients that call it. */
export interface Scene extends AsyncDisposable {
  sandbox: RunningSandbox;
  ssm: SSMClient;
  secrets: SecretsManagerClient;
  kms: KMSClient;
  iam: IAMClient;
  sts: STSClient;
}

/** Starts a sandbox whose clients try each call once. */
export async function openScene(options: SandboxOptions = {}): Promise<Scene> {
  const sandbox = await startSandbox(options);
  const config = {
    endpoint: sandbox.url,
    region: options.region ?? 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  return {
    sandbox,
    ssm: new SSMClient(config),
    secrets: new SecretsManagerClient(config),
    kms: new KMSClient(config),
    iam: new IAMClient(config),
    sts: new STSClient(config),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
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
