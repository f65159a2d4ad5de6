import { setTimeout as delay } from 'node:timers/promises';
import type { ParameterDescription, ParameterStore } from '../../aws/parameter-store.ts';

/**
 * Describes a parameter with at least version `atLeast` known to be stored (0: it may not exist).
 * DescribeParameters can lag behind a write for a moment, so it is retried 3 times in 2.5 seconds.
 * After that the result may still be older, or undefined.
 */
export async function describeParameter(
  store: ParameterStore,
  name: string,
  atLeast: number,
): Promise<ParameterDescription | undefined> {
  const ask = async () => (await store.describe([name])).get(name);
  let found = await ask();
  for (const pause of [300, 700, 1_500]) {
    if ((found?.version ?? 0) >= atLeast) return found;
    await delay(pause);
    found = await ask();
  }
  return found;
}
