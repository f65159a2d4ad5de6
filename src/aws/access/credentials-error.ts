import { AwsError, CliError } from '../../errors.ts';
import { InvalidInput } from '../../model/problems.ts';
import type { KnownValues } from '../calls/known-values.ts';
import { translateError } from '../calls/translate-error.ts';

/**
 * The error for credentials that could not be loaded, in the user's terms. `source` is their
 * source.
 */
export function credentialsError(
  thrown: unknown,
  { source, profile, values }: { source: string; profile: string; values: KnownValues },
): Error {
  if (thrown instanceof CliError || thrown instanceof InvalidInput) return thrown;
  const { name, message } = thrown as Error;
  const isOfSdk = /^(CredentialsProvider|TokenProvider|Provider)Error$/.test(name);
  if (!isOfSdk) return translateError(thrown, { action: 'the credentials', values });
  const text = values.redact(message) ?? 'the reason may contain a credential';
  if (/\bSSO of profile/.test(source)) {
    const isOver = /expired|not found|invalid|Unauthorized|Forbidden|sso login/i.test(message);
    return isOver
      ? new AwsError('expired-credentials', `the SSO session of profile "${profile}" has expired`, {
          hint: `aws sso login --profile ${profile} starts a new one`,
          cause: thrown,
        })
      : new AwsError('no-credentials', `${source} failed: ${text}`, { cause: thrown });
  }
  if (source.includes('login session')) {
    return new AwsError('expired-credentials', `${source} has expired`, {
      hint: `aws login --profile ${profile} starts a new one`,
      cause: thrown,
    });
  }
  return source.includes('EC2 instance')
    ? new AwsError('no-credentials', 'no AWS credentials were found', {
        hint: 'set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --profile; ecs-secrets sandbox needs none',
        cause: thrown,
      })
    : new AwsError('no-credentials', `${source} gave no credentials: ${text}`, { cause: thrown });
}
