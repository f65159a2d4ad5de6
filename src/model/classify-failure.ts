import type { CheckName } from './finding.ts';
import { startFailures, type StartFailure } from './start-failures.ts';

/**
 * What a reason of ECS tells: the rows of the table that fit, in the order in which the text tells them;
 * none for a text that no row knows. A row that says no more than that something failed counts only
 * where no other does.
 */
export function classifyFailure(text: string): StartFailure[] {
  // Reasons are pasted with line breaks and typographic apostrophes.
  const lower = text.toLowerCase().replaceAll('’', "'").replace(/\s+/g, ' ');
  const fitting = startFailures
    .map((failure) => ({ failure, at: placeOf(failure, lower) }))
    .filter(({ at }) => at !== undefined)
    .toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))
    .map(({ failure }) => failure);
  const telling = fitting.filter(({ general }) => general !== true);
  return telling.length > 0 ? telling : fitting.slice(0, 1);
}

/** What to look at when a text is not known: what most starts fail for. */
export const likelyChecks: readonly CheckName[] = [
  'reference',
  'existence',
  'role',
  'trust',
  'grant',
  'key',
  'network',
];

/**
 * Whether a reason says that the task did not get its secrets, its role, its image or its logs. Every
 * further task will fail alike, so there is nothing to wait for.
 */
export function isStartFailure(text: string): boolean {
  const known = classifyFailure(text).some(({ id }) => !passing.has(id));
  return known || /ResourceInitializationError|unable to (pull|retrieve|assume)/i.test(text);
}

/** What a reason lets expect of the next task. */
export type Outlook = 'hopeless' | 'passing' | 'maybe-role' | 'unclear';

/** Stub. */
export function outlookOf(reason: string): Outlook {
  const ids = classifyFailure(reason).map(({ id }) => id as string);
  if (ids.includes('throttled') || ids.includes('no-capacity')) return 'passing';
  if (ids.some((id) => id === 'role-not-assumable' || id.endsWith('-denied'))) return 'maybe-role';
  return isStartFailure(reason) ? 'hopeless' : 'unclear';
}

/** Whether a reason may only mean that IAM has not spread a new role yet. */
export function isRoleNotYetThere(text: string): boolean {
  return classifyFailure(text).some(({ id }) => id === 'role-not-assumable');
}

/** A reason without what differs from task to task: ids of requests, sessions and tasks. */
export function failureKey(reason: string): string {
  return reason
    .replace(/request ?id: ?[\w-]+/gi, '')
    .replace(/(assumed-role\/[^/]+)\/\S+/g, '$1')
    .replace(/\b[0-9a-f]{32,64}\b/g, '')
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '');
}

/** A reason without the characters of a secret that the agent's JSON reader quotes (agent/asm/asm.go). */
export function withoutCharacters(reason: string): string {
  return reason.replace(/invalid character '(?:\\.|[^'\\])+'/g, "invalid character '…'");
}

// --- internal ---

/** Rows after which a next task may well start. */
const passing: ReadonlySet<string> = new Set([
  'throttled',
  'no-capacity',
  'container-exited',
  'out-of-memory',
  'health-check-failed',
  'starts-keep-failing',
]);

/** Where a row's wording begins in the text; undefined when none fits. */
function placeOf(failure: StartFailure, text: string): number | undefined {
  const { wordings, unless = [], codes = [] } = failure;
  if (unless.some((piece) => text.includes(piece.toLowerCase()))) return undefined;
  if (codes.some((code) => text.trim() === code.toLowerCase())) return 0;
  const places = wordings.flatMap((pieces) => {
    let from = 0;
    let first: number | undefined;
    for (const piece of pieces) {
      const at = text.indexOf(piece.toLowerCase(), from);
      if (at === -1) return [];
      first ??= at;
      from = at + piece.length;
    }
    return first === undefined ? [] : [first];
  });
  return places.length === 0 ? undefined : Math.min(...places);
}
