import type { AwsCredentialIdentity } from '@smithy/types';

/**
 * The same credentials until they expire within 5 minutes, and then new ones. A failure is final: nobody is
 * asked for a code twice. Where new ones cannot be had the old ones count as long as they do.
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
