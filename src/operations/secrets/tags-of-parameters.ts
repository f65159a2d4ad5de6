import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import { ifAllowed } from '../if-allowed.ts';
import type { OnProgress } from '../progress.ts';
import type { SecretDetails } from './describe-secret.ts';

/**
 * The secrets of a list with the tags of parameters, which lists do not include: one call for each.
 * They stay undefined if the caller may not read them.
 */
export async function withTagsOfParameters(
  aws: Aws,
  secrets: readonly SecretDetails[],
  onProgress: OnProgress,
): Promise<SecretDetails[]> {
  const store = await aws.parameterStore();
  const state = { done: 0, mayRead: true };
  return pMap(
    secrets,
    async (secret) => {
      if (secret.tags || !state.mayRead) return secret;
      const tags = await ifAllowed(store.tags(secret.name));
      state.done += 1;
      onProgress({ step: 'reading tags', done: state.done, total: secrets.length });
      if (tags !== 'denied') return { ...secret, tags };
      state.mayRead = false;
      return secret;
    },
    { concurrency: 10 },
  );
}
