import type { AccessOptions, AccessReport } from './aws/index.ts';
import { canAsk, type GlobalOptions } from './cli.ts';
import { Interrupted, UsageError } from './errors.ts';
import { parseDuration } from './model/duration.ts';
import { meantRegion } from './model/meant-region.ts';
import { Problems } from './model/problems.ts';
import { withoutValue } from './model/secrets/shown-text.ts';
import { shownUrl } from './model/shown-url.ts';
import type { World } from './world.ts';

/**
 * Reads from the global options how to access AWS. Throws UsageError for impossible combinations.
 * The variables of the AWS CLI are read later, together with its files.
 */
export function accessOptions(
  world: World,
  globals: GlobalOptions,
  fromEnvironment: ReadonlyMap<string, string>,
): AccessOptions {
  const { env } = world;
  const given = (name: keyof GlobalOptions, option: string) => {
    const value = globals[name];
    if (typeof value !== 'string' || value === '') return undefined;
    const variable = fromEnvironment.get(name);
    // An option typed before the command overrides its variable. A file has no variable.
    const isTyped = variable === undefined || (env[variable] ?? value) !== value;
    return { value, source: isTyped ? option : variable };
  };
  checkRegion([globals.region, env.AWS_REGION, env.AWS_DEFAULT_REGION].find(Boolean));
  checkUrl(globals.endpointUrl);
  const role = given('assumeRole', '--assume-role');
  checkRole(role?.value, globals, fromEnvironment);
  checkAccount(globals.account);
  const { externalId, roleSessionName: sessionName } = globals;
  return {
    env,
    region: given('region', '--region'),
    profile: given('profile', '--profile'),
    endpoint: given('endpointUrl', '--endpoint-url'),
    account: given('account', '--account'),
    retries: retriesOf(given('retries', '--retries')),
    assumeRole: role && {
      ...role,
      ...(externalId !== undefined && { externalId }),
      ...(sessionName !== undefined && { sessionName }),
    },
    mfaCode: (device) => mfaCode(world, globals, device),
  };
}

/** The timeout of a call, in milliseconds. Throws InvalidInput. */
export function requestLimit({ requestTimeout }: GlobalOptions): number | undefined {
  if (requestTimeout === undefined) return undefined;
  const problems = new Problems();
  const limit = problems.attempt(() => parseDuration(requestTimeout), '--request-timeout');
  problems.throwIfAny();
  return limit;
}

/** What `--debug` prints about the access to AWS before the first call. */
export function accessLines(report: AccessReport): string[] {
  const { profile, credentials, region, endpoints, proxy, caBundle, fips, dualstack } = report;
  const { retryMode, maxAttempts } = report;
  const ignored = credentials.ignored.length > 0 && `, not ${credentials.ignored.join(', ')}`;
  return [
    profile && `profile ${profile.value} (${profile.source})`,
    `credentials: ${credentials.source}${ignored || ''}`,
    `region ${region ? `${region.value} (${region.source})` : 'is not set'}`,
    ...endpoints.map(
      ({ service, value, source }) =>
        `endpoint${service === undefined ? '' : ` of ${service}`} ${value} (${source})`,
    ),
    proxy && `proxy ${proxy.value} (${proxy.source})`,
    caBundle !== undefined && `certificates of ${caBundle}`,
    retryMode && `retry mode ${retryMode.value} (${retryMode.source})`,
    maxAttempts && `at most ${maxAttempts.value} attempts for a call (${maxAttempts.source})`,
    fips?.value && `FIPS endpoints (${fips.source})`,
    dualstack?.value && `dual-stack endpoints (${dualstack.source})`,
  ].filter((line): line is string => typeof line === 'string');
}

// --- internal ---

/** CI systems pass an unset variable as an empty text. */
function checkRegion(region: string | undefined): void {
  if (region === undefined) return;
  const meant = meantRegion(region);
  if (meant === region) return;
  throw new UsageError(
    `"${region}" is not an AWS region`,
    meant === undefined ? 'regions are written like eu-west-1' : `did you mean ${meant}?`,
  );
}

function checkUrl(url: string | undefined): void {
  if (url === undefined || (URL.canParse(url) && /^https?:/.test(url))) return;
  throw new UsageError(`--endpoint-url is not an http(s) URL: ${shownUrl(url)}`);
}

function checkRole(
  arn: string | undefined,
  { externalId, roleSessionName: name }: GlobalOptions,
  fromEnvironment: ReadonlyMap<string, string>,
): void {
  if (arn !== undefined && !/^arn:[a-z-]+:iam::\d{12}:role\/.+$/.test(arn)) {
    throw new UsageError(
      `--assume-role: "${withoutValue(arn)}" is not the ARN of a role`,
      'it is written like arn:aws:iam::123456789012:role/deploy',
    );
  }
  const [alone] = [
    externalId !== undefined && !fromEnvironment.has('externalId') && '--external-id',
    name !== undefined && !fromEnvironment.has('roleSessionName') && '--role-session-name',
  ].filter((option) => option !== false);
  if (arn === undefined && alone !== undefined) {
    throw new UsageError(
      `${alone} needs --assume-role`,
      'a profile has settings of its own for it',
    );
  }
  // Source: API reference, AssumeRole.
  if (name !== undefined && !/^[\w+=,.@-]{2,64}$/.test(name)) {
    throw new UsageError(
      '--role-session-name takes 2 to 64 letters, digits and characters of _+=,.@-',
    );
  }
}

function retriesOf(given: { value: string; source: string } | undefined) {
  if (!given) return undefined;
  if (/^\d{1,3}$/.test(given.value)) return { ...given, value: Number(given.value) };
  throw new UsageError(`${given.source}: "${given.value}" is not a number of retries (0 to 999)`);
}

function checkAccount(account: string | undefined): void {
  if (account === undefined || /^\d{12}$/.test(account)) return;
  throw new UsageError(
    `--account: "${withoutValue(account)}" is not an AWS account ID`,
    'it has 12 digits: aws sts get-caller-identity prints it',
  );
}

/** The code of an MFA device. No message contains it. */
async function mfaCode(world: World, globals: GlobalOptions, device: string): Promise<string> {
  if (globals.mfaCode !== undefined) return checkedCode(globals.mfaCode, '--mfa-code');
  if (!canAsk(world)) {
    throw new UsageError(
      `cannot ask for the MFA code of ${device} without a terminal`,
      'pass --mfa-code CODE',
    );
  }
  const answer = await world.stdin.askHidden(`MFA code for ${device}`);
  if ('text' in answer) return checkedCode(answer.text.trim(), 'the MFA code');
  throw new Interrupted('no MFA code was entered; nothing was done');
}

function checkedCode(code: string, what: string): string {
  if (/^\d{6}$/.test(code)) return code;
  throw new UsageError(`${what} does not have 6 digits`);
}
