import { byRegion } from '../by-region.ts';
import type { Environment } from '../service.ts';

/** A line in a log group. Times are milliseconds since the epoch. */
export interface LogEvent {
  id: string;
  stream: string;
  at: number;
  ingested: number;
  message: string;
}

/** A log group with the names of its streams, and its events: those that EventBridge delivers. */
export interface LogGroup {
  name: string;
  arn: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  class: string;
  kmsKeyId: string | undefined;
  deletionProtection: boolean;
  streams: Set<string>;
  events: LogEvent[];
}

/** The parts shared by the operations of CloudWatch Logs: the groups of each region by name. */
export interface LogsWorld {
  environment: Environment;
  region: (name: string) => Map<string, LogGroup>;
}

/** Creates an account without log groups. */
export function createLogsWorld(environment: Environment): LogsWorld {
  return { environment, region: byRegion(() => new Map<string, LogGroup>()) };
}

/** ARN of a log group, without the `:*` at the end in some responses of AWS. */
export function logGroupArn(
  { account, partition }: Environment,
  region: string,
  name: string,
): string {
  return `arn:${partition}:logs:${region}:${account}:log-group:${name}`;
}
