import type { SecretDescription } from '../../aws/secrets-manager.ts';
import { parseArn } from '../../model/secrets/partition.ts';

/**
 * Warnings before a value of this secret is stored by hand. Its rotation function also changes the
 * database or other service, which storing a value does not (Secrets Manager guide, "Rotation by
 * Lambda functions"), and a rotation in progress replaces the value. The same is true of a partner's credential, and a
 * replica in another account gets the value too. Empty for other secrets.
 */
export function rotationWarnings({
  name,
  rotation,
  pendingVersionId,
  partner,
  crossAccountReplicas = [],
}: SecretDescription): string[] {
  const reference = `sm:${name}`;
  const warnings: string[] = [];
  if (partner !== undefined) {
    warnings.push(
      `${reference} holds a credential of ${partner} (managed external secret): ${partner} does not get a value that you store here; to change both, run: ecs-secrets rotate ${reference} --invoke --redeploy`,
    );
  } else if (rotation && (rotation.enabled || rotation.functionArn !== undefined)) {
    const what =
      rotation.functionArn === undefined
        ? 'has automatic rotation'
        : `has the rotation function ${functionName(rotation.functionArn)}`;
    warnings.push(
      `${reference} ${what}: the database or other service does not get a value that you store here; to change both, run: ecs-secrets rotate ${reference} --invoke --redeploy`,
    );
  }
  if (pendingVersionId !== undefined) {
    warnings.push(
      `a rotation of ${reference} is in progress or stuck (version ${pendingVersionId} has the label AWSPENDING): when it finishes, it replaces the value that you store`,
    );
  }
  for (const replica of crossAccountReplicas) {
    const { account = '' } = parseArn(replica) ?? {};
    warnings.push(
      `the new value of ${reference} is also replicated to account ${account}, whose services are not redeployed`,
    );
  }
  return warnings;
}

/** The name in the ARN of a Lambda function, without version or alias. */
export function functionName(arn: string): string {
  // arn:partition:lambda:region:account:function:name:alias
  return arn.split(':')[6] ?? arn;
}
