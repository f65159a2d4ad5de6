import pMap from 'p-map';
import { CliError } from '../errors.ts';

/**
 * Runs a lookup for every item, 10 at a time, and returns the results in order. If some fail, all of
 * their messages are in the one error that is thrown, with the code and hint of the first.
 */
export async function allTold<T, R>(
  items: readonly T[],
  look: (item: T) => Promise<R>,
): Promise<R[]> {
  const looked = await pMap(
    items,
    async (item): Promise<{ found: R } | { failure: CliError }> => {
      try {
        return { found: await look(item) };
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        return { failure: error };
      }
    },
    { concurrency: 10 },
  );
  const failures = looked.flatMap((one) => ('failure' in one ? [one.failure] : []));
  const [first] = failures;
  if (!first) return looked.flatMap((one) => ('found' in one ? [one.found] : []));
  const messages = [...new Set(failures.map(({ message }) => message))];
  if (messages.length === 1) throw first;
  const { code, hint, exitCode } = first;
  throw new CliError(code, messages.join('\n'), { hint, exitCode, cause: first });
}
