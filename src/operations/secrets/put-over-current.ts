import { setTimeout as delay } from 'node:timers/promises';
import type { ReadSecret, SecretsManager } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';

/** A stored version, and the version that was current before. */
export interface StoredOver {
  versionId: string;
  /** Undefined for the first value of a secret. */
  previousVersionId: string | undefined;
}

/**
 * Stores a value that `make` derives from the current one, by compare-and-set: if someone else
 * stores a value meanwhile, it is derived from that value. `current` is the version that was read.
 * Undefined if `make` returns undefined. Throws CliError `concurrent-write` if others keep writing.
 */
export async function putOverCurrent(
  manager: SecretsManager,
  id: string,
  current: ReadSecret | undefined,
  make: (current: ReadSecret | undefined) => SecretValue | undefined,
): Promise<StoredOver | undefined> {
  let known = current;
  // Among concurrent writers, one succeeds in each attempt.
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const value = make(known);
    if (!value) return undefined;
    const previousVersionId = known?.versionId;
    const written = await manager.putValueOver(id, value, previousVersionId);
    if (written) return { ...written, previousVersionId };
    await delay(Math.random() * 50 * attempt);
    known = await manager.read(id);
  }
  throw new CliError('concurrent-write', `others keep changing ${id}; nothing was stored`, {
    hint: 'run the command again',
  });
}
