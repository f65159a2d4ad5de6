import {
  CloudWatchLogsClient,
  GetLogEventsCommand,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs';
import { isAwsError } from '../errors.ts';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';

/** The CloudWatch Logs calls that this tool makes. */
export interface Logs {
  /**
   * Which of these log groups exist. Makes one call for all if their names share a prefix and few
   * others have it, otherwise one more for each group that is still unknown.
   */
  logGroups(names: readonly string[]): Promise<Set<string>>;
  /**
   * The events of a log stream after those of an earlier page, oldest first; `next` continues there.
   * Undefined if the group or the stream does not exist (yet).
   */
  events(
    group: string,
    stream: string,
    after: string | undefined,
  ): Promise<{ messages: string[]; next: string } | undefined>;
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

    async events(group, stream, after) {
      try {
        const { events = [], nextForwardToken = '' } = await client.send(
          new GetLogEventsCommand({
            logGroupName: group,
            logStreamName: stream,
            nextToken: after,
            startFromHead: true,
          }),
        );
        return { messages: events.map(({ message = '' }) => message), next: nextForwardToken };
      } catch (error) {
        if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
        throw error;
      }
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
