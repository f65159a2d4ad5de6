import { randomUUID } from 'node:crypto';
import { flag, integer, list, notHere, optional, structure, text } from '../protocol/input.ts';
import { page } from '../protocol/page.ts';
import { ServiceError, type Operation } from '../service.ts';
import { checked, groupName, groupOf, invalid, streamName } from './operations.ts';
import type { LogEvent, LogGroup, LogsWorld } from './store.ts';

const mostEvents = 10_000;

/** Writes a line; a group that does not exist is ignored, a stream is created. */
export function writeLog(
  world: LogsWorld,
  place: { region: string; group: string; stream: string },
  message: string,
  at: number,
): void {
  const group = world.region(place.region).get(place.group);
  if (!group) return;
  group.streams.add(place.stream);
  const event = { stream: place.stream, at, ingested: world.environment.now(), message };
  group.events.push({ ...event, id: randomUUID() });
}

/** PutLogEvents, GetLogEvents and FilterLogEvents. */
export function eventOperations(world: LogsWorld): Record<string, Operation> {
  return {
    PutLogEvents: checked(
      {
        logGroupName: groupName,
        logStreamName: streamName,
        logEvents: list(structure({ timestamp: integer(0), message: text(1) }), 1, mostEvents),
      },
      ({ logGroupName, logStreamName: stream, logEvents }, { region }) => {
        const group = groupOf(world, region, logGroupName);
        checkStream(group, stream);
        for (const { timestamp, message } of logEvents) {
          writeLog(world, { region, group: group.name, stream }, message, timestamp);
        }
        return {};
      },
    ),

    GetLogEvents: checked(
      {
        logGroupName: groupName,
        logGroupIdentifier: notHere('logGroupIdentifier'),
        logStreamName: streamName,
        startTime: optional(integer(0)),
        endTime: optional(integer(0)),
        nextToken: optional(text(1, 4096)),
        limit: optional(integer(1, mostEvents)),
        startFromHead: optional(flag),
      },
      (input, { region }) => {
        const group = groupOf(world, region, input.logGroupName);
        checkStream(group, input.logStreamName);
        const { startTime = 0, endTime = Infinity, limit = mostEvents, nextToken } = input;
        const events = group.events
          .filter(({ stream, at }) => {
            return stream === input.logStreamName && at >= startTime && at < endTime;
          })
          .sort((a, b) => a.at - b.at);
        const [start, end] = windowOf(events.length, limit, nextToken, input.startFromHead);
        return {
          events: events.slice(start, end).map(({ at, ingested, message }) => ({
            timestamp: at,
            ingestionTime: ingested,
            message,
          })),
          nextForwardToken: `f/${end}`,
          nextBackwardToken: `b/${start}`,
        };
      },
    ),

    FilterLogEvents: checked(
      {
        logGroupName: groupName,
        logGroupIdentifier: notHere('logGroupIdentifier'),
        logStreamNames: optional(list(streamName, 1, 100)),
        logStreamNamePrefix: optional(streamName),
        startTime: optional(integer(0)),
        endTime: optional(integer(0)),
        filterPattern: notHere('filterPattern'),
        nextToken: optional(text(1, 4096)),
        limit: optional(integer(1, mostEvents)),
      },
      (input, { region }) => {
        const { logStreamNames: streams, logStreamNamePrefix: prefix = '' } = input;
        const { startTime: from = 0, endTime: to = Infinity } = input;
        const group = groupOf(world, region, input.logGroupName);
        const found = group.events
          .filter(
            ({ stream, at }) =>
              (streams?.includes(stream) ?? true) &&
              stream.startsWith(prefix) &&
              at >= from &&
              at <= to,
          )
          .sort((a, b) => a.at - b.at)
          .map((event, index) => ({ event, key: String(index).padStart(12, '0') }));
        const limit = input.limit ?? mostEvents;
        const part = page(found, ({ key }) => key, input.nextToken, limit);
        if (!part) throw invalid('The specified nextToken is invalid.');
        return {
          events: part.items.map(({ event }) => view(event)),
          searchedLogStreams: [],
          nextToken: part.next,
        };
      },
    ),
  };
}

// --- internal ---

function checkStream({ streams }: LogGroup, name: string): void {
  if (streams.has(name)) return;
  throw new ServiceError('ResourceNotFoundException', 'The specified log stream does not exist.');
}

/** The events that GetLogEvents returns; at the end of a stream, the token is the one given. */
function windowOf(
  length: number,
  limit: number,
  token: string | undefined,
  fromHead = false,
): [start: number, end: number] {
  if (token === undefined) {
    return fromHead ? [0, Math.min(limit, length)] : [Math.max(0, length - limit), length];
  }
  const [, direction, position] = /^([fb])\/(\d{1,9})$/.exec(token) ?? [];
  if (direction === undefined) throw invalid('The specified nextToken is invalid.');
  const at = Math.min(Number(position), length);
  return direction === 'f' ? [at, Math.min(at + limit, length)] : [Math.max(0, at - limit), at];
}

function view({ id, stream, at, ingested, message }: LogEvent): object {
  return {
    eventId: id,
    logStreamName: stream,
    timestamp: at,
    ingestionTime: ingested,
    message,
  };
}
