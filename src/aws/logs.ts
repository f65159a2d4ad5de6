import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';

/** The CloudWatch Logs calls that this tool makes. */
export interface Logs {
  /**
   * Which of these log groups exist. Makes one call for all if their names share a prefix and few
   * others have it, otherwise one more for each group that is still unknown.
   */
  logGroups(names: readonly string[]): Promise<Set<string>>;
}

/** Creates the CloudWatch Logs gateway for a region. */
export function createLogs(config: AwsConfig, region?: string): Logs {
  const client = supervised(
    new CloudWatchLogsClient(clientSettings(config, 'cloudwatch_logs', region)),
    'logs',
    config,
  );

  /** Searches the names with a prefix until `enough`; `complete` if it read all of them. */
  async function search(logGroupNamePrefix: string, enough: (found: Set<string>) => boolean) {
    const found = new Set<string>();
    const pages = paginateDescribeLogGroups({ client }, { logGroupNamePrefix });
    for await (const { logGroups = [], nextToken } of pages) {
      for (const { logGroupName = '' } of logGroups) found.add(logGroupName);
      if (nextToken === undefined) return { found, complete: true };
      if (enough(found)) break;
    }
    return { found, complete: false };
  }

  return {
    async logGroups(names) {
      const wanted = new Set(names);
      const known = new Set<string>();
      const common = commonPrefix([...wanted]);
      if (wanted.size > 1 && common !== '') {
        const { found, complete } = await search(common, () => true);
        for (const name of wanted) if (found.has(name)) known.add(name);
        if (complete) return known;
      }
      for (const name of wanted) {
        if (known.has(name)) continue;
        const { found } = await search(name, (some) => some.has(name));
        if (found.has(name)) known.add(name);
      }
      return known;
    },
  };
}

// --- internal ---

function commonPrefix([first = '', ...rest]: readonly string[]): string {
  let end = first.length;
  for (const name of rest) {
    while (!name.startsWith(first.slice(0, end))) end -= 1;
  }
  return first.slice(0, end);
}
