/**
 * Whether a text can be masked in a log without making the log unreadable: not a short text, a
 * number, or a common word in logs (a region, an environment, a log level, a host). Numbers of 16
 * or more digits are masked, because they may be random.
 */
export function isMaskable(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (word.length < 4 || words.has(word)) return false;
  if (/^[+-]?[\d.,_]+(?:ms|s|m|h|d|kb|mb|gb|ki|mi|gi|%)?$/.test(word)) return digits(word) >= 16;
  return !region.test(word) && !address.test(word);
}

// --- internal ---

const words = new Set(
  (
    'true false null none undefined default auto enabled disabled required optional ' +
    'production prod staging stage development develop test tests testing local localhost sandbox ' +
    'preview live beta main master latest ' +
    'debug info warn warning error fatal critical trace verbose notice silent ' +
    'json yaml text plain utf-8 utf8 http https tcp redis postgres postgresql mysql mariadb mongodb ' +
    'root admin user users public private node python java nginx linux amazon fargate'
  ).split(' '),
);

/** An AWS region, or an Availability Zone. */
const region = /^[a-z]{2}(?:-[a-z]+)+-\d[a-z]?$/;

/** An address of this machine. */
const address = /^(?:127(?:\.\d{1,3}){3}|0\.0\.0\.0|localhost)(?::\d+)?$/;

function digits(text: string): number {
  return text.replace(/\D/g, '').length;
}
