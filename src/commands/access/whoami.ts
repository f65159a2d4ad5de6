import type { AccessReport } from '../../aws/index.ts';
import { defineCommand, type Result } from '../../cli.ts';
import { CliError } from '../../errors.ts';
import { oneLine } from '../../model/printable.ts';
import type { WhoamiDocument, WhoamiSetting } from './documents.ts';

/** `whoami`: shows the caller of AWS, and the settings that determine it. */
export const whoami = defineCommand({
  declare: (command) =>
    command.addHelpText(
      'after',
      `
Prints the account and the identity of the credentials, and the region, the endpoint and the proxy, each
with the option, variable or profile that sets it. Passwords are left out. What can be found out without
AWS is printed also if AWS cannot be reached.

Examples:
  $ ecs-secrets whoami
  $ ecs-secrets whoami --profile ci --json`,
    ),

  async run({ aws }): Promise<Result<WhoamiDocument>> {
    const report = await aws.access();
    const caller = await aws.caller().catch((error: unknown) => {
      if (error instanceof CliError) return error;
      throw error;
    });
    const failure = caller instanceof CliError ? caller : undefined;
    const known = caller instanceof CliError ? undefined : caller;
    const region = report.region ?? fromInstance(known?.region);
    const data: WhoamiDocument = {
      ...(known && { account: known.account, arn: known.arn }),
      ...documentOf({ ...report, region }),
    };
    return { data, text: textOf(data), failure };
  },
});

// --- internal ---

/** Without a setting, the SDK reads it from the instance. */
function fromInstance(value: string | undefined): WhoamiSetting | undefined {
  return value === undefined ? undefined : { value, source: 'EC2 instance' };
}

function documentOf(report: AccessReport): WhoamiDocument {
  const { credentials, endpoints, caBundle, ...settings } = report;
  return {
    credentials,
    endpoints: endpoints.map(({ service, ...endpoint }) => ({
      ...endpoint,
      ...(service !== undefined && { service }),
    })),
    ...(caBundle !== undefined && { caBundle }),
    ...(Object.fromEntries(
      Object.entries(settings).filter(([, setting]) => setting !== undefined),
    ) as Partial<WhoamiDocument>),
  };
}

function textOf(data: WhoamiDocument): string {
  const { credentials, endpoints, profile, region, proxy, caBundle } = data;
  const ignored = credentials.ignored.map((one) => `\n             not used: ${one}`).join('');
  const lines: [string, string | undefined][] = [
    ['account', data.account],
    ['identity', data.arn],
    ['credentials', `${oneLine(credentials.source)}${ignored}`],
    ['profile', profile && shown(profile)],
    ['region', region ? shown(region) : 'not set'],
    ...(endpoints.length === 0
      ? [['endpoint', "AWS's own"] as [string, string]]
      : endpoints.map((one): [string, string] => [
          'endpoint',
          `${one.service === undefined ? '' : `${one.service}: `}${shown(one)}`,
        ])),
    ['proxy', proxy ? shown(proxy) : 'none'],
    ['certificates', caBundle],
    ['FIPS', data.fips?.value ? `yes (${data.fips.source})` : undefined],
    ['dual-stack', data.dualstack?.value ? `yes (${data.dualstack.source})` : undefined],
    ['retries', data.retryMode && shown(data.retryMode)],
    ['attempts', data.maxAttempts && shown(data.maxAttempts)],
  ];
  return lines
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => `${name.padEnd(12)} ${text ?? ''}`)
    .join('\n');
}

function shown({ value, source }: { value: unknown; source: string }): string {
  return oneLine(`${String(value)} (${source})`);
}
