import type { Aws } from '../../aws/index.ts';
import { Problems } from '../../model/problems.ts';
import { checkWritable, type Reference } from '../../model/secrets/reference.ts';
import { checkValue } from '../../model/secrets/secret-rules.ts';
import { CliError } from '../../errors.ts';
import { parameterStoreOf } from '../parameter-store-of.ts';
import { placeOf } from './missing-value.ts';
import { putParameter } from './put-parameter.ts';
import { putStoredSecret } from './put-stored-secret.ts';
import type { PutRequest, PutOutcome } from './put-request.ts';

/**
 * Stores a value under a reference, in the store that it names. Idempotent: an equal value is not
 * written again. Throws InvalidInput before anything is written.
 */
export async function putSecret(
  aws: Aws,
  reference: Reference,
  given: PutRequest,
): Promise<PutOutcome> {
  const request = { ...given, readsAhead: true };
  checkTarget(reference, request);
  checkValue(request.value, reference.store, request.tier);
  try {
    const region = reference.scope?.region;
    if (reference.store === 'secrets-manager') {
      return await putStoredSecret(await aws.secretsManager(region), reference, request);
    }
    return await putParameter(await parameterStoreOf(aws, reference), reference.name, request);
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'secret-not-found') throw error;
    const { code, message, hint } = error;
    throw new CliError(code, `${message}${await placeOf(aws, reference)}`, { hint, cause: error });
  }
}

// --- internal ---

/** Checks everything that does not depend on the value. Throws InvalidInput with every conflict. */
export function checkTarget(reference: Reference, request: Omit<PutRequest, 'value'>): void {
  const problems = new Problems();
  problems.attempt(() => {
    checkWritable(reference);
  });
  const isParameter = reference.store === 'parameter-store';
  if (isParameter && request.restore) {
    problems.add('--restore is for Secrets Manager: a deleted parameter cannot be restored');
  }
  if (!isParameter && request.tier) {
    problems.add('--tier is for Parameter Store; Secrets Manager has no tiers');
  }
  if (!isParameter && request.dataType !== undefined) {
    problems.add('--data-type is for Parameter Store; Secrets Manager has no data types');
  }
  problems.throwIfAny();
}
