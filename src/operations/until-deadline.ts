import type { Clock } from '../world.ts';

/**
 * What a promise answers, or `late` when it has not by a time of the clock (milliseconds since the epoch);
 * it may go on then, and nobody waits for it.
 */
export async function untilDeadline<T>(
  promise: Promise<T>,
  deadline: number,
  clock: Clock,
): Promise<T | 'late'> {
  const over = new AbortController();
  const passed = async (): Promise<'late'> => {
    while (clock.now() < deadline && !over.signal.aborted) {
      // A timer takes 24 days at most.
      await clock.sleep(Math.min(deadline - clock.now(), 60_000), over.signal);
    }
    return 'late';
  };
  try {
    return await Promise.race([promise, passed()]);
  } finally {
    over.abort();
  }
}
