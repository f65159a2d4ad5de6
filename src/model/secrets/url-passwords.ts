import { isReference } from './harmless-values.ts';
import type { Suspicion } from './secret-shapes.ts';
import { isStandIn } from './stand-ins.ts';

/**
 * The password in a URL (`scheme://user:password@host`) or in the form of Go's drivers
 * (`user:password@tcp(host:3306)/db`), as a finding.
 */
export function urlPassword(value: string): Suspicion | undefined {
  const url = accountInUrl(value);
  const bare = /^(?!mailto:|sips?:)([\w.-]{1,100}):([^\s@/]{3,200})@[\w.-]+(?:[(:/]|$)/.exec(value);
  const kind = url === undefined ? 'connection string with a password' : 'URL with a password';
  const { user, password } = url ?? { user: bare?.[1] ?? '', password: bare?.[2] };
  if (password === undefined || isReference(password)) return undefined;
  const isShown = isStandIn(password, 'URL') || isSample(user, password);
  return { kind, confidence: isShown ? 'low' : 'high' };
}

// --- internal ---

/** `user:password@`: what documentation writes where an account belongs. */
function isSample(user: string, password: string): boolean {
  return (
    /^(?:PASSWORD|PASS|PASSWD|PWD)$/.test(password) ||
    (/^(?:(?:db|my|your)?[-_]?user(?:[-_]?name)?|usr|login)?$/i.test(user) &&
      /^(?:(?:db|my|user)?[-_]?(?:pass|password|passwd|pwd|pw)|secret|token)$/i.test(password)) ||
    // The account in the file that Prisma writes into new projects.
    password === 'randompassword'
  );
}

/**
 * The account of the first `scheme://user:password@` in a text. Checks a bounded part before each
 * `@`: one regular expression for the whole text would take quadratic time.
 */
function accountInUrl(value: string): { user: string; password: string } | undefined {
  for (const before of value.split('@').slice(0, -1)) {
    const piece = before.slice(-longestUrl).split(/\s/).at(-1) ?? '';
    for (const { index } of piece.matchAll(/:\/\//g)) {
      const [scheme = ''] = piece
        .slice(0, index)
        .split(/[^a-z0-9+.-]/i)
        .slice(-1);
      const [, user = '', password] =
        /^([^/:]{0,200}):([^]{1,500})$/.exec(piece.slice(index + '://'.length)) ?? [];
      if (/[a-z]/i.test(scheme) && password !== undefined) return { user, password };
    }
  }
  return undefined;
}

/** Maximum characters of a scheme, a user and a password. */
const longestUrl = 740;
