import type { Context } from '../cli.ts';
import { formatDuration } from '../model/duration.ts';
import { cutAtEnd } from '../model/fit-text.ts';
import type { OnProgress, Progress } from '../operations/progress.ts';

/**
 * Shows how far a command is: on a terminal in one line that is never wrapped, redrawn every second;
 * elsewhere in a line every ten seconds; nowhere with `--quiet`. After an interrupt it shows nothing more.
 */
export function progressOf({ report, world }: Pick<Context, 'report' | 'world'>): OnProgress {
  const { clock, interrupted, stderr } = world;
  let told = clock.now();
  let since: Since | undefined;
  return (progress) => {
    // What is still under way must not draw below the last words.
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

/** Shows how far some work is while it lasts, and takes the line away at its end or failure. */
export async function withProgress<T>(
  context: Pick<Context, 'report' | 'world'>,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  const show = progressOf(context);
  let over = false;
  try {
    return await work((progress) => {
      // One call of several that fails ends the work, and the others come back later.
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

/** What a rate counts from: when a step began (milliseconds since the epoch), and how much was done then. */
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
