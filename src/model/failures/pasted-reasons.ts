import { classifyFailure, failureKey } from './classify-failure.ts';
import { stoppedFromOutside } from './stopped-from-outside.ts';
import { unwrap, type Unwrapped } from './unwrap.ts';
import { distinctBy } from '../distinct-by.ts';

/** Members of AWS's answers that hold a reason. */
const reasonMembers = new Set([
  'stoppedReason',
  'reason',
  'message',
  'rolloutStateReason',
  'statusReason',
]);

/**
 * The reasons in a text that somebody pasted: the output of `aws ecs describe-tasks` and the like, or
 * sentences, one a paragraph. A line that begins like a reason, after one that is a reason by itself,
 * starts another; other lines are one sentence that was wrapped. What says that a task was stopped from
 * outside is left out.
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

/** Whether a reason may be one of something that went well, or was asked for. */
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
 * How reasons begin, those of a list and of a log too. Names of errors are whole: a line that a terminal
 * filled may begin with the end of a longer one.
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

/** Whether lines are a reason that does not go on: neither within a sentence nor before what it quotes. */
function isWhole(lines: readonly string[]): boolean {
  const text = lines.join(' ');
  return !/(?:[:,(-]|\bapi error)\s*$/i.test(text) && classifyFailure(text).length > 0;
}
