import { matchesOf } from './classify-failure.ts';
import type { Outlook } from './start-failure.ts';

/**
 * The outlook of a reason.
 *
 * If a row of the table states what failed, its outlook counts, regardless of the rest of the text.
 * Words decide only if no such row matches: first signs of a transient fault, then signs of a
 * denial, then the wrapping (`ResourceInitializationError`, `unable to pull`, `CannotPull…`), which
 * is hopeless. A text that was cut off before the cause is `unclear`.
 *
 * A text with several failures has the worst outlook, in the order `hopeless`, `maybe-role`,
 * `unclear`, `passing`, because each failure alone prevents the task from starting. It is `passing`
 * only if all failures are transient, and `hopeless` only if one of the failures is permanent.
 */
export function outlookOf(reason: string): Outlook {
  const found = matchesOf(reason).map(({ failure, isSure }) =>
    failure.outlook === 'hopeless' && !isSure
      ? (outlookByWords(reason) ?? failure.outlook)
      : failure.outlook,
  );
  if (found.length === 0) found.push(outlookByWords(reason) ?? outlookOfWrapping(reason));
  return found.reduce((a, b) => (worstFirst.indexOf(a) < worstFirst.indexOf(b) ? a : b));
}

// --- internal ---

const worstFirst: readonly Outlook[] = ['hopeless', 'maybe-role', 'unclear', 'passing'];

const passing: readonly RegExp[] = [
  /throttl|too ?many ?requests|rate limit|retry quota exceeded/i,
  /SlowDown|time-?out|timed out|deadline exceeded|request (context )?cancell?ed/i,
  /connection (reset|refused)|no such host|\bEOF\b|\btry again\b/i,
  /status ?code:? 5\d\d/i,
  // The status line of a registry's response: `…/manifests/latest: 502 Bad Gateway`.
  /: 50\d [A-Z][a-z]/,
  /internal ?(service|server)? ?error|service ?unavailable/i,
];

const denial = /not authorized|AccessDenied|access denied|forbidden|unauthorized/i;

function outlookByWords(reason: string): Outlook | undefined {
  if (passing.some((pattern) => pattern.test(reason))) return 'passing';
  return denial.test(reason) ? 'maybe-role' : undefined;
}

function outlookOfWrapping(reason: string): Outlook {
  const isCutOff = /(?:\.\.\.|…)\W{0,20}$/.test(reason);
  const wrapping = /ResourceInitializationError|unable to (pull|retrieve|assume)|CannotPull/i;
  return wrapping.test(reason) && !isCutOff ? 'hopeless' : 'unclear';
}
