import { setMaxListeners } from 'node:events';
import type { Journal } from './aws/calls/journal.ts';
import { Interrupted } from './errors.ts';
import type { World } from './world.ts';

/**
 * Lets calls in progress continue for 5 seconds after the user interrupts, then aborts them. In
 * most cases the result of a write is known by then and can be reported. `end` aborts them at once.
 */
export function callsCutOff({ clock, interrupted }: World): { signal: AbortSignal; end(): void } {
  const cutOff = new AbortController();
  // Every call in progress listens to it, possibly dozens.
  setMaxListeners(0, cutOff.signal);
  const over = new AbortController();
  // Every call and pause in progress listens, and Node prints a warning for more than 10 listeners.
  setMaxListeners(0, cutOff.signal, interrupted);
  const onInterrupt = (): void => {
    void clock.sleep(patience, over.signal).then(() => {
      cutOff.abort();
    });
  };
  if (interrupted.aborted) onInterrupt();
  else interrupted.addEventListener('abort', onInterrupt, { signal: over.signal });
  return {
    signal: cutOff.signal,
    end() {
      over.abort();
      cutOff.abort();
    },
  };
}

/** Rejects when the user interrupts, with a summary of the run from the journal. */
export function interruption(interrupted: AbortSignal, journal: Journal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => {
      const { done, open } = journal.summary();
      const told = [
        done.length > 0 && `done: ${done.join(', ')}`,
        open.length > 0 && `may or may not have been carried out: ${open.join(', ')}`,
      ].filter((text) => text !== false);
      reject(
        told.length === 0
          ? new Interrupted('interrupted; nothing was changed')
          : new Interrupted(
              `interrupted; ${told.join('; ')}`,
              'run the command again: completed steps are not repeated',
            ),
      );
    };
    // A command that has more details about its work reports them first.
    const soon = (): void => {
      setImmediate(stop);
    };
    if (interrupted.aborted) soon();
    else interrupted.addEventListener('abort', soon, { once: true });
  });
}

// --- internal ---

/** Milliseconds. CI systems kill a job 7.5 to 10 seconds after they cancel it. */
const patience = 5_000;
