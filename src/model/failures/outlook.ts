import { classifyFailure } from './classify-failure.ts';
import type { FailureId } from './finding.ts';

/**
 * The meaning of a failed start for the next tasks of the same deployment:
 * - `hopeless`: every further task fails the same way, so there is no reason to wait.
 * - `maybe-role`: hopeless, unless a role or policy has just changed: IAM may take 2 minutes.
 * - `unclear`: the new value may or may not be the cause; ECS's own threshold decides.
 * - `passing`: a further task may start, with the same value and the same role.
 */
export type Outlook = 'hopeless' | 'maybe-role' | 'unclear' | 'passing';

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
  const found = classifyFailure(reason).map(({ id, general }) => {
    const own = outlooks[id];
    return general === true && own === 'hopeless' ? (outlookByWords(reason) ?? own) : own;
  });
  if (found.length === 0) found.push(outlookByWords(reason) ?? outlookOfWrapping(reason));
  return found.reduce((a, b) => (worstFirst.indexOf(a) < worstFirst.indexOf(b) ? a : b));
}

// --- internal ---

const worstFirst: readonly Outlook[] = ['hopeless', 'maybe-role', 'unclear', 'passing'];

const outlooks: Readonly<Record<FailureId, Outlook>> = {
  'arn-malformed': 'hopeless',
  'environment-file-unreadable': 'hopeless',
  'image-not-pulled': 'hopeless',
  'json-key-missing': 'hopeless',
  'key-unusable': 'hopeless',
  'log-group-missing': 'hopeless',
  'parameter-missing': 'hopeless',
  'parameter-name-malformed': 'hopeless',
  'reference-refused': 'hopeless',
  'registry-credentials': 'hopeless',
  'secret-deleted': 'hopeless',
  'secret-missing': 'hopeless',
  'secret-name-malformed': 'hopeless',
  'secret-not-json': 'hopeless',
  'stage-missing': 'hopeless',
  'version-id-malformed': 'hopeless',
  'version-missing': 'hopeless',

  'key-denied': 'maybe-role',
  'logs-denied': 'maybe-role',
  'no-execution-role': 'maybe-role',
  'parameter-denied': 'maybe-role',
  'registry-denied': 'maybe-role',
  'role-not-assumable': 'maybe-role',
  'role-not-passed': 'maybe-role',
  'secret-denied': 'maybe-role',

  'attribute-missing': 'unclear',
  'container-exited': 'unclear',
  'health-check-failed': 'unclear',
  'out-of-memory': 'unclear',
  'starts-keep-failing': 'unclear',

  'credentials-rejected': 'passing',
  'no-capacity': 'passing',
  'service-unavailable': 'passing',
  throttled: 'passing',
  // The text does not show whether there is no route at all, or only a temporary problem.
  'logs-unreachable': 'passing',
  'network-timeout': 'passing',
  'parameter-store-unreachable': 'passing',
  'registry-unreachable': 'passing',
  'secrets-manager-unreachable': 'passing',
};

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
