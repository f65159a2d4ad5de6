import { NoAnswer } from './call-limit.ts';
import type { Pacer } from './pacer.ts';

/** Waits until an action may be called. Throws NoAnswer if calls are aborted meanwhile. */
export async function turn(
  action: string,
  pacer: Pacer | undefined,
  cutOff: AbortSignal | undefined,
): Promise<void> {
  const wait = pacer?.wait(action);
  if (!wait || !cutOff || cutOff.aborted) return wait;
  const stop = new AbortController();
  const stopped = new Promise<never>((_resolve, reject) => {
    const onCutOff = (): void => {
      reject(new NoAnswer('not-sent'));
    };
    cutOff.addEventListener('abort', onCutOff, { once: true, signal: stop.signal });
  });
  await Promise.race([wait, stopped]).finally(() => {
    stop.abort();
  });
}
