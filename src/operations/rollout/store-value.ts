import type { Aws } from '../../aws/index.ts';
import { CliError, Interrupted } from '../../errors.ts';
import { formatReference, type Reference } from '../../model/secrets/reference.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import type { Clock } from '../../world.ts';
import { invokeRotation } from './invoke-rotation.ts';
import { putSecret } from '../secrets/put-secret.ts';
import type { ResolvedSecret } from '../secrets/resolve-references.ts';
import {
  restoreEarlier,
  type EarlierVersion,
  type RestoredVersion,
} from '../secrets/restore-earlier.ts';
import type { PutOutcome } from '../secrets/put-request.ts';

/**
 * The source of the new value: a function that reads it when everything else is ready, the secret's
 * rotation function (`timeout` in milliseconds), or an earlier version.
 */
export type NewValue =
  | (() => Promise<SecretValue>)
  | { invoke: { timeout: number; clock: Clock } }
  | { earlier: EarlierVersion };

/** What was stored; for an earlier version, with the version that the value comes from. */
export type StoredValue = PutOutcome | RestoredVersion;

/**
 * Stores the new value. If interrupted before the last answer, the value may or may not be stored.
 * It never replaces a value that someone else stores at the same moment, as far as the store can
 * detect it. With `changes`, an equal value is an error (CliError `same-value`).
 */
export async function storeValue(
  aws: Aws,
  secret: ResolvedSecret,
  {
    reference,
    value,
    replaceJson,
    changes,
    interrupted,
  }: {
    reference: Reference;
    value: NewValue;
    replaceJson: boolean;
    changes: boolean;
    interrupted: AbortSignal;
  },
): Promise<StoredValue> {
  const outcome = await store();
  if (changes && outcome.action === 'unchanged') throw sameValue(reference);
  return outcome;

  async function store(): Promise<StoredValue> {
    if ('invoke' in value) return invokeRotation(aws, secret, { ...value.invoke, interrupted });
    if ('earlier' in value) return restoreEarlier(aws, secret, value.earlier);
    const read = await value();
    if (interrupted.aborted) throw new Interrupted('interrupted; nothing was stored');
    return putSecret(aws, reference, {
      value: read,
      only: 'update',
      exclusive: true,
      replaceJson,
    });
  }
}

// --- internal ---

function sameValue(reference: Reference): CliError {
  const written = formatReference(reference);
  return new CliError('same-value', `the new value of ${written} equals the current one`, {
    hint: `to redeploy the services that hold an older one: ecs-secrets redeploy ${written} --stale`,
  });
}
