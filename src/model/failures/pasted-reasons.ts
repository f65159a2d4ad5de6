import { classifyFailure, failureKey } from './classify-failure.ts';
import { stoppedFromOutside } from './stopped-from-outside.ts';
import { unwrap, type Unwrapped } from './unwrap.ts';
import { distinctBy } from '../distinct-by.ts';

/** Members of AWS responses that contain a reason. */
const reasonMembers = new Set([
  'stoppedReason',
  'reason',
  'message',
  'rolloutStateReason',
  'statusReason',
]);

/**
 * The reasons in a pasted text: the output of `aws ecs describe-tasks` and similar commands, or
 * sentences, one per paragraph. A line that begins like a reason starts a new one if the lines
 * before are a complete reason. Other lines are one wrapped sentence. Reasons of tasks that were
 * stopped from outside are omitted.
 */
export function pastedReasons(text: string): Unwrapped[] {
  const found =
    fromJson(text)?.map((one) => unwrap([one.trim()])) ?? text.split(/\n\s*\n/).flatMap(paragraph);
  const reasons = found.filter(
    (one) => one.text !== '' && !stoppedFromOutside({ stoppedReason: one.text }),
  );
  return distinctBy(reasons, (one) => failureKey(one.text));
}

// --- internal ---

function fromJson(text: string): string[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof document === 'object' ? reasonsIn(document) : undefined;
}

function reasonsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    if (typeof member !== 'string') return reasonsIn(member);
    if (!reasonMembers.has(key)) return [];
    return tellsOfGood(key, value) && classifyFailure(member).length === 0 ? [] : [member];
  });
}

/** Whether a reason may describe something that succeeded or was requested. */
function tellsOfGood(key: string, holder: object): boolean {
  const { rolloutState, status, stopCode, stoppedReason } = holder as Record<string, unknown>;
  switch (key) {
    case 'message':
      return true;
    case 'rolloutStateReason':
      return rolloutState !== 'FAILED';
    case 'statusReason':
      return typeof status === 'string' && !/FAIL|ROLLBACK|STOP/.test(status);
    case 'stoppedReason':
      return stoppedFromOutside({
        ...(typeof stopCode === 'string' && { stopCode }),
        ...(typeof stoppedReason === 'string' && { stoppedReason }),
      });
    default:
      return false;
  }
}

/**
 * How reasons begin, including those in lists and logs. Error names are matched whole, because a
 * line of a wrapped text may begin with the end of a longer name.
 */
const beginning =
  /^\s*(?:[-*•]\s+|\d{4}-\d\d-\d\d|\(service \S|service \S+ \(?(?:was|is|failed|task|instance)\b|Task \S|STOPPED\b|[Ff]etching secret data|Essential container|An error occurred|RESOURCE:|(?:ResourceInitialization|Cannot(?:Pull|Start|Create)\w*|OutOfMemory)Error:|(?:AccessDenied|ResourceNotFound|Throttling)Exception:)/;

function paragraph(text: string): Unwrapped[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const groups: string[][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last && !(beginning.test(line) && isWhole(last))) last.push(line);
    else groups.push([line]);
  }
  return groups.map(unwrap);
}

/** Whether lines are a complete reason: they do not end within a sentence or before a quotation. */
function isWhole(lines: readonly string[]): boolean {
  const text = lines.join(' ');
  return !/(?:[:,(-]|\bapi error)\s*$/i.test(text) && classifyFailure(text).length > 0;
}
