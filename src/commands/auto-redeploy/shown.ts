import { parseArn } from '../../model/secrets/partition.ts';

/** `shop/web`, of the ARN of a service. */
export function shownService(arn: string): string {
  return arn.split('/').slice(1).join('/') || arn;
}

/** The name of a secret or parameter in its ARN; of a secret with AWS's six characters. */
export function shownSecret(arn: string): string {
  const resource = parseArn(arn)?.resource ?? arn;
  return resource.replace(/^secret:|^parameter/, '');
}
