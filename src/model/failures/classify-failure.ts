import type { CheckName } from './finding.ts';
import { startFailures, type StartFailure } from './start-failures.ts';

/**
 * The rows of the table that match a reason of ECS, in the order of their position in the text;
 * empty if no row matches. A general row counts only if no other row matches. White space is
 * ignored, because pasted reasons have line breaks, even inside words.
 */
export function classifyFailure(text: string): StartFailure[] {
  const whole = bare(text);
  // The agent joins the errors of several secrets with `;`
  // (agent/taskresource/asmsecret/asmsecret.go).
  const parts = whole.split(';');
  const fitting = rows
    .map((row) => ({ failure: row.failure, at: placeOf(row, whole, parts) }))
    .filter(({ at }) => at !== undefined)
    .toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))
    .map(({ failure }) => failure);
  const telling = fitting.filter(({ general }) => general !== true);
  return telling.length > 0 ? telling : fitting.slice(0, 1);
}

/** The checks for an unrecognized text: the most common causes of failed starts. */
export const likelyChecks: readonly CheckName[] = [
  'reference',
  'existence',
  'role',
  'trust',
  'grant',
  'key',
  'network',
];

/** A reason without IDs of requests, sessions and tasks, so that equal failures have equal keys. */
export function failureKey(reason: string): string {
  return reason
    .replace(/request ?id: ?[\w-]+/gi, '')
    .replace(/(assumed-role\/[^/]+)\/\S+/g, '$1')
    .replace(/\b[0-9a-f]{32,64}\b/g, '')
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '');
}

// --- internal ---

/** Lower case, with plain apostrophes and without white space. */
function bare(text: string): string {
  return text.toLowerCase().replaceAll('’', "'").replace(/\s+/g, '');
}

/** A row with its words prepared for searching. */
interface Row {
  failure: StartFailure;
  wordings: readonly (readonly string[])[];
  unless: readonly string[];
  codes: readonly string[];
}

const rows = startFailures.map((failure): Row => {
  const { wordings, unless = [], codes = [] } = failure;
  return {
    failure,
    wordings: wordings.map((pieces) => pieces.map(bare)),
    unless: unless.map(bare),
    codes: codes.map(bare),
  };
});

/** The position of a row's wording in the text; undefined if none matches. */
function placeOf(
  { wordings, unless, codes }: Row,
  whole: string,
  parts: readonly string[],
): number | undefined {
  if (codes.includes(whole)) return 0;
  if (unless.length === 0) return firstPlace(wordings, whole);
  let before = 0;
  for (const part of parts) {
    const at = unless.some((piece) => part.includes(piece))
      ? undefined
      : firstPlace(wordings, part);
    if (at !== undefined) return before + at;
    before += part.length + 1;
  }
  return undefined;
}

function firstPlace(wordings: Row['wordings'], text: string): number | undefined {
  const places = wordings.flatMap((pieces) => {
    let from = 0;
    let first: number | undefined;
    for (const piece of pieces) {
      const at = text.indexOf(piece, from);
      if (at === -1) return [];
      first ??= at;
      from = at + piece.length;
    }
    return first === undefined ? [] : [first];
  });
  return places.length === 0 ? undefined : Math.min(...places);
}
