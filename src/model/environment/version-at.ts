import { parseAge } from '../duration.ts';
import { InvalidInput } from '../problems.ts';
import { withoutValue } from '../secrets/shown-text.ts';

/** The version of each value to read: the one of a moment, or one by its number, label, stage or ID. */
export type At = { kind: 'time'; time: Date } | { kind: 'version'; version: string };

/**
 * Reads `--at`: a time in ISO 8601 (UTC if it has no offset; a date means 00:00), an age (`2h`,
 * `90d`), or a version: the number or label of a parameter's, the stage or ID of a secret's. `now`
 * is in milliseconds. Throws InvalidInput.
 */
export function parseAt(text: string, now: number): At {
  const time = timeOf(text, now);
  if (time !== undefined) {
    if (time > now) throw new InvalidInput(`--at: ${text} is in the future`);
    return { kind: 'time', time: new Date(time) };
  }
  // No label of a parameter begins with a digit (LabelParameterVersion).
  if (/^(?:\d{1,18}|[\w.-]{32,64}|[A-Za-z_.-][\w.+@!/-]{0,99})$/.test(text)) {
    return { kind: 'version', version: text };
  }
  throw new InvalidInput(
    `--at: "${withoutValue(text)}" is not a time, an age or a version`,
    'write 2026-11-30T14:05:00Z, 2h, 90d, or the number, label, stage or ID of a version',
  );
}

/** Whether it is the number of a version, which means something for one parameter only. */
export function isVersionNumber(version: string): boolean {
  return /^\d+$/.test(version);
}

/** Whether it has the form of a version ID of Secrets Manager (GetSecretValue: 32 to 64 characters). */
export function isVersionId(version: string): boolean {
  return /^[\w.-]{32,64}$/.test(version);
}

/** A time for people, to the second: `2026-11-30 14:05:00 UTC`. */
export function timeWords(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

// --- internal ---

/** Milliseconds since the epoch; undefined for a text that is no time and no age. */
function timeOf(text: string, now: number): number | undefined {
  if (/^\d[\d.]{0,9}[dwhms][\dhms.]{0,15}$/.test(text)) return now - ageOf(text);
  const [, date, time = '00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(?: ?(Z|UTC|[+-]\d\d:\d\d))?)?$/.exec(
      text,
    ) ?? [];
  if (date === undefined) return undefined;
  const whole = Date.parse(`${date}T${time}${zone === 'UTC' ? 'Z' : zone}`);
  const day = Date.parse(`${date}T00:00Z`);
  // Date.parse reads February 30 as March 2.
  const isDay = !Number.isNaN(day) && new Date(day).toISOString().startsWith(date);
  if (Number.isNaN(whole) || !isDay) {
    throw new InvalidInput(`--at: "${text}" is not a time: write 2026-11-30T14:05:00Z`);
  }
  return whole;
}

function ageOf(text: string): number {
  try {
    return parseAge(text);
  } catch (error) {
    throw error instanceof InvalidInput
      ? new InvalidInput(error.problems.map((line) => `--at: ${line}`))
      : error;
  }
}
