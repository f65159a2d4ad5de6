import type { Aws } from '../aws/index.ts';
import { CliError, isAccessDenied } from '../errors.ts';
import { parseArn } from '../model/partition.ts';
import type { Grant } from '../model/policy.ts';
import type { Reference } from '../model/reference.ts';
import { resolveReferences, type ResolvedSecret } from './resolve-references.ts';

/**
 * What an execution role needs to read these secrets: their exact ARNs, and the key of each that a
 * customer-managed key encrypts. Throws CliError when one does not exist or its key is unknown.
 */
export async function grantsFor(aws: Aws, references: readonly Reference[]): Promise<Grant[]> {
  const secrets = [...(await resolveReferences(aws, references)).values()];
  const distinct = new Map(secrets.map((secret) => [secret.arn, secret]));
  const keys = new Map<string, Promise<string | undefined>>();
  return Promise.all(
    [...distinct.values()].map(async (secret) => {
      const { store, arn, kmsKeyId } = secret;
      const region = parseArn(arn)?.region;
      const key = `${region ?? ''} ${kmsKeyId ?? ''}`;
      if (!keys.has(key)) keys.set(key, customerKey(aws, secret, region));
      return { store, arn, kmsKeyArn: await keys.get(key) };
    }),
  );
}

// --- internal ---

/** ARN of the key where it is a customer-managed one. */
async function customerKey(
  aws: Aws,
  { kmsKeyId, arn }: ResolvedSecret,
  region: string | undefined,
): Promise<string | undefined> {
  if (kmsKeyId === undefined || /(^|:)alias\/aws\//.test(kmsKeyId)) return undefined;
  try {
    const key = await (await aws.kms(region)).describeKey(kmsKeyId);
    return key.customerManaged ? key.arn : undefined;
  } catch (error) {
    // The ARN of a key is all that the policy needs; an alias has to be resolved.
    if (isAccessDenied(error) && kmsKeyId.includes(':key/')) return kmsKeyId;
    if (!(error instanceof CliError)) throw error;
    throw new CliError(error.code, `the KMS key ${kmsKeyId} of ${arn}: ${error.message}`, {
      hint: error.hint,
      cause: error,
    });
  }
}
