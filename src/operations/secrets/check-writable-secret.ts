import type { SecretDescription } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';

/**
 * Refuses changes that Secrets Manager does not allow: to secrets managed by another AWS service,
 * and to replicas (Secrets Manager guide, "managed secrets", "replicate secrets").
 */
export function checkWritableSecret({
  name,
  arn,
  owningService,
  primaryRegion,
}: SecretDescription): void {
  if (owningService !== undefined) {
    throw new CliError(
      'managed-secret',
      `the secret ${name} is managed by the service ${owningService}; only that service can store its values`,
      { hint: `change it there: ${owningService} keeps the secret and its own records in step` },
    );
  }
  const region = parseArn(arn)?.region;
  if (primaryRegion !== undefined && region !== undefined && primaryRegion !== region) {
    throw new CliError(
      'replica',
      `the secret ${name} in ${region} is a replica of the one in ${primaryRegion}, and AWS changes it only there`,
      {
        hint: `run the command with --region ${primaryRegion}; its replicas are updated automatically`,
      },
    );
  }
}
