import type { Aws } from '../../aws/index.ts';
import { Problems } from '../../model/problems.ts';
import { checkWritable, type Reference, type Store } from '../../model/secrets/reference.ts';
import { checkValue, type Tag, type Tier } from '../../model/secrets/secret-rules.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import { parameterStoreOf } from '../parameter-store-of.ts';
import { putParameter } from './put-parameter.ts';
import { putStoredSecret } from './put-stored-secret.ts';

/** What is to be stored, and under which conditions. */
export interface PutRequest {
  value: SecretValue;
  kmsKeyId?: string | undefined;
  tier?: Tier | undefined;
  description?: string | undefined;
  tags?: readonly Tag[];
  /** Write even when the stored value is equal. */
  force?: boolean;
  /** `update`: only when it exists; `create`: only when it does not. */
  only?: 'create' | 'update' | undefined;
  /** Replace a JSON object by a text that is none, which takes its keys from whoever uses them. */
  replaceJson?: boolean;
  /** Lose against whoever stores a value at the same time, where the store can tell. */
  exclusive?: boolean;
  /** Take back a scheduled deletion first. */
  restore?: boolean;
  /** Find out what would be done, without doing it. */
  dryRun?: boolean;
  /** Called with what to warn of, before a value is written (see `rotationWarnings`). */
  onWarning?: (text: string) => void;
}

/** What was done, or with `dryRun` would be. */
export interface PutOutcome {
  action: 'created' | 'updated' | 'unchanged';
  store: Store;
  name: string;
  /** Known where AWS tells it: not for a parameter just created. */
  arn: string | undefined;
  /** Number of a parameter's version, id of a secret's; undefined where nothing was written. */
  version: number | string | undefined;
  /** The version that was current before; undefined for a new secret, or one that may not be read. */
  previousVersion: number | string | undefined;
  /** False when the caller may not read the old value, so that it was written uncompared. */
  compared: boolean;
}

/**
 * Stores a value under a reference, in whichever store it names. Safe to run twice: an equal value
 * is not written again. Throws InvalidInput before anything is written.
 */
export async function putSecret(
  aws: Aws,
  reference: Reference,
  request: PutRequest,
): Promise<PutOutcome> {
  checkTarget(reference, request);
  checkValue(request.value, reference.store, request.tier);
  const region = reference.scope?.region;
  if (reference.store === 'secrets-manager') {
    return putStoredSecret(await aws.secretsManager(region), reference, request);
  }
  return putParameter(await parameterStoreOf(aws, reference), reference.name, request);
}

// --- internal ---

/**
 * Checks what can be checked before a value is read. Throws InvalidInput with everything that does
 * not go together.
 */
export function checkTarget(reference: Reference, request: Omit<PutRequest, 'value'>): void {
  const problems = new Problems();
  problems.attempt(() => {
    checkWritable(reference);
  });
  const isParameter = reference.store === 'parameter-store';
  if (isParameter && request.restore) {
    problems.add('--restore is for Secrets Manager: a deleted parameter is gone');
  }
  if (!isParameter && request.tier) {
    problems.add('--tier is for Parameter Store; Secrets Manager has no tiers');
  }
  problems.throwIfAny();
}
