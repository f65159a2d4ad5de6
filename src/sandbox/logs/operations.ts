import {
  flag,
  integer,
  notHere,
  oneOf,
  operation,
  optional,
  text,
  type Shape,
} from '../protocol/input.ts';
import type { Input } from '../protocol/input.ts';
import { page, sortBy } from '../protocol/page.ts';
import { ServiceError, type Call, type Operation } from '../service.ts';
import { logGroupArn, type LogGroup, type LogsWorld } from './store.ts';

const mostOnPage = 50;
/** Name of a log group. */
export const groupName = text(1, 512, /^[.\-_/#A-Za-z0-9]+$/);
/** Name of a log stream. */
export const streamName = text(1, 512, /^[^:*]*$/);
const logGroupClass = optional(oneOf(['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY']));

/** The operations on log groups and streams. */
export function logOperations(world: LogsWorld): Record<string, Operation> {
  return {
    CreateLogGroup: checked(
      {
        logGroupName: groupName,
        kmsKeyId: optional(text(0, 256)),
        logGroupClass,
        deletionProtectionEnabled: optional(flag),
      },
      (input, { region }) => {
        const { logGroupName: name } = input;
        // The naming rules of CreateLogGroup; `/aws/…` is allowed and used by AWS services.
        if (name.startsWith('aws/')) {
          throw invalid("Log groups starting with 'aws/' are reserved for AWS.");
        }
        const groups = world.region(region);
        if (groups.has(name)) throw taken('group');
        groups.set(name, {
          name,
          arn: logGroupArn(world.environment, region, name),
          createdAt: world.environment.now(),
          class: input.logGroupClass ?? 'STANDARD',
          kmsKeyId: input.kmsKeyId,
          deletionProtection: input.deletionProtectionEnabled ?? false,
          streams: new Set(),
          events: [],
        });
      },
    ),

    DescribeLogGroups: checked(
      {
        logGroupNamePrefix: optional(groupName),
        logGroupNamePattern: optional(text(0, 512)),
        logGroupClass,
        nextToken: optional(text(1, 4096)),
        limit: optional(integer(1, mostOnPage)),
        includeLinkedAccounts: optional(flag),
        accountIdentifiers: notHere('accountIdentifiers'),
        logGroupIdentifiers: notHere('logGroupIdentifiers'),
      },
      (input, { region }) => {
        const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern } = input;
        if (prefix !== undefined && pattern !== undefined) {
          throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive.');
        }
        const groups = [...world.region(region).values()].filter(
          (group) =>
            group.name.startsWith(prefix ?? '') &&
            group.name.includes(pattern ?? '') &&
            (input.logGroupClass ?? group.class) === group.class,
        );
        const keyOf = ({ name }: LogGroup): string => name;
        const found = page(
          sortBy(groups, keyOf),
          keyOf,
          input.nextToken,
          input.limit ?? mostOnPage,
        );
        if (!found) throw invalid('The specified nextToken is invalid.');
        return { logGroups: found.items.map(view), nextToken: found.next };
      },
    ),

    DeleteLogGroup: checked({ logGroupName: groupName }, ({ logGroupName }, { region }) => {
      const { deletionProtection } = groupOf(world, region, logGroupName);
      if (deletionProtection) {
        throw new ServiceError('ValidationException', 'The log group is protected from deletion.');
      }
      world.region(region).delete(logGroupName);
    }),

    CreateLogStream: checked(
      { logGroupName: groupName, logStreamName: streamName },
      ({ logGroupName, logStreamName }, { region }) => {
        const { streams } = groupOf(world, region, logGroupName);
        if (streams.has(logStreamName)) throw taken('stream');
        streams.add(logStreamName);
      },
    ),
  };
}

/** An operation whose constraint errors are InvalidParameterException, as in this service. */
export function checked<S extends Shape>(
  shape: S,
  run: (input: Input<S>, call: Call) => unknown,
): Operation {
  const inner = operation(shape, run);
  return (input: never, call: Call) => {
    try {
      return inner(input, call);
    } catch (error) {
      const broken =
        error instanceof ServiceError &&
        error.code === 'ValidationException' &&
        error.message.startsWith('1 validation error');
      throw broken ? invalid(error.message) : error;
    }
  };
}

/** A log group; throws ResourceNotFoundException. */
export function groupOf(world: LogsWorld, region: string, name: string): LogGroup {
  const group = world.region(region).get(name);
  if (group) return group;
  throw new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.');
}

/** The error for an invalid request. */
export const invalid = (message: string): ServiceError =>
  new ServiceError('InvalidParameterException', message);

// --- internal ---

const taken = (what: 'group' | 'stream'): ServiceError =>
  new ServiceError('ResourceAlreadyExistsException', `The specified log ${what} already exists`);

function view(group: LogGroup): object {
  return {
    logGroupName: group.name,
    creationTime: group.createdAt,
    metricFilterCount: 0,
    arn: `${group.arn}:*`,
    logGroupArn: group.arn,
    storedBytes: 0,
    logGroupClass: group.class,
    kmsKeyId: group.kmsKeyId,
    deletionProtectionEnabled: group.deletionProtection,
  };
}
