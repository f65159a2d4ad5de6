/** A timer that runs only while there is work. */
export interface Ticker {
  /** Makes sure that the work is looked at again. */
  wake(): void;
  close(): void;
}

/** Calls `work` every `tickMs` from a wake-up on until it answers that nothing is left to do. */
export function createTicker(tickMs: number, work: () => boolean): Ticker {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    wake() {
      if (timer ?? closed) return;
      timer = setInterval(() => {
        if (!work()) stop();
      }, tickMs);
      // A sandbox with a rollout under way must not keep its process alive.
      timer.unref();
    },
    close() {
      closed = true;
      stop();
    },
  };
}
