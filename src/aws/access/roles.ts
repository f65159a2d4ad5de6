import { readFile } from 'node:fs/promises';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  STSClient,
  type Credentials,
} from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { AwsError, UsageError, isAccessDenied } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { clientSettings, supervised, type AwsConfig } from '../calls/client.ts';
import type { CredentialTools } from './credential-sources.ts';
import type { Env } from './profiles.ts';
import { identityOf, sessionCache, type RoleSession } from './session-cache.ts';

/** Assumes roles; all its calls throw CliError. */
export interface Roles {
  /**
   * Uses the credentials of a source. A session that needed a code is stored where the AWS CLI
   * stores it.
   */
  assume: CredentialTools['assumeRole'];
  assumeWithToken: CredentialTools['assumeRoleWithToken'];
}

/** Creates the object that assumes roles for a run. `mfaCode` asks for the code of a device. */
export function createRoles(
  config: AwsConfig,
  env: Env,
  mfaCode: ((device: string) => Promise<string>) | undefined,
): Roles {
  const client = (credentials?: AwsCredentialIdentity): STSClient =>
    supervised(
      new STSClient({ ...clientSettings(config, 'sts'), ...(credentials && { credentials }) }),
      'sts',
      config,
    );
  return {
    async assume(role, source) {
      const device = role.SerialNumber;
      const cache = sessionCache(env);
      const kept = device === undefined ? undefined : await cache.load(role);
      if (kept) return identityOf(kept);
      const credentials = await source.load();
      const code = device === undefined ? {} : { TokenCode: await asked(device, mfaCode) };
      const session = { RoleSessionName: sessionName(), ...role, ...code };
      const answer = await client(credentials)
        .send(new AssumeRoleCommand(session))
        .catch((error: unknown) => {
          throw isWrongCode(error, device) ? wrongCode(device) : error;
        });
      const got = { ...sessionOf(answer.Credentials, answer.AssumedRoleUser?.Arn) };
      if (device !== undefined) {
        await cache.store(role, { ...got, AssumedRoleUser: answer.AssumedRoleUser });
      }
      return identityOf(got);
    },

    async assumeWithToken({ roleArn, sessionName: name, tokenFile, source }) {
      const token = await readFile(tokenFile, 'utf8').catch((error: unknown) => {
        const { code = '' } = error as NodeJS.ErrnoException;
        const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
        throw new UsageError(
          `${source}: the file with the token ${why}`,
          'check that the token is mounted there, or unset it to use other credentials',
        );
      });
      const answer = await client().send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: roleArn,
          RoleSessionName: name ?? sessionName(),
          WebIdentityToken: token.trim(),
        }),
      );
      return identityOf(sessionOf(answer.Credentials, answer.AssumedRoleUser?.Arn));
    },
  };
}

// --- internal ---

function sessionName(): string {
  return `ecs-secrets-${Date.now()}`;
}

async function asked(
  device: string,
  mfaCode: ((device: string) => Promise<string>) | undefined,
): Promise<string> {
  if (!mfaCode) throw new UsageError(`the role needs an MFA code of ${device}`);
  return mfaCode(device);
}

/** STS reports it only in the message (API reference, AssumeRole). */
function isWrongCode(error: unknown, device: string | undefined): device is string {
  return (
    device !== undefined &&
    (isAccessDenied(error) || error instanceof AwsError) &&
    /MultiFactorAuthentication|MFA/.test(error.message)
  );
}

function wrongCode(device: string): AwsError {
  return new AwsError('mfa-failed', `the MFA code of ${device} is not accepted`, {
    hint: 'wait for the next code: each works once',
  });
}

function sessionOf(given: Credentials | undefined, arn: string | undefined): RoleSession {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
    throw new AwsError('unreadable-answer', 'the answer to sts:AssumeRole has no credentials');
  }
  const account = parseArn(arn ?? '')?.account;
  return {
    Credentials: {
      AccessKeyId,
      SecretAccessKey,
      SessionToken,
      Expiration: new Date(Expiration).toISOString(),
      ...(account && { AccountId: account }),
    },
  };
}
