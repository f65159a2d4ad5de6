import type { AwsCredentialIdentity } from '@smithy/types';

/**
 * Returns the same credentials until less than 5 minutes before they expire, and then new ones. A
 * first failure is final, so the user is asked for a code only once. If new ones cannot be loaded,
 * the old ones are used until they expire.
 */
export function memoized(
  load: () => Promise<AwsCredentialIdentity>,
): () => Promise<AwsCredentialIdentity> {
  let current: Promise<AwsCredentialIdentity> | undefined;
  let renewed: Promise<AwsCredentialIdentity> | undefined;
  return async () => {
    current ??= load();
    const got = await current;
    if (left(got) > margin) return got;
    renewed ??= load().then(
      (better) => {
        current = Promise.resolve(better);
        renewed = undefined;
        return better;
      },
      (error: unknown) => {
        renewed = undefined;
        if (left(got) > 0) return got;
        throw error;
      },
    );
    return renewed;
  };
}

// --- internal ---

/** Milliseconds, as in the SDK. */
const margin = 5 * 60_000;

function left({ expiration }: AwsCredentialIdentity): number {
  return expiration === undefined ? Number.POSITIVE_INFINITY : expiration.getTime() - Date.now();
}
