import { Interrupted } from '../errors.ts';

/** The same promise, which rejects with Interrupted as soon as the user interrupts. */
export function untilInterrupted<T>(
  promise: Promise<T>,
  interrupted: AbortSignal,
  message = 'interrupted; nothing was stored',
  hint?: string,
): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_resolve, reject) => {
      const stop = (): void => {
        reject(new Interrupted(message, hint));
      };
      if (interrupted.aborted) stop();
      interrupted.addEventListener('abort', stop, { once: true });
    }),
  ]);
}
