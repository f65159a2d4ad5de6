import type { CheckName, FailureId } from './finding.ts';

/**
 * The meaning of a failed start for the next tasks of the same deployment:
 * - `hopeless`: every further task fails the same way, so there is no reason to wait.
 * - `maybe-role`: hopeless, unless a role or policy has just changed: IAM may take 2 minutes.
 * - `unclear`: the new value may or may not be the cause; ECS's own threshold decides.
 * - `passing`: a further task may start, with the same value and the same role.
 */
export type Outlook = 'hopeless' | 'maybe-role' | 'unclear' | 'passing';

/** Pieces of text that occur in this order, in any case and with any white space. */
export type Wording = readonly string[];

/**
 * One way in which the start of a task fails. Several rows may have the same id: they are the same
 * failure with different causes, and the one whose words come first in the text counts.
 */
export interface StartFailure {
  id: FailureId;
  /** What happened, in a few words. */
  title: string;
  /** Why it happens. */
  cause: string;
  /** What it means for the next tasks. */
  outlook: Outlook;
  /** Each entry is enough by itself. The pieces are short, because AWS changes its sentences. */
  wordings: readonly Wording[];
  /**
   * Wordings of the words around an error, for errors that are not known. They count if no row's
   * `wordings` match the error.
   */
  around?: readonly Wording[];
  /** An error with one of these pieces does not match. */
  unless?: readonly string[];
  /** Short codes that are a reason by themselves (RunTask, `failures[].reason`). */
  codes?: readonly string[];
  /** The checks of `verify` that give details. */
  checks: readonly CheckName[];
  /** What to do if no check found the cause. */
  advice: string;
  /** It only states that something failed: any other matching row is more specific. */
  general?: true;
}

/** Every wording that begins with one of the first pieces and continues with one of the others. */
export function wordingsOf(first: readonly string[], then: readonly string[]): Wording[] {
  return first.flatMap((piece) => then.map((next) => [piece, next]));
}
