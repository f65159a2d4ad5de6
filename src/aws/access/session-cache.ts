import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AwsCredentialIdentity } from '@smithy/types';
import { homeOf, type Env } from './profiles.ts';

/** The arguments of sts:AssumeRole that identify a session. */
export interface RoleArguments {
  RoleArn: string;
  /** Undefined if it is generated for each session. */
  RoleSessionName?: string;
  ExternalId?: string;
  SerialNumber?: string;
  DurationSeconds?: number;
}

/** The response of sts:AssumeRole, as stored by the AWS CLI. */
export interface RoleSession {
  Credentials: {
    AccessKeyId: string;
    SecretAccessKey: string;
    SessionToken: string;
    /** ISO 8601. */
    Expiration: string;
    AccountId?: string | undefined;
  };
  AssumedRoleUser?: { AssumedRoleId?: string | undefined; Arn?: string | undefined } | undefined;
}

/**
 * The sessions that the AWS CLI stores in ~/.aws/cli/cache, so that both need only one code
 * (botocore, AssumeRoleCredentialFetcher and JSONFileCache).
 */
export function sessionCache(env: Env) {
  const folder = join(homeOf(env), '.aws', 'cli', 'cache');
  const fileOf = (role: RoleArguments): string => join(folder, `${keyOf(role)}.json`);
  return {
    /** The stored session, if it is valid for 15 more minutes, the limit of the AWS CLI. */
    async load(role: RoleArguments): Promise<RoleSession | undefined> {
      const text = await readFile(fileOf(role), 'utf8').catch(() => '');
      const session = parsed(text);
      const until = Date.parse(session?.Credentials.Expiration ?? '');
      return until - Date.now() >= 15 * 60_000 ? session : undefined;
    },

    /** Stores a session, accessible only by its owner; does nothing if that is not possible. */
    async store(role: RoleArguments, session: RoleSession): Promise<void> {
      const temporary = join(folder, `${randomUUID()}.tmp`);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(temporary, JSON.stringify(session), { mode: 0o600, flag: 'wx' });
        await rename(temporary, fileOf(role));
      } catch {
        await unlink(temporary).catch(() => undefined);
      }
    },
  };
}

/** The credentials of a session. */
export function identityOf({ Credentials: got }: RoleSession): AwsCredentialIdentity {
  return {
    accessKeyId: got.AccessKeyId,
    secretAccessKey: got.SecretAccessKey,
    sessionToken: got.SessionToken,
    expiration: new Date(got.Expiration),
    ...(got.AccountId !== undefined && { accountId: got.AccountId }),
  };
}

// --- internal ---

/** The SHA-1 of the arguments as formatted by Python's `json.dumps(arguments, sort_keys=True)`. */
function keyOf(role: RoleArguments): string {
  const members = Object.entries(role)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `"${name}": ${ascii(JSON.stringify(value))}`);
  return createHash('sha1')
    .update(`{${members.join(', ')}}`)
    .digest('hex');
}

function ascii(text: string): string {
  return text.replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parsed(text: string): RoleSession | undefined {
  try {
    const { Credentials: got } = JSON.parse(text) as RoleSession;
    const members = [got.AccessKeyId, got.SecretAccessKey, got.SessionToken, got.Expiration];
    return members.every((one) => typeof one === 'string') ? { Credentials: got } : undefined;
  } catch {
    return undefined;
  }
}
