const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-AbCdEf';
const pulling =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ';
const retried = 'service call has been retried 1 time(s): ';

/** What ECS writes before the error of a start on Fargate (platform version 1.4), by what failed. */
export function onFargate(text: string): string {
  if (/environmentFile|env ?file|s3 client|firelens/i.test(text)) {
    return `ResourceInitializationError: failed to download env files: file download command: non-empty error stream: ${text}`;
  }
  if (/SSM Parameter Store|ssm secret|SSM: GetParameters/i.test(text)) {
    return `${pulling}unable to retrieve secrets from ssm: ${retried}${text}`;
  }
  if (/\bECR:|CannotPull/.test(text)) {
    return `${pulling}unable to retrieve ecr registry auth: ${retried}${text}`;
  }
  return `${pulling}unable to retrieve secret from asm: ${retried}failed to fetch secret ${arn} from secrets manager: ${text}`;
}

/** What ECS writes before the error of a start on a container instance, in old and new releases. */
export const onInstances: readonly ((text: string) => string)[] = [
  (text) => `ResourceInitializationError: ${text}`,
  (text) =>
    /SSM|env ?file|s3|CannotPull/i.test(text)
      ? `Task failed to start: ${text}`
      : `Fetching secret data from AWS Secrets Manager in region us-east-1: ${text}`,
  (text) => `(service web) was unable to place a task. Reason: ${text}.`,
];
