import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import type { ParameterStore, ReadParameter } from '../../aws/parameter-store.ts';
import type { ReadSecret, SecretsManager } from '../../aws/secrets-manager.ts';
import { AwsError, isAccessDenied, isAwsError } from '../../errors.ts';
import { batches } from '../../model/batches.ts';
import type { Store } from '../../model/secrets/reference.ts';
import { ifAllowed } from '../if-allowed.ts';

/** Values read in batches. A name in neither map does not exist. */
export interface ReadValues<T> {
  found: Map<string, T>;
  /** Values that may not be read, or are scheduled for deletion, with AWS's error. */
  denied: Map<string, AwsError>;
}

/** Whether a value counts as unreadable after this error, so that the others are read all the same. */
type IsRefusal = (error: unknown) => error is AwsError;

/**
 * Whether a value may not be read, or its KMS key does not decrypt it: disabled, deleted or not there
 * (errors of GetParameters and GetSecretValue).
 */
export function isUnreadable(error: unknown): error is AwsError {
  return (
    isAccessDenied(error) ||
    isAwsError(error, 'InvalidKeyId', 'DecryptionFailure', 'KMSInvalidStateException')
  );
}

/**
 * Reads parameters, 10 per call; a batch with an unreadable one is read one by one. Results are
 * keyed by the names as given. `onRead` gets the number of further parameters done.
 */
export async function readParameters(
  store: ParameterStore,
  names: readonly string[],
  onRead: (count: number) => void = () => undefined,
  isRefusal: IsRefusal = isAccessDenied,
): Promise<ReadValues<ReadParameter>> {
  const found = new Map<string, ReadParameter>();
  const denied = new Map<string, AwsError>();
  await pMap(
    batches([...new Set(names)], 10),
    async (batch) => {
      const read = await unlessRefused(store.readMany(batch), isRefusal);
      if (read === 'denied') {
        const one = async (name: string) => (await store.readMany([name]))[0];
        await readEach(batch, one, { found, denied }, isRefusal);
      } else for (const parameter of read) found.set(parameter.name, parameter);
      onRead(batch.length);
    },
    { concurrency: atOnce },
  );
  return { found, denied };
}

/**
 * Reads the current values of secrets, 20 per call. Secrets missing from a batch are read one by
 * one, as are all secrets for a caller without secretsmanager:BatchGetSecretValue. Results are
 * keyed by the names as given.
 */
export async function readSecrets(
  manager: SecretsManager,
  names: readonly string[],
  onRead: (count: number) => void = () => undefined,
  isRefusal: IsRefusal = isAccessDenied,
): Promise<ReadValues<ReadSecret>> {
  const found = new Map<string, ReadSecret>();
  const denied = new Map<string, AwsError>();
  let mayBatch = true;
  await pMap(
    batches([...new Set(names)], 20),
    async (batch) => {
      const read = mayBatch ? await ifAllowed(manager.readMany(batch)) : 'denied';
      if (read === 'denied') mayBatch = false;
      else for (const secret of read) found.set(secret.name, secret);
      const rest = batch.filter((name) => !found.has(name));
      await readEach(rest, (name) => manager.read(name), { found, denied }, isRefusal);
      onRead(batch.length);
    },
    { concurrency: atOnce },
  );
  return { found, denied };
}

/** Reads values from either store; see `readParameters` and `readSecrets`. */
export async function readValues(
  aws: Aws,
  store: Store,
  names: readonly string[],
): Promise<ReadValues<ReadParameter | ReadSecret>> {
  return store === 'parameter-store'
    ? readParameters(await aws.parameterStore(), names)
    : readSecrets(await aws.secretsManager(), names);
}

// --- internal ---

/** Maximum concurrent calls; the pacer of `aws` keeps the published rate. */
const atOnce = 10;

async function unlessRefused<T>(call: Promise<T>, isRefusal: IsRefusal): Promise<T | 'denied'> {
  try {
    return await call;
  } catch (error) {
    if (isRefusal(error)) return 'denied';
    throw error;
  }
}

async function readEach<T>(
  names: readonly string[],
  read: (name: string) => Promise<T | undefined>,
  { found, denied }: ReadValues<T>,
  isRefusal: IsRefusal,
): Promise<void> {
  await pMap(
    names,
    async (name) => {
      try {
        const value = await read(name);
        if (value) found.set(name, value);
      } catch (error) {
        const kept = error instanceof AwsError && error.code === 'pending-deletion';
        if (!kept && !isRefusal(error)) throw error;
        denied.set(name, error);
      }
    },
    { concurrency: atOnce },
  );
}
