import type { Aws } from '../../aws/index.ts';
import { CliError, isPassing } from '../../errors.ts';
import type { LogSource } from '../../model/run/log-source.ts';
import { whyUnseen } from '../if-allowed.ts';

/** Reads a log stream bit by bit. */
export interface LogFollower {
  /** Passes on what is new. Returns the number of events. */
  read(): Promise<number>;
  /** Whether there is nothing more to read, because it cannot be read. */
  isOver(): boolean;
}

/**
 * Follows a log stream, which may not exist yet. A log that cannot be read is a note, once: the task
 * runs anyway.
 */
export function followLog(
  aws: Aws,
  { region, group, stream }: LogSource,
  on: { lines: (messages: readonly string[]) => void; note: (text: string) => void },
): LogFollower {
  let next: string | undefined;
  let isOver = false;

  async function page(): Promise<number | undefined> {
    const found = await (await aws.logs(region)).events(group, stream, next);
    if (!found) return undefined;
    if (found.messages.length > 0) on.lines(found.messages);
    // At the end of the stream, the token is the one that was given (API reference, GetLogEvents).
    const isEnd = found.next === next;
    next = found.next;
    return isEnd ? undefined : found.messages.length;
  }

  return {
    isOver: () => isOver,
    async read() {
      let count = 0;
      for (let pages = 0; pages < mostPages && !isOver; pages += 1) {
        try {
          const more = await page();
          if (more === undefined) break;
          count += more;
        } catch (error) {
          if (!(error instanceof CliError)) throw error;
          if (isPassing(error)) break;
          isOver = true;
          on.note(
            `the output is not shown: ${whyUnseen(error)} (log stream ${stream} of ${group})`,
          );
        }
      }
      return count;
    },
  };
}

// --- internal ---

/** Between two looks at the task. A page has up to 10,000 events. */
const mostPages = 20;
