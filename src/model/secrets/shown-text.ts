import { isPlaceholder, isReference, looksRandom } from './harmless-values.ts';

/** What to do instead of writing a value where a reference belongs; for hints. */
export const valueHint =
  'a value is never an argument: put reads it from standard input, --value-file or --from-env';

/** What `--secret` and `--secret-option` take, for hints. */
export function assignmentHint(option: string): string {
  const [name = ''] = option.split(' ');
  return `${name} takes a reference, never a value: [CONTAINER:]NAME=REF with REF like /path/NAME, sm:NAME:KEY or an ARN; ecs-secrets put stores a value`;
}

/**
 * A text that is no name, as a message may quote it. What stands behind "=" may be a value that was
 * written where only its name belongs.
 */
export function withoutValue(text: string): string {
  const cut = text.indexOf('=');
  return cut < 0 ? text : `${text.slice(0, cut)}=…`;
}

/** Whether a text of several parts has one that sets a variable: `sm:DB_PASSWORD=…`, `/shop/KEY=…`. */
export function setsVariable(text: string): boolean {
  return /(?:^|[/:])[A-Za-z_]\w*=/.test(text);
}

/**
 * A name or path that was not found, as a message may quote it: a text of several lines, or a long one,
 * is the content of a file in place of its name.
 */
export function shownName(text: string): string {
  if (/[\r\n]|^\s*[{[]/.test(text) || text.length > 250) return '…';
  return isAssignment(text) ? withoutValue(text) : text;
}

/**
 * A reference that stands behind "=", as a message may quote it: only where its form says that it is
 * one. A word alone, or one that looks random, may be the value itself: "…".
 */
export function shownReference(text: string): string {
  if (isPlaceholder(text) || isReference(text)) return withoutValue(text);
  const isPath = /^[a-z_.-]+(?:\/[a-z_.-]+)+$/.test(text);
  const isMarked = (isPath || /^(?:ssm:|sm:|\/)/.test(text)) && !text.includes('=');
  return isMarked && !looksRandom(text.replace(/^s?sm:/, '').replaceAll('/', ''), 16) ? text : '…';
}

/** Whether a text that is no name of a secret has the signs that passwords have and names do not. */
export function looksLikePassword(text: string): boolean {
  return (
    !/^(?:arn:|ssm:|sm:|\/)/.test(text) && !isReference(text) && /[!@#%^&*?~|;,+"'`]/.test(text)
  );
}

// --- internal ---

/** Whether a text sets a variable, as `DB_PASSWORD=…` does: a value where a name or a path belongs. */
function isAssignment(text: string): boolean {
  return /^(?:[\w.-]+:)?[A-Za-z_]\w*=/.test(text);
}
