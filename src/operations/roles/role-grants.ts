import type { Aws } from '../../aws/index.ts';
import { CliError, isAccessDenied } from '../../errors.ts';
import type { FileGrant, Grant, Grants } from '../../model/roles/execution-policy.ts';
import { parseArn, type Scope } from '../../model/secrets/partition.ts';
import {
  formatReference,
  parameterArn,
  secretBehind,
  type Reference,
} from '../../model/secrets/reference.ts';
import { ahead } from '../ahead.ts';
import { notFound, resolveExisting, type ResolvedSecret } from '../secrets/resolve-references.ts';

/** What is to be read under the execution role. */
export interface GrantRequest {
  references: readonly Reference[];
  files: readonly FileGrant[];
  /** Grant what does not exist yet by its name, instead of failing. */
  allowMissing: boolean;
  /** ARNs of keys that encrypt secrets whose own key cannot be looked up (another account's). */
  keyArns: readonly string[];
  /** Secrets that were looked up already, by `formatReference`. */
  known?: ReadonlyMap<string, ResolvedSecret>;
}

/** The grants, and what was found out about them that deserves a word. */
export interface DerivedGrants extends Grants {
  /** References that do not exist yet. */
  missing: string[];
  /** Secrets of other accounts, whose key is not known and not given. */
  unknownKeys: string[];
}

/**
 * What an execution role needs to read these secrets: their exact ARNs, and the key of each that a
 * customer-managed key encrypts. Throws CliError when one does not exist or its key is unknown.
 */
export async function grantsFor(aws: Aws, request: GrantRequest): Promise<DerivedGrants> {
  const { files, allowMissing, keyArns, known } = request;
  // To read a secret through Parameter Store, the role needs the permission to read the secret too.
  const references = request.references.flatMap((one) => [one, secretBehind(one) ?? []].flat());
  void ahead(aws.caller());
  const { found, missing } = await resolveExisting(aws, references, known);
  if (missing.length > 0 && !allowMissing) {
    throw await notFound(
      aws,
      missing,
      '--allow-missing grants what does not exist yet by its name',
    );
  }
  const here = await aws.caller();
  const distinct = new Map([...found.values()].map((secret) => [secret.arn, secret]));
  const keys = new Map<string, Promise<string | undefined>>();
  const unknownKeys: string[] = [];
  const secrets = await Promise.all(
    [...distinct.values()].map(async (secret): Promise<Grant[]> => {
      const { store, arn, kmsKeyId } = secret;
      const { region, account } = parseArn(arn) ?? here;
      if (account !== here.account && kmsKeyId === undefined) {
        // Another account's secret always has a customer-managed key, which AWS does not show to us.
        if (keyArns.length === 0) unknownKeys.push(arn);
        return [undefined, ...keyArns].map((kmsKeyArn) => ({ store, arn, kmsKeyArn }));
      }
      const key = `${region} ${kmsKeyId ?? ''}`;
      if (!keys.has(key)) keys.set(key, customerKey(aws, secret, region));
      return [{ store, arn, kmsKeyArn: await keys.get(key) }];
    }),
  );
  const expected = missing.flatMap((reference): Grant[] => {
    const { store } = reference;
    const arn = expectedArn(reference, here);
    return [undefined, ...keyArns].map((kmsKeyArn) => ({ store, arn, kmsKeyArn }));
  });
  return {
    secrets: [...secrets.flat(), ...expected],
    files,
    missing: missing.map(formatReference),
    unknownKeys,
  };
}

/** The ARN that a secret will have; the end of a secret's is random (Secrets Manager guide). */
export function expectedArn(reference: Reference, here: Scope): string {
  const { name, scope = here } = reference;
  if (reference.store === 'parameter-store') return parameterArn(name, scope);
  const { partition, region, account } = scope;
  const suffix = reference.scope && /-[A-Za-z0-9]{6}$/.test(name) ? '' : '-??????';
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}${suffix}`;
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
