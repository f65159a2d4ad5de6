/** Formats a time for people, to the minute, in UTC: `2026-11-23 14:05`. */
export function minute(date: Date | undefined): string {
  return date?.toISOString().slice(0, 16).replace('T', ' ') ?? '';
}
