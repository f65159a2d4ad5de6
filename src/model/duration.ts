import { InvalidInput } from './problems.ts';

/**
 * Reads a duration: `500ms`, `90s`, `15m`, `1h30m`, `1.5h`; each unit once, the largest first. Answers
 * milliseconds. Throws InvalidInput, also for a number without a unit.
 */
export function parseDuration(text: string): number {
  const [, hours = 0, minutes = 0, seconds = 0, rest = 0] = duration.exec(text) ?? [];
  const milliseconds =
    Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1e3 + Number(rest);
  if (milliseconds > 0) return milliseconds;
  throw new InvalidInput(
    /^\d+(?:\.\d+)?$/.test(text) && Number(text) > 0
      ? `"${text}" has no unit; write ${text}s or ${text}m`
      : `"${text}" is not a duration: write 90s, 15m or 1h30m`,
  );
}

/** Reads an age: `90d`, `2w`, or a duration such as `12h`. Answers milliseconds. Throws InvalidInput. */
export function parseAge(text: string): number {
  const [, count, unit] = /^(\d{1,6})([dw])$/.exec(text) ?? [];
  if (count !== undefined && Number(count) > 0) {
    return Number(count) * (unit === 'w' ? 7 : 1) * 86_400_000;
  }
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(`"${text}" is not an age: write 90d, 2w or 12h`);
  }
}

/** A duration for people: `8 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

// --- internal ---

const number = String.raw`(\d+(?:\.\d+)?)`;
const duration = new RegExp(`^(?:${number}h)?(?:${number}m)?(?:${number}s)?(?:${number}ms)?$`);
