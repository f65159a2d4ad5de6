import { isReference, looksRandom } from './harmless-values.ts';
import { isPlaceholder } from './stand-ins.ts';

/** The hint if a value was given instead of a reference. */
export const valueHint =
  'a value is never an argument: put reads it from standard input, --value-file or --from-env';

/** The syntax of `--secret` and `--secret-option`, for hints. */
export function assignmentHint(option: string): string {
  const [name = ''] = option.split(' ');
  return `${name} takes a reference, never a value: [CONTAINER:]NAME=REF with REF like /path/NAME, sm:NAME:KEY or an ARN; ecs-secrets put stores a value`;
}

/**
 * An invalid name, as a message may quote it. The text after "=" may be a value that was written
 * instead of only its name.
 */
export function withoutValue(text: string): string {
  const cut = text.indexOf('=');
  return cut < 0 ? text : `${text.slice(0, cut)}=…`;
}

/** Whether a text of several parts contains an assignment: `sm:DB_PASSWORD=…`, `/shop/KEY=…`. */
export function setsVariable(text: string): boolean {
  return /(?:^|[/:])[A-Za-z_]\w*=/.test(text);
}

/**
 * A name or path that was not found, as a message may quote it. A text of several lines, or a long
 * one, is the content of a file instead of its name.
 */
export function shownName(text: string): string {
  if (/[\r\n]|^\s*[{[]/.test(text) || text.length > 250) return '…';
  return isAssignment(text) ? withoutValue(text) : text;
}

/**
 * A reference after "=", as a message may quote it: only if its form shows that it is one. A single
 * word, or a random-looking one, may be the value itself: "…".
 */
export function shownReference(text: string): string {
  if (isPlaceholder(text) || isReference(text)) return withoutValue(text);
  const isPath = /^[a-z_.-]+(?:\/[a-z_.-]+)+$/.test(text);
  const isMarked = (isPath || /^(?:ssm:|sm:|\/)/.test(text)) && !text.includes('=');
  return isMarked && !looksRandom(text.replace(/^s?sm:/, '').replaceAll('/', ''), 16) ? text : '…';
}

/** Whether an invalid secret name has characteristics of passwords that names do not have. */
export function looksLikePassword(text: string): boolean {
  return (
    !/^(?:arn:|ssm:|sm:|\/)/.test(text) && !isReference(text) && /[!@#%^&*?~|;,+"'`]/.test(text)
  );
}

// --- internal ---

/** Whether a text is an assignment like `DB_PASSWORD=…`: a value instead of a name or path. */
function isAssignment(text: string): boolean {
  return /^(?:[\w.-]+:)?[A-Za-z_]\w*=/.test(text);
}
