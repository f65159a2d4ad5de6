import { InvalidInput } from './problems.ts';

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Reads `90s`, `15m`, `2h` or a number of seconds; answers milliseconds. Throws InvalidInput. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text);
  const milliseconds = Number(match?.[1]) * (units[match?.[2] ?? 's'] ?? Number.NaN);
  if (!(milliseconds > 0)) {
    throw new InvalidInput(`"${text}" is no duration: write 90s, 15m or 2h`);
  }
  return milliseconds;
}

/** A duration for people: `8 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
