import type { Context } from '../cli.ts';
import { formatDuration } from '../model/duration.ts';
import { cutAtEnd } from '../model/fit-text.ts';
import type { OnProgress, Progress } from '../operations/progress.ts';

/**
 * Shows the progress of a command: on a terminal as one line that is never wrapped, redrawn every
 * second; elsewhere as a line every 10 seconds; not at all with `--quiet`. Stops after an
 * interrupt.
 */
export function progressOf({ report, world }: Pick<Context, 'report' | 'world'>): OnProgress {
  const { clock, interrupted, stderr } = world;
  let told = clock.now();
  let since: Since | undefined;
  return (progress) => {
    // Work still in progress must not draw below the last message.
    if (interrupted.aborted) return;
    const now = clock.now();
    if (since?.step !== progress.step)
      since = { step: progress.step, at: now, done: progress.done };
    const start = since;
    if (report.isLive) {
      report.live(() => {
        const line = progressLine(progress, start, clock.now());
        return [stderr.style.dim(cutAtEnd(line, stderr.size().columns - 1))];
      });
    } else if (now - told >= toldEvery) {
      told = now;
      report.event(progressLine(progress, start, now));
    }
  };
}

/** Shows the progress of some work, and removes the line when it ends or fails. */
export async function withProgress<T>(
  context: Pick<Context, 'report' | 'world'>,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  const show = progressOf(context);
  let over = false;
  try {
    return await work((progress) => {
      // One failed call of several ends the work, while the others return later.
      if (!over) show(progress);
    });
  } finally {
    over = true;
    context.report.clearLive();
  }
}

// --- internal ---

/** Milliseconds. */
const toldEvery = 10_000;

/**
 * The base of a rate: when a step began (milliseconds since the epoch), and the count at that time.
 */
interface Since {
  step: string;
  at: number;
  done: number | undefined;
}

/** `storing secrets 340/1000, 40 per second, 17 s left` */
function progressLine({ step, done, total }: Progress, since: Since, now: number): string {
  const milliseconds = now - since.at;
  if (done === undefined) {
    return milliseconds < 1_000 ? step : `${step}, ${formatDuration(milliseconds)} so far`;
  }
  const rate = milliseconds < 1_000 ? 0 : ((done - (since.done ?? 0)) * 1_000) / milliseconds;
  return [
    `${step} ${done}${total === undefined ? '' : `/${total}`}`,
    ...(rate > 0 ? [`${rate < 10 ? rate.toFixed(1) : Math.round(rate)} per second`] : []),
    ...(rate > 0 && total !== undefined && total > done
      ? [`${formatDuration(((total - done) / rate) * 1_000)} left`]
      : []),
  ].join(', ');
}
