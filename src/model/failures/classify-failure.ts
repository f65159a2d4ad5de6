import type { CheckName } from './finding.ts';
import type { StartFailure, Wording } from './start-failure.ts';
import { startFailures } from './start-failures.ts';

/** A row of the table that matches a reason. */
export interface Match {
  failure: StartFailure;
  /** Whether the words of the error matched, not only those around it. */
  isSure: boolean;
}

/**
 * The rows of the table that match a reason of ECS, in the order of their position in the text;
 * empty if no row matches; of each id the first. A general row counts only if no other row matches.
 * White space is ignored, because pasted reasons have line breaks, even inside words.
 */
export function classifyFailure(text: string): StartFailure[] {
  const failures = matchesOf(text).map(({ failure }) => failure);
  const ids = failures.map(({ id }) => id);
  return failures.filter(({ id }, index) => ids.indexOf(id) === index);
}

/** The rows that match, several of one id included, and how well each matches. */
export function matchesOf(text: string): Match[] {
  const whole = bare(text);
  const coded = rows.filter(({ codes }) => codes.includes(whole));
  if (coded.length > 0) return coded.map(({ failure }) => ({ failure, isSure: true }));
  // The agent joins the errors of several secrets with `;`
  // (agent/taskresource/asmsecret/asmsecret.go).
  const parts = whole.split(';').flatMap(matchesInError);
  const found = parts.length > 0 ? parts : matchesInError(whole);
  if (found.length > 0) return found;
  return inOrder(generalRows, ({ wordings }) => wordings, whole)
    .slice(0, 1)
    .map((failure) => ({ failure, isSure: false }));
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
  wordings: readonly Wording[];
  around: readonly Wording[];
  unless: readonly string[];
  codes: readonly string[];
}

const rows = startFailures.map((failure): Row => {
  const { wordings, around = [], unless = [], codes = [] } = failure;
  return {
    failure,
    wordings: wordings.map((pieces) => pieces.map(bare)),
    around: around.map((pieces) => pieces.map(bare)),
    unless: unless.map(bare),
    codes: codes.map(bare),
  };
});
const generalRows = rows.filter(({ failure }) => failure.general === true);
const specificRows = rows.filter(({ failure }) => failure.general !== true);

function matchesInError(error: string): Match[] {
  const sure = inOrder(specificRows, ({ wordings }) => wordings, error);
  const found = sure.length > 0 ? sure : inOrder(specificRows, ({ around }) => around, error);
  return found.map((failure) => ({ failure, isSure: sure.length > 0 }));
}

/** The rows of which a wording occurs in a text, in the order of the positions. */
function inOrder(
  among: readonly Row[],
  wordingsOf: (row: Row) => readonly Wording[],
  text: string,
): StartFailure[] {
  return among
    .filter(({ unless }) => !unless.some((piece) => text.includes(piece)))
    .flatMap((row) => {
      const at = firstPlace(wordingsOf(row), text);
      return at === undefined ? [] : [{ failure: row.failure, at }];
    })
    .toSorted((a, b) => a.at - b.at)
    .map(({ failure }) => failure);
}

/** The first position of one of the wordings in the text; undefined if it has none of them. */
function firstPlace(wordings: readonly Wording[], text: string): number | undefined {
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
