import { randomBytes } from 'node:crypto';
import { owner, ServiceError, type Environment, type Principal } from './service.ts';

/** Temporary credentials, as returned by STS. */
export interface Credentials {
  /** `ASIA…`: identifies the session of a request. */
  AccessKeyId: string;
  SecretAccessKey: string;
  SessionToken: string;
  Expiration: Date;
}

/** The sessions of roles that were assumed over HTTP. */
export interface Sessions {
  /** Returns the credentials of a new session. */
  open(principal: Principal, seconds: number): Credentials;
  /**
   * The principal of an access key: a session's role, or for any other key the account's owner.
   * Throws ExpiredTokenException. Neither the signature nor the session token is checked.
   */
  principalOf(accessKeyId: string | undefined): Principal;
}

/** Creates an empty set of sessions. */
export function createSessions({ now }: Pick<Environment, 'now'>): Sessions {
  const sessions = new Map<string, { principal: Principal; endsAt: number }>();
  return {
    open(principal, seconds) {
      const endsAt = now() + seconds * 1000;
      const AccessKeyId = `ASIA${letters(16)}`;
      sessions.set(AccessKeyId, { principal, endsAt });
      return {
        AccessKeyId,
        SecretAccessKey: randomBytes(30).toString('base64'),
        SessionToken: randomBytes(120).toString('base64'),
        Expiration: new Date(endsAt),
      };
    },
    principalOf(accessKeyId = '') {
      const session = sessions.get(accessKeyId);
      if (!session) return owner;
      if (now() < session.endsAt) return session.principal;
      throw new ServiceError(
        'ExpiredTokenException',
        'The security token included in the request is expired',
      );
    },
  };
}

// --- internal ---

function letters(count: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return [...randomBytes(count)].map((byte) => alphabet.charAt(byte % 32)).join('');
}
