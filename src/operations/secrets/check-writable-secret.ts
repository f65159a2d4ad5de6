import type { SecretDescription } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';

/**
 * Refuses changes that Secrets Manager does not allow: to secrets managed by another AWS service,
 * and to replicas of another region or account (Secrets Manager guide, "managed secrets",
 * "replicate secrets"; botocore model, CreateSecret).
 */
export function checkWritableSecret({
  name,
  arn,
  owningService,
  primaryRegion,
  crossAccountPrimary,
}: SecretDescription): void {
  if (owningService !== undefined) {
    throw new CliError(
      'managed-secret',
      `the secret ${name} is managed by the service ${owningService}; only that service can store its values`,
      { hint: `change it there: ${owningService} keeps the secret and its own records in step` },
    );
  }
  if (crossAccountPrimary !== undefined) {
    const account = parseArn(crossAccountPrimary)?.account ?? '';
    throw new CliError(
      'replica',
      `the secret ${name} is a replica of ${crossAccountPrimary}, and is changed only in account ${account}`,
      {
        hint: 'run the command with credentials of that account (--profile); aws secretsmanager stop-replication-to-replica makes it a secret of its own',
      },
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

/**
 * Refuses the deletion of a secret while it has replicas in other accounts (botocore model,
 * DeleteSecret), and what `checkWritableSecret` refuses.
 */
export function checkDeletableSecret(secret: SecretDescription): void {
  checkWritableSecret(secret);
  const [replica] = secret.crossAccountReplicas ?? [];
  if (replica === undefined) return;
  throw new CliError(
    'has-replicas',
    `the secret ${secret.name} has a replica in another account, ${replica}, and AWS does not delete it before they are separated`,
    {
      hint: `aws secretsmanager disassociate-cross-account-replica --secret-id ${secret.arn} --cross-account-replica-arn ${replica}`,
    },
  );
}
